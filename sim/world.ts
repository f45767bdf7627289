// The world of a simulated run: one virtual clock, one source of chance, and events in the order of their time.
// Nothing in it waits: time jumps from event to event. Equal seeds give equal runs, to the last byte of the trace.
import { assert } from '../protocol/base/assert.ts'
import { seededRandom } from '../protocol/base/random.ts'
import type { Random } from '../protocol/base/random.ts'
import { Trace } from './trace.ts'

/** Microseconds since the start of the run. */
export type SimUs = number

/** Events that may wait at a time; more mean that something multiplies without end. */
export const maxPendingEvents = 500_000

interface Event {
  readonly atUs: SimUs
  /** Events of the same moment run in the order in which they were planned. */
  readonly order: number
  readonly run: () => void
}

export class World {
  readonly random: Random
  readonly trace: Trace
  #nowUs: SimUs = 0
  #order = 0
  #heap: Event[] = []
  #touched = false
  /** Events carried out so far. */
  events = 0

  constructor(seed: number, recording: boolean) {
    this.random = seededRandom(seed)
    this.trace = new Trace(recording)
  }

  get nowUs(): SimUs {
    return this.#nowUs
  }

  /** Plans `run` for `delayUs` from now. */
  after(delayUs: SimUs, run: () => void): void {
    assert(delayUs >= 0, 'the past is over')
    assert(this.#heap.length < maxPendingEvents, 'events multiply without end')
    this.#order++
    this.#push({ atUs: this.#nowUs + Math.round(delayUs), order: this.#order, run })
  }

  /** Runs until the clock shows `untilUs` or `done` says so after an event; true when it was done. */
  run(untilUs: SimUs, done: () => boolean = never): boolean {
    for (;;) {
      const next = this.#heap[0]
      if (next === undefined || next.atUs > untilUs) break
      this.#pop()
      assert(next.atUs >= this.#nowUs, 'time does not go back')
      this.#nowUs = next.atUs
      this.events++
      this.trace.mix(next.atUs)
      next.run()
      if (done()) return true
    }
    this.#nowUs = Math.max(this.#nowUs, untilUs)
    return false
  }

  /** Something in this world waits for promises: after the event under way they must be let run. */
  touch(): void {
    this.#touched = true
  }

  /** As run(), where some of the events resolve promises: `settle` waits until whatever these set free has run. */
  async runSettled(untilUs: SimUs, settle: () => Promise<void>, done: () => boolean = never): Promise<boolean> {
    for (;;) {
      this.#touched = false
      if (this.run(untilUs, () => this.#touched || done())) {
        if (this.#touched) await settle()
        if (done()) return true
      } else return false
    }
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]
      if (parent === undefined || before(parent, event)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      if (left === undefined) break
      const least = right !== undefined && before(right, left) ? right : left
      if (before(last, least)) break
      heap[at] = least
      at = least === left ? 2 * at + 1 : 2 * at + 2
    }
    heap[at] = last
  }
}

function before(a: Event, b: Event): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order)
}

function never(): boolean {
  return false
}

/** A time from the exponential distribution with this mean, at most ten times it. */
export function exponentialUs(random: Random, meanUs: number): SimUs {
  return Math.min(10 * meanUs, -Math.log(1 - random.float()) * meanUs)
}
