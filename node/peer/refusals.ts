// What this peer refuses of others: counted always, told in the log seldom, so that a flood of bad input fills no disk.
// Whoever refuses decides; here it is only put down.
import type { Clock } from '../base/clock.ts'
import type { LogFields, Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import { refusalLogMs } from './limits.ts'
import { refusedCounter } from './metrics.ts'

/** Why something was refused; values of the metric's label, each with what the log says. */
const words = {
  stranger: 'a stranger was refused',
  removed: 'a removed peer connected',
  otherCluster: 'a peer of another cluster connected',
  otherIncarnation: 'a peer of another incarnation connected',
  frame: 'a frame was longer than allowed',
  message: 'a message was refused',
  silent: 'a stream without a hello was closed',
  crowded: 'a connection was closed for a newer stranger',
  joinRate: 'a join request was turned away',
  gossip: 'a gossiped batch was refused',
} as const

export type RefusalReason = keyof typeof words

export interface RefusalsDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export class Refusals {
  readonly #deps: RefusalsDeps
  /** When each reason was logged last, and how often it came since. */
  readonly #told = new Map<RefusalReason, { atMs: number; since: number }>()

  constructor(deps: RefusalsDeps) {
    this.#deps = deps
  }

  /** Something of `peer` was refused. */
  refused(reason: RefusalReason, peer: string, fields: LogFields = {}): void {
    const { clock, logger, metrics } = this.#deps
    metrics.counter(refusedCounter).add({ reason })
    const told = this.#told.get(reason)
    const nowMs = clock.bootMs()
    if (told !== undefined && nowMs - told.atMs < refusalLogMs) {
      told.since++
      return
    }
    this.#told.set(reason, { atMs: nowMs, since: 0 })
    logger.warn(words[reason], { peer, ...fields, ...(told !== undefined && told.since > 0 ? { beforeThis: told.since } : {}) })
  }
}
