// The keys in order, with constant-time reads and fast ranges: sorted runs of some hundred keys, found by binary search.
// A write moves at most one run's keys, which at 100,000 keys is a few microseconds. Order is that of UTF-16 code units.
// It knows nothing of revisions or conditions.
import { maxRunKeys } from './limits.ts'
import { assert, required } from '../base/assert.ts'
import type { Row } from './rows.ts'

/** The reading side, for conditions and ranges. */
export interface KeyReader {
  get(key: string): Row | undefined
  /** How many keys start with `prefix`. */
  count(prefix: string): number
}

/** An ordered set of rows by key. */
export class KeySpace implements KeyReader {
  readonly #byKey = new Map<string, Row>()
  /** Never empty runs, but for a single empty one; every key of a run is less than all of the next. */
  #runs: string[][] = [[]]

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): Row | undefined {
    return this.#byKey.get(key)
  }

  put(row: Row): void {
    const known = this.#byKey.has(row.key)
    this.#byKey.set(row.key, row)
    if (known) return
    const at = this.#runOf(row.key)
    const run = this.#run(at)
    run.splice(lowerBound(run, row.key), 0, row.key)
    if (run.length > maxRunKeys) this.#runs.splice(at + 1, 0, run.splice(run.length >> 1))
  }

  /** Removes a key; false when it was not there. */
  delete(key: string): boolean {
    if (!this.#byKey.delete(key)) return false
    const at = this.#runOf(key)
    const run = this.#run(at)
    const position = lowerBound(run, key)
    assert(run[position] === key, 'every key is in its run')
    run.splice(position, 1)
    if (run.length === 0 && this.#runs.length > 1) this.#runs.splice(at, 1)
    return true
  }

  count(prefix: string): number {
    return this.rankAfter(prefix) - this.rank(prefix)
  }

  /** How many keys are less than `key`. */
  rank(key: string): number {
    const at = this.#runOf(key)
    return this.#keysBefore(at) + lowerBound(this.#run(at), key)
  }

  /** How many keys are less than or start with `prefix`. */
  rankAfter(prefix: string): number {
    return prefix === '' ? this.size : this.rank(prefix + lastCharacter)
  }

  /** Rows whose keys start with `prefix` and are greater than `after`, in order. Must not be written to while it runs. */
  *rows(prefix: string, after?: string): IterableIterator<Row> {
    const from = after !== undefined && after >= prefix ? after : prefix
    let at = this.#runOf(from)
    let position = lowerBound(this.#run(at), from)
    for (; at < this.#runs.length; at++, position = 0) {
      const run = this.#run(at)
      for (; position < run.length; position++) {
        const key = required(run[position], 'a key of a run')
        if (key === after) continue
        if (!key.startsWith(prefix)) return
        yield required(this.#byKey.get(key), 'the row of a key')
      }
    }
  }

  /** All rows in order, as they are now. */
  all(): Row[] {
    return [...this.rows('')]
  }

  /** The run in which `key` is or would be. */
  #runOf(key: string): number {
    let low = 0
    let high = this.#runs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const first = this.#run(middle)[0]
      if (first !== undefined && first <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  #run(at: number): string[] {
    return required(this.#runs[at], 'a run of keys')
  }

  #keysBefore(at: number): number {
    let count = 0
    for (let i = 0; i < at; i++) count += this.#run(i).length
    return count
  }
}

/** Greater than every character that a key may have; keys are printable text. */
const lastCharacter = '\uffff'

/** The position of the first key that is not less than `key`. */
function lowerBound(run: readonly string[], key: string): number {
  let low = 0
  let high = run.length
  while (low < high) {
    const middle = (low + high) >> 1
    const found = run[middle]
    if (found !== undefined && found < key) low = middle + 1
    else high = middle
  }
  return low
}
