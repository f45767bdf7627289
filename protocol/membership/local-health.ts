// Lifeguard's local health: how much this peer doubts itself. Who misses answers that others surely sent gives everybody
// more time before it suspects them (Lifeguard, section IV-A). It never shortens a timeout below its normal length.
import { maxLocalHealth } from './limits.ts'

/** A saturating counter, 0 (well) to 8. */
export class LocalHealth {
  #score = 0

  get score(): number {
    return this.#score
  }

  /** Moves the score by `delta`: up after failures of our own, down after successes. */
  note(delta: number): void {
    this.#score = Math.max(0, Math.min(maxLocalHealth, this.#score + delta))
  }

  /** A probe timeout stretched by the doubt. */
  stretchMs(timeoutMs: number): number {
    return timeoutMs * (this.#score + 1)
  }
}
