// The logger's contract: a constant message and fields. One line per event; an error is returned or logged, never both.

/** The zones that log; a child logger each. */
export type LogZone =
  | 'daemon' | 'peer' | 'store' | 'identity' | 'apiserver' | 'client' | 'controllers' | 'scheduler' | 'kubelet' | 'network' | 'cli'

export type LogFields = { readonly [field: string]: unknown }

export interface Logger {
  child(zone: LogZone, fields?: LogFields): Logger
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Swallows everything; for tests and for code that runs before logging is set up. */
export const silentLogger: Logger = {
  child: () => silentLogger,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
