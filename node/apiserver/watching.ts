// The verb watch: changes from a version on, each as the stored bytes, with bookmarks and initial events when asked for.
// A selector turns an object that begins to match into ADDED and one that ceases to into DELETED. A watcher that falls
// behind, or asks for what history has forgotten, is told so by an ERROR event and never fed silence.
// Source: Kubernetes API concepts, "Efficient detection of changes" and "Watch bookmarks"; KEP-3157 (initial events).
import type { Clock, Timer } from '../base/clock.ts'
import type { Random } from '../../protocol/base/random.ts'
import { ApiError } from '../client/errors.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { behind, expired as storeExpired } from '../store/errors.ts'
import type { StateWatch, StoreEvent, WatchBatch } from '../store/types.ts'
import type { Answer, Call, WatchFrame } from './call.ts'
import { bookmarkIntervalMs, lastBookmarkMs, watchLifeMs } from './limits.ts'
import { readListOptions, selects, selectsAll } from './list-options.ts'
import type { ListOptions } from './list-options.ts'
import type { Storage } from './storage.ts'
import { expired, internalError } from './status.ts'

export interface WatchDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
}

/** Starts a watch. Mistakes in the options are thrown; what goes wrong later comes as an ERROR frame. */
export function watchObjects(deps: WatchDeps, call: Call, definition: ResourceDefinition, namespace: string, name = ''): Answer {
  const query = new URLSearchParams(call.query)
  query.set('watch', 'true')
  if (name !== '') query.append('fieldSelector', `metadata.name=${name}`)
  const options = readListOptions(query, definition)
  const prefix = deps.storage.prefix(definition, namespace)
  const watcher = new Watcher(deps, definition, options, prefix)
  return { kind: 'watch', definition, frames: watcher.frames(call.signal) }
}

type Wake = { readonly kind: 'batch'; readonly batch: WatchBatch } | { readonly kind: 'bookmark' } | { readonly kind: 'end' }

class Watcher {
  readonly #deps: WatchDeps
  readonly #definition: ResourceDefinition
  readonly #options: ListOptions
  readonly #prefix: string
  readonly #selectsAll: boolean

  constructor(deps: WatchDeps, definition: ResourceDefinition, options: ListOptions, prefix: string) {
    this.#deps = deps
    this.#definition = definition
    this.#options = options
    this.#prefix = prefix
    this.#selectsAll = selectsAll(options.selection)
  }

  async *frames(signal: AbortSignal): AsyncGenerator<WatchFrame> {
    try {
      await this.#begin(signal)
      const from = this.#startRevision()
      if (this.#givesInitial()) yield* this.#initial(from)
      const watch = this.#deps.storage.store.watch(this.#prefix, from)
      try {
        yield* this.#follow(watch, from, signal)
      } finally {
        watch.close()
      }
    } catch (error) {
      if (signal.aborted) return
      yield { kind: 'error', status: this.#explain(error).status }
    }
  }

  /** Waits until the watch can start. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps
    const wanted = this.#options.resourceVersion
    if (wanted === undefined) await storage.fresh()
    else if (this.#options.sendInitialEvents === true) await storage.reach(wanted, signal)
    else if (wanted > storage.store.revision()) {
      // A version that only another peer has shown: its changes come when this peer gets there.
      await storage.store.waitForRevision(wanted, this.#lifeMs(), signal)
    }
  }

  /** The revision from which changes are followed. */
  #startRevision(): number {
    const wanted = this.#options.resourceVersion
    const fromNow = wanted === undefined || wanted === 0 || this.#options.sendInitialEvents === true
    return fromNow ? this.#deps.storage.store.revision() : wanted
  }

  #givesInitial(): boolean {
    const { sendInitialEvents, resourceVersion } = this.#options
    if (sendInitialEvents !== undefined) return sendInitialEvents
    return resourceVersion === undefined || resourceVersion === 0
  }

  *#initial(revision: number): Generator<WatchFrame> {
    const { storage } = this.#deps
    // The range is read before anything is awaited, so it shows `revision`; what changes while a slow client takes it in
    // comes from history, when the watch is opened at that revision.
    for (const stored of storage.store.range(this.#prefix).items) {
      if (!this.#matches(stored)) continue
      yield { kind: 'object', type: 'ADDED', bytes: stored.value, revision: stored.revision }
    }
    if (this.#options.sendInitialEvents === true && this.#options.bookmarks) yield { kind: 'bookmark', revision, initialEnd: true }
  }

  #matches(stored: { readonly value: Uint8Array; readonly revision: number }): boolean {
    return this.#selectsAll || selects(this.#options.selection, this.#definition, this.#deps.storage.decode(this.#definition, stored))
  }

  async *#follow(watch: StateWatch, from: number, signal: AbortSignal): AsyncGenerator<WatchFrame> {
    const alarm = new Alarm(this.#deps.clock, this.#lifeMs(), this.#options.bookmarks, signal)
    let reached = from
    let pending: Promise<Wake> | undefined
    try {
      for (;;) {
        pending ??= watch.next().then((batch) => ({ kind: 'batch', batch }))
        const wake = await Promise.race([pending, alarm.next()])
        if (wake.kind === 'end') return
        if (wake.kind === 'bookmark') {
          yield { kind: 'bookmark', revision: reached, initialEnd: false }
          continue
        }
        pending = undefined
        for (const event of wake.batch.events) {
          const frame = this.#frame(event)
          if (frame !== undefined) yield frame
        }
        reached = Math.max(reached, wake.batch.revision)
      }
    } finally {
      alarm.cancel()
      // Closing the watch rejects the call that is under way; nobody waits for it any more.
      pending?.catch(() => undefined)
    }
  }

  #frame(event: StoreEvent): WatchFrame | undefined {
    const { previous } = event
    const before = previous !== undefined && this.#matches(previous)
    if (event.kind === 'put') {
      if (this.#matches(event.value)) {
        return { kind: 'object', type: before ? 'MODIFIED' : 'ADDED', bytes: event.value.value, revision: event.revision }
      }
    }
    if (!before) return undefined
    return { kind: 'object', type: 'DELETED', bytes: previous.value, revision: event.revision }
  }

  #lifeMs(): number {
    const { timeoutSeconds } = this.#options
    if (timeoutSeconds !== undefined && timeoutSeconds > 0) return timeoutSeconds * 1000
    return watchLifeMs * (1 + this.#deps.random.float())
  }

  #explain(error: unknown): ApiError {
    if (error instanceof ApiError) return error
    if (storeExpired.is(error)) return expired(`too old resource version: ${this.#options.resourceVersion ?? 0} (${error.details.oldest})`)
    if (behind.is(error)) return expired(`too old resource version: ${this.#options.resourceVersion ?? 0} (${this.#deps.storage.store.oldestRevision()})`)
    return internalError(error instanceof Error ? error.message : String(error))
  }
}

/** When a watch gets its next bookmark and when it ends. */
class Alarm {
  #wake: (wake: Wake) => void = () => undefined
  #fired: Wake | undefined
  readonly #timers = new Set<Timer>()
  readonly #signal: AbortSignal
  readonly #clock: Clock
  readonly #onAbort = (): void => this.#fire({ kind: 'end' })

  constructor(clock: Clock, lifeMs: number, bookmarks: boolean, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
    this.#timers.add(clock.after(lifeMs, this.#onAbort))
    if (bookmarks && lifeMs > lastBookmarkMs) this.#timers.add(clock.after(lifeMs - lastBookmarkMs, () => this.#fire({ kind: 'bookmark' })))
    if (bookmarks) this.#repeat()
    signal.addEventListener('abort', this.#onAbort)
    if (signal.aborted) this.#onAbort()
  }

  /** Resolves when something is due; calls after the end answer the end. */
  next(): Promise<Wake> {
    const fired = this.#fired
    if (fired !== undefined) {
      if (fired.kind !== 'end') this.#fired = undefined
      return Promise.resolve(fired)
    }
    return new Promise((resolve) => {
      this.#wake = (wake) => {
        this.#wake = () => undefined
        if (wake.kind !== 'end') this.#fired = undefined
        resolve(wake)
      }
    })
  }

  cancel(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #repeat(): void {
    const timer = this.#clock.after(bookmarkIntervalMs, () => {
      this.#timers.delete(timer)
      this.#fire({ kind: 'bookmark' })
      this.#repeat()
    })
    this.#timers.add(timer)
  }

  #fire(wake: Wake): void {
    if (this.#fired?.kind === 'end') return
    this.#fired = wake
    this.#wake(wake)
  }
}
