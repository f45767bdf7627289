// One task that keeps something in force while its inputs change: changes that come while it runs are taken together in one
// further run, and a run that failed is tried again later. Never two runs at a time. It knows neither the task nor its
// inputs; where keys are looked at one by one, the work queue is the right thing.
import type { Clock, Timer } from './clock.ts'

export interface CoalescedRunDeps {
  readonly clock: Clock
  /** Brings everything up to date. A rejection means: again, after the delay. */
  readonly run: () => Promise<void>
  /** Told of each failure, once. */
  readonly failed: (error: unknown) => void
}

/** See the head of this file. */
export class CoalescedRun {
  readonly #deps: CoalescedRunDeps
  readonly #retryDelayMs: number
  #isChanged = false
  #running: Promise<void> | undefined
  #retry: Timer | undefined
  #stopped = false

  /** A run that failed is tried again after `retryDelayMs`, or with the next change. */
  constructor(deps: CoalescedRunDeps, retryDelayMs: number) {
    this.#deps = deps
    this.#retryDelayMs = retryDelayMs
  }

  /** Something changed since the last run began. */
  changed(): void {
    if (this.#stopped) return
    this.#isChanged = true
    this.#running ??= this.#untilUnchanged()
  }

  /** Resolves when nothing runs. */
  async whenIdle(): Promise<void> {
    await this.#running
  }

  /** No run begins any more; resolves when the one in progress has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.cancel()
    await this.#running
  }

  async #untilUnchanged(): Promise<void> {
    // A whole burst of events belongs to one turn of the loop: let the rest of it arrive.
    await Promise.resolve()
    while (this.#isChanged && !this.#stopped) {
      this.#isChanged = false
      this.#retry?.cancel()
      try {
        await this.#deps.run()
      } catch (error) {
        this.#deps.failed(error)
        if (!this.#stopped) this.#retry = this.#deps.clock.after(this.#retryDelayMs, () => this.changed())
        break
      }
    }
    // In the turn of the last look at the mark: a change that comes a moment later must find that nothing runs.
    this.#running = undefined
  }
}
