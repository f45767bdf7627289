// A keyed work queue, the heart of every control loop: a key that is added twice before it runs runs once, a key that is
// added while it runs runs again afterwards, and never two runs of one key at a time. A failure waits longer each time.
// It is the shape of client-go's workqueue, driven by an injected clock. It does not know what a key means.
import type { Clock, Timer } from './clock.ts'

/** What a run of a key asks for. */
export interface WorkResult {
  /** Run the key again after this time, though nothing failed. */
  readonly againAfterMs?: number | undefined
}

/** Recorders of the owner; all optional, so that tests need none. */
export interface WorkQueueRecorder {
  /** Keys that wait. */
  depth(keys: number): void
  /** A run ended: how long it took and whether it failed. */
  ran(durationMs: number, failed: boolean): void
}

export interface WorkQueueDeps {
  readonly clock: Clock
  /** Runs one key. A rejection means: again, after a back-off. */
  readonly run: (key: string, signal: AbortSignal) => Promise<WorkResult>
  /** Told of each failure, once. */
  readonly failed: (key: string, error: unknown, attempts: number) => void
  /** The queue was full and keys were refused: called when it is empty again, to add everything anew. */
  readonly overflowed?: () => void
  readonly recorder?: WorkQueueRecorder
}

export interface WorkQueueOptions {
  /** Most keys that wait at once; more are refused and `overflowed` is called later. */
  readonly capacity: number
  /** Most keys that run at once. */
  readonly concurrency: number
  /** Wait after the first failure of a key; doubles with each further one. */
  readonly backoffBaseMs: number
  readonly backoffMostMs: number
}

/** The queue; see the head of this file. */
export class WorkQueue {
  readonly #deps: WorkQueueDeps
  readonly #options: WorkQueueOptions
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  /** Added while running: runs again at the end of the run. */
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #delayed = new Map<string, { readonly atMs: number; readonly timer: Timer }>()
  readonly #abort = new AbortController()
  #overflowed = false
  #idle: (() => void)[] = []
  #scheduled = false

  constructor(deps: WorkQueueDeps, options: WorkQueueOptions) {
    this.#deps = deps
    this.#options = options
  }

  /** Keys that wait or run now; delayed ones not counted. */
  get length(): number {
    return this.#waiting.size + this.#running.size
  }

  /** Asks for a run of the key as soon as possible. */
  add(key: string): void {
    if (this.#abort.signal.aborted) return
    if (this.#running.has(key)) {
      this.#again.add(key)
      return
    }
    if (this.#waiting.has(key)) return
    if (this.#waiting.size >= this.#options.capacity) {
      this.#overflowed = true
      return
    }
    this.#waiting.add(key)
    this.#deps.recorder?.depth(this.#waiting.size)
    this.#wake()
  }

  /** Asks for a run after `delayMs`. Of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#abort.signal.aborted) return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const atMs = this.#deps.clock.bootMs() + delayMs
    const earlier = this.#delayed.get(key)
    if (earlier !== undefined && earlier.atMs <= atMs) return
    earlier?.timer.cancel()
    const timer = this.#deps.clock.after(delayMs, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { atMs, timer })
  }

  /** Ends everything: nothing new starts, delays are called off, running keys see their signal. Resolves when none runs. */
  async stop(): Promise<void> {
    this.#abort.abort()
    for (const { timer } of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
    this.#waiting.clear()
    this.#deps.recorder?.depth(0)
    this.#again.clear()
    await this.idle()
  }

  /** Resolves when nothing waits or runs (delayed keys may exist). */
  idle(): Promise<void> {
    if (this.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    // Not at once: a burst of changes of one object then becomes one run.
    queueMicrotask(() => {
      this.#scheduled = false
      this.#startRuns()
    })
  }

  #startRuns(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return
      this.#waiting.delete(key)
      this.#running.add(key)
      this.#deps.recorder?.depth(this.#waiting.size)
      void this.#runOne(key)
    }
  }

  async #runOne(key: string): Promise<void> {
    const startedMs = this.#deps.clock.bootMs()
    let failed = false
    try {
      const result = await this.#deps.run(key, this.#abort.signal)
      this.#failures.delete(key)
      if (result.againAfterMs !== undefined) this.addAfter(key, result.againAfterMs)
    } catch (error) {
      failed = true
      if (!this.#abort.signal.aborted) this.#backOff(key, error)
    }
    this.#running.delete(key)
    this.#deps.recorder?.ran(this.#deps.clock.bootMs() - startedMs, failed)
    if (this.#again.delete(key)) this.add(key)
    if (this.#waiting.size > 0) this.#wake()
    else if (this.#running.size === 0) this.#becameIdle()
  }

  #backOff(key: string, error: unknown): void {
    const attempts = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, attempts)
    this.#deps.failed(key, error, attempts)
    const delayMs = Math.min(this.#options.backoffMostMs, this.#options.backoffBaseMs * 2 ** Math.min(attempts - 1, 30))
    this.addAfter(key, delayMs)
  }

  #becameIdle(): void {
    const resolvers = this.#idle
    this.#idle = []
    for (const resolve of resolvers) resolve()
    if (this.#overflowed && !this.#abort.signal.aborted) {
      this.#overflowed = false
      this.#deps.overflowed?.()
    }
  }
}
