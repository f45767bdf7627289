// The peer thread's logger: lines travel to the main thread, which writes them with all others.
// Fields must be plain values, since they cross between threads.
import type { LogFields, Logger } from '../base/logger.ts'
import type { Link, Order, Report } from './types.ts'

/** A logger whose every line carries the fields `fixed`. A child adds fields; its zone is not kept. */
export function threadLogger(link: Link<Report, Order>, fixed: LogFields = {}): Logger {
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields: LogFields = {}): void => {
    link.send({ kind: 'log', level, message, fields: { ...fixed, ...fields } })
  }
  return {
    child: (_zone, fields = {}) => threadLogger(link, { ...fixed, ...fields }),
    debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'),
  }
}
