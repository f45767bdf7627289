// Whoever waits until a number that only rises (a revision, an index) has come far enough. Each waits for a bounded time.
import { storeClosed, waitedTooLong } from './errors.ts'
import type { Clock } from '../base/clock.ts'

interface Waiter {
  readonly wanted: number
  readonly settle: (reason: unknown) => void
}

/** The waiters for one number. */
export class Waiters {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()
  #reached = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The number is `reached` now. */
  advance(reached: number): void {
    this.#reached = reached
    for (const waiter of this.#waiting) if (waiter.wanted <= reached) waiter.settle(undefined)
  }

  /** Resolves once the number is at least `wanted`; rejects with `waitedTooLong`, the signal's reason, or `storeClosed`. */
  wait(wanted: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#reached >= wanted) return Promise.resolve()
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        wanted,
        settle: (reason) => {
          this.#waiting.delete(waiter)
          timer.cancel()
          signal?.removeEventListener('abort', abort)
          if (reason === undefined) resolve()
          else reject(reason)
        },
      }
      const abort = (): void => waiter.settle(signal?.reason)
      const timer = this.#clock.after(timeoutMs, () => waiter.settle(waitedTooLong.make({ wanted, reached: this.#reached, timeoutMs })))
      signal?.addEventListener('abort', abort)
      this.#waiting.add(waiter)
    })
  }

  close(): void {
    for (const waiter of this.#waiting) waiter.settle(storeClosed.make({ what: 'store' }))
  }
}
