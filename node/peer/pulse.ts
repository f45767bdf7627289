// The pulse watches over the main thread from the peer thread: how long it has been silent, and what follows from that.
// Pure: each tick says how much time passed. One tick counts little, so that a process that was stopped as a whole, and now
// runs on, is not mistaken for one whose main thread hangs.
import { beatFatalMs, beatStepMs, beatUnhealthyMs } from './limits.ts'

export type PulseVerdict = 'healthy' | 'unhealthy' | 'fatal'

export class Pulse {
  #silentMs = 0
  #lastMs: number | undefined

  /** The main thread spoke. */
  beat(): void {
    this.#silentMs = 0
  }

  tick(nowMs: number): PulseVerdict {
    const stepMs = this.#lastMs === undefined ? 0 : Math.max(0, nowMs - this.#lastMs)
    this.#lastMs = nowMs
    this.#silentMs += Math.min(stepMs, beatStepMs)
    if (this.#silentMs >= beatFatalMs) return 'fatal'
    return this.#silentMs >= beatUnhealthyMs ? 'unhealthy' : 'healthy'
  }
}
