// The logger of a running daemon: pino, one JSON line an event on standard output, quiet by default.
// It decides nothing: levels come from the options, zones from the contract in node/base/logger.ts.
import { pino, type Logger as Pino } from 'pino'
import type { LogFields, Logger, LogZone } from '../base/logger.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Names of the levels, for the option's check. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

class PinoLogger implements Logger {
  readonly #pino: Pino

  constructor(inner: Pino) {
    this.#pino = inner
  }

  child(zone: LogZone, fields: LogFields = {}): Logger {
    return new PinoLogger(this.#pino.child({ zone, ...fields }))
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#pino.debug(fields, message)
  }

  info(message: string, fields: LogFields = {}): void {
    this.#pino.info(fields, message)
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#pino.warn(fields, message)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message)
  }
}

/** A logger that writes lines of at least `level`. */
export function createLogger(level: LogLevel): Logger {
  return new PinoLogger(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.errWithCause } }))
}
