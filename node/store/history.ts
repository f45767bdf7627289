// History is what reads and watches of the recent past are answered from: the transactions of the last minutes with the rows
// that they replaced, oldest first. It forgets by age and size. Internal keys have no revisions and no history.
// It is an undo log: the past is the present with the later transactions taken back.
import { assert, required } from '../../protocol/base/assert.ts'
import { objectPrefix } from '../../protocol/state/rows.ts'
import { historyBytes, historyMs, historyOverheadBytes } from './limits.ts'
import type { AppliedEntry } from '../../protocol/state/machine.ts'
import type { KeySpace } from '../../protocol/state/key-space.ts'
import type { Row, RowEvent } from '../../protocol/state/rows.ts'
import type { RangeOptions, RangeResult, WatchBatch } from './types.ts'

/** One transaction's object writes. */
export interface PastTransaction {
  readonly index: number
  readonly timeMs: number
  /** The revision after it. */
  readonly revision: number
  readonly events: readonly RowEvent[]
}

export class History {
  #past: PastTransaction[] = []
  #head = 0
  #floor = 0
  #sizeBytes = 0

  /** The oldest revision whose state can still be told. */
  get floor(): number {
    return this.#floor
  }

  /** Remembers what an entry did, if it wrote objects, and answers that. */
  add(applied: AppliedEntry): PastTransaction | undefined {
    const events = applied.events.filter((event) => keyOf(event).startsWith(objectPrefix))
    if (events.length === 0) return undefined
    const past: PastTransaction = { index: applied.index, timeMs: applied.timeMs, revision: applied.revision, events }
    this.#past.push(past)
    this.#sizeBytes += sizeBytes(past)
    return past
  }

  /** Forgets what is too old or too much at the leader's time `nowMs`; answers what was forgotten. */
  forget(nowMs: number): readonly PastTransaction[] {
    const start = this.#head
    for (let oldest = this.#past[this.#head]; oldest !== undefined; oldest = this.#past[this.#head]) {
      if (this.#sizeBytes <= historyBytes && oldest.timeMs >= nowMs - historyMs) break
      this.#head++
      this.#sizeBytes -= sizeBytes(oldest)
      this.#floor = oldest.revision
    }
    if (start === this.#head) return []
    const forgotten = this.#past.slice(start, this.#head)
    if (this.#head * 2 > this.#past.length) {
      this.#past = this.#past.slice(this.#head)
      this.#head = 0
    }
    return forgotten
  }

  /** Begins anew: the past before `revision` is unknown, what follows it is `past`. */
  reset(revision: number, past: readonly PastTransaction[]): void {
    this.#past = [...past]
    this.#head = 0
    this.#floor = revision
    this.#sizeBytes = past.reduce((sum, transaction) => sum + sizeBytes(transaction), 0)
  }

  /** The transactions that ended after `revision`, oldest first. */
  since(revision: number): readonly PastTransaction[] {
    assert(revision >= this.#floor, 'history reaches that far')
    let low = this.#head
    let high = this.#past.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (required(this.#past[middle], 'a past transaction').revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#past.slice(low)
  }

  /** What a watch under `prefix` that has seen everything up to `revision` has missed: whole transactions, or the rest of one. */
  changes(prefix: string, revision: number): WatchBatch[] {
    const missed: WatchBatch[] = []
    for (const transaction of this.since(revision)) {
      const events = transaction.events.filter((event) => event.revision > revision && keyOf(event).startsWith(prefix))
      if (events.length > 0) missed.push({ events, revision: transaction.revision })
    }
    return missed
  }

  /** The keys under `prefix` as they were at `revision`. `now` is the present. */
  rangeAt(now: KeySpace, revision: number, prefix: string, options: RangeOptions): RangeResult {
    const then = this.#undone(revision, prefix, options.after)
    let total = now.rankAfter(prefix) - (options.after === undefined ? now.rank(prefix) : rankBehind(now, prefix, options.after))
    for (const [key, row] of then) total += Number(row !== undefined) - Number(now.get(key) !== undefined)
    const items: Row[] = []
    for (const row of merged(now.rows(prefix, options.after), then)) {
      if (options.limit !== undefined && items.length >= options.limit) break
      items.push(row)
    }
    return { items, remaining: total - items.length, revision }
  }

  /** The rows at `revision` of the keys that changed since; undefined for those that were not there. */
  #undone(revision: number, prefix: string, after: string | undefined): Map<string, Row | undefined> {
    const then = new Map<string, Row | undefined>()
    for (const transaction of this.since(revision)) {
      for (const event of transaction.events) {
        const key = keyOf(event)
        if (event.revision <= revision || !key.startsWith(prefix) || (after !== undefined && key <= after)) continue
        if (!then.has(key)) then.set(key, event.previous)
      }
    }
    return then
  }
}

/** How many keys are no greater than `after`, or less than `prefix`. */
export function rankBehind(keys: KeySpace, prefix: string, after: string): number {
  if (after < prefix) return keys.rank(prefix)
  return Math.min(keys.rank(after) + Number(keys.get(after) !== undefined), keys.rankAfter(prefix))
}

/** Present rows in order, with those of changed keys replaced by what they were. */
function* merged(present: Iterable<Row>, then: ReadonlyMap<string, Row | undefined>): IterableIterator<Row> {
  const past = [...then.values()].filter((row) => row !== undefined).sort((a, b) => (a.key < b.key ? -1 : 1))
  let next = 0
  for (const row of present) {
    if (then.has(row.key)) continue
    for (let old = past[next]; old !== undefined && old.key < row.key; old = past[++next]) yield old
    yield row
  }
  yield* past.slice(next)
}

/** The key that an event is about. */
export function keyOf(event: RowEvent): string {
  return event.kind === 'put' ? event.value.key : event.previous.key
}

function sizeBytes(transaction: PastTransaction): number {
  return transaction.events.reduce((sum, event) => sum + historyOverheadBytes + (event.previous?.value.length ?? 0), historyOverheadBytes)
}
