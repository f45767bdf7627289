// A clock that moves only when a test says so: timers run in order when time passes them.
// It is not for measuring; nothing in it depends on the real time.
import type { Clock, Timer } from '../../node/base/clock.ts'

export class ManualClock implements Clock {
  #bootMs: number
  readonly #offsetMs: number
  #timers: { readonly atMs: number; readonly number: number; readonly run: () => void }[] = []
  #count = 0

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#bootMs = 1_000_000
    this.#offsetMs = startMs - this.#bootMs
  }

  wallMs(): number {
    return this.#bootMs + this.#offsetMs
  }

  bootMs(): number {
    return this.#bootMs
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { atMs: this.#bootMs + delayMs, number: this.#count++, run }
    this.#timers.push(timer)
    return { cancel: () => { this.#timers = this.#timers.filter((other) => other !== timer) } }
  }

  /** Lets time pass; timers that come due run in order, also those that they set themselves. */
  advance(ms: number): void {
    const endMs = this.#bootMs + ms
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs || a.number - b.number)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#bootMs = Math.max(this.#bootMs, next.atMs)
      next.run()
    }
    this.#bootMs = endMs
  }
}
