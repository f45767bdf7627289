// Who hears of which changes: each watch has a prefix and a bounded queue of whole transactions. A consumer that is too slow
// loses its watch and is told so; it is never fed silence and never holds up the others. An idle watch is told now and then
// how far it has seen everything, so that its consumer's bookmark moves although nothing under its prefix does.
import { assert } from '../../protocol/base/assert.ts'
import { behind, storeClosed } from './errors.ts'
import { keyOf } from './history.ts'
import { watchesBehindCounter, watchesGauge } from './metrics.ts'
import { watchProgressMs, watchQueueEvents } from './limits.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Metrics } from '../base/metrics.ts'
import type { RowEvent } from '../../protocol/state/rows.ts'
import type { StateWatch, WatchBatch } from './types.ts'

interface WatchHubDeps {
  readonly clock: Clock
  readonly metrics: Metrics
}

/** All watches of one store. */
export class WatchHub {
  readonly #clock: Clock
  readonly #open
  readonly #behind
  readonly #byPrefix = new Map<string, Set<Watch>>()
  #count = 0
  #revision = 0
  #progress: Timer | undefined

  constructor(deps: WatchHubDeps) {
    this.#clock = deps.clock
    this.#open = deps.metrics.gauge(watchesGauge)
    this.#behind = deps.metrics.counter(watchesBehindCounter)
  }

  /** Opens a watch whose first batches are `missed`; it has then seen everything up to `revision`. */
  open(prefix: string, missed: readonly WatchBatch[], revision: number): StateWatch {
    const watch = new Watch(prefix, missed, revision, () => this.#remove(watch))
    const group = this.#byPrefix.get(prefix) ?? new Set()
    this.#byPrefix.set(prefix, group.add(watch))
    this.#open.set({}, ++this.#count)
    return watch
  }

  /** Hands a transaction's events to whoever watches their keys. `revision` is the one after it. */
  publish(events: readonly RowEvent[], revision: number): void {
    this.#revision = revision
    if (this.#count === 0) return
    if (events.length > 0) {
      for (const [prefix, group] of this.#byPrefix) {
        const seen = events.filter((event) => keyOf(event).startsWith(prefix))
        if (seen.length > 0) for (const watch of group) this.#hand(watch, { events: seen, revision })
      }
    }
    this.#progress ??= this.#clock.after(watchProgressMs, () => this.#tellProgress())
  }

  /** The state was replaced as a whole: every watch has to begin again. */
  replaced(): void {
    for (const watch of this.#all()) watch.end(behind.make({ prefix: watch.prefix }))
  }

  close(): void {
    this.#progress?.cancel()
    this.#progress = undefined
    for (const watch of this.#all()) watch.close()
  }

  #hand(watch: Watch, batch: WatchBatch): void {
    if (watch.push(batch)) return
    this.#behind.add({})
    watch.end(behind.make({ prefix: watch.prefix }))
  }

  #tellProgress(): void {
    this.#progress = undefined
    for (const watch of this.#all()) watch.progress(this.#revision)
  }

  #all(): Watch[] {
    return [...this.#byPrefix.values()].flatMap((group) => [...group])
  }

  #remove(watch: Watch): void {
    const group = this.#byPrefix.get(watch.prefix)
    if (group === undefined || !group.delete(watch)) return
    if (group.size === 0) this.#byPrefix.delete(watch.prefix)
    this.#open.set({}, --this.#count)
  }
}

interface Waiting {
  readonly resolve: (batch: WatchBatch) => void
  readonly reject: (reason: unknown) => void
}

/** One consumer's queue. */
class Watch implements StateWatch {
  readonly prefix: string
  readonly #removed: () => void
  #queue: WatchBatch[]
  #queuedEvents: number
  /** The consumer has been given, or has queued, everything up to here. */
  #seen: number
  #waiting: Waiting | undefined
  #ended: unknown

  constructor(prefix: string, missed: readonly WatchBatch[], revision: number, removed: () => void) {
    this.prefix = prefix
    this.#removed = removed
    this.#queue = [...missed]
    // What was missed is bounded by history; only what comes on top of it counts against the consumer.
    this.#queuedEvents = 0
    this.#seen = revision
  }

  next(): Promise<WatchBatch> {
    assert(this.#waiting === undefined, 'a watch has one consumer')
    const batch = this.#queue.shift()
    if (batch !== undefined) {
      this.#queuedEvents = Math.max(0, this.#queuedEvents - batch.events.length)
      return Promise.resolve(batch)
    }
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  close(): void {
    this.end(storeClosed.make({ what: 'watch' }))
  }

  /** False when the queue is full. */
  push(batch: WatchBatch): boolean {
    // A watch from a revision that this peer has yet to reach: its consumer has seen these already, elsewhere.
    if (batch.revision < this.#seen) return true
    if (this.#queuedEvents + batch.events.length > watchQueueEvents && this.#waiting === undefined) return false
    this.#seen = batch.revision
    if (this.#deliver(batch)) return true
    this.#queue.push(batch)
    this.#queuedEvents += batch.events.length
    return true
  }

  /** Tells an idle consumer that it has seen everything up to `revision`. */
  progress(revision: number): void {
    if (this.#waiting === undefined || this.#seen >= revision) return
    this.#seen = revision
    this.#deliver({ events: [], revision })
  }

  /** Ends the watch; what was queued is dropped, since the consumer has to begin again or is gone. */
  end(reason: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    this.#queue = []
    this.#removed()
    this.#waiting?.reject(reason)
    this.#waiting = undefined
  }

  #deliver(batch: WatchBatch): boolean {
    if (this.#waiting === undefined) return false
    this.#waiting.resolve(batch)
    this.#waiting = undefined
    return true
  }
}
