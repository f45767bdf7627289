// Notices that this machine's clock and the cluster's disagree. Every write of this peer comes back with the time that the
// leader gave it; a clock that is right differs from it by no more than the write took. It corrects nothing: wrong times of
// objects and certificates that seem expired or not yet valid are what people see, and this tells them why.
import type { Clock } from '../base/clock.ts'
import { timestamp } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import { clockDisagreesMs } from './limits.ts'
import { clockAheadGauge } from './metrics.ts'

export interface ClockWatchDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export class ClockWatch {
  readonly #deps: ClockWatchDeps
  readonly #gauge
  #aheadMs = 0

  constructor(deps: ClockWatchDeps) {
    this.#deps = deps
    this.#gauge = deps.metrics.gauge(clockAheadGauge)
  }

  /** How far this machine's clock is ahead of the agreed time, in milliseconds; 0 while both agree well enough. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  /** A write that began here a moment ago was given this time by the leader. */
  agreed(timeMs: number): void {
    const nowMs = this.#deps.clock.wallMs()
    const aheadMs = nowMs - timeMs
    const disagreed = this.#aheadMs !== 0
    this.#aheadMs = Math.abs(aheadMs) < clockDisagreesMs ? 0 : aheadMs
    this.#gauge.set({}, aheadMs / 1000)
    if (disagreed === (this.#aheadMs !== 0)) return
    if (disagreed) this.#deps.logger.info('the clocks agree again', {})
    else {
      this.#deps.logger.warn("this machine's clock and the cluster's disagree", {
        here: timestamp(nowMs), cluster: timestamp(timeMs), remedy: 'Set the clock that is wrong, here or on the leader (for example with `timedatectl set-ntp true`).',
      })
    }
  }
}
