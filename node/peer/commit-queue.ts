// Committed entries on their way to the main thread, in batches. Only so much is on its way at a time: after a start the whole
// log may be committed at once, and encoded ahead it would be in memory twice. What waits are the log's own entries.
// It loses and reorders nothing; what a state that came meanwhile stands for is not handed over any more.
import { assert } from '../../protocol/base/assert.ts'
import type { LogIndex } from '../../protocol/base/ids.ts'
import { entryBytes } from '../../protocol/consensus/log.ts'
import { encodeEntries } from '../../protocol/message/codec.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import { committedAheadBytes, committedBatchBytes, committedBatchEntries } from './limits.ts'

/** Batches that were handed over and are not applied yet. */
interface Ahead {
  readonly last: LogIndex
  readonly sizeBytes: number
}

export class CommitQueue {
  readonly #hand: (entries: Uint8Array) => void
  #waiting: readonly Entry[] = []
  /** How many of `#waiting` were handed over. */
  #handed = 0
  #ahead: Ahead[] = []
  #aheadBytes = 0

  /** `hand` takes a batch, encoded and in memory of its own. */
  constructor(hand: (entries: Uint8Array) => void) {
    this.#hand = hand
  }

  /** Entries that were committed, in order; they leave at once as far as there is room. */
  push(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    this.#waiting = this.#handed === this.#waiting.length ? entries : [...this.#waiting.slice(this.#handed), ...entries]
    this.#handed = 0
    this.#flush()
  }

  /** The main thread's state has reached `index`: by what it was handed, or with a whole state. */
  applied(index: LogIndex): void {
    const still = this.#ahead.filter(({ last }) => last > index)
    if (still.length < this.#ahead.length) {
      this.#ahead = still
      this.#aheadBytes = still.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    }
    const next = this.#waiting[this.#handed]
    if (next !== undefined && next.index <= index) this.#skip(index)
    this.#flush()
  }

  #skip(index: LogIndex): void {
    const kept = this.#waiting.slice(this.#handed).filter((entry) => entry.index > index)
    this.#waiting = kept
    this.#handed = 0
  }

  #flush(): void {
    while (this.#handed < this.#waiting.length && this.#aheadBytes < committedAheadBytes) {
      const { to, sizeBytes } = batchEnd(this.#waiting, this.#handed)
      const batch = this.#waiting.slice(this.#handed, to)
      const last = batch.at(-1)?.index
      assert(last !== undefined, 'a batch has an entry')
      this.#handed = to
      this.#ahead.push({ last, sizeBytes })
      this.#aheadBytes += sizeBytes
      this.#hand(encodeEntries(batch))
    }
    // What was handed over must not be kept alive by the list that it stood in.
    if (this.#handed === this.#waiting.length) {
      this.#waiting = []
      this.#handed = 0
    }
  }
}

/** Where the batch that begins at `from` ends, behind one entry at least, and what it weighs. */
function batchEnd(entries: readonly Entry[], from: number): { readonly to: number; readonly sizeBytes: number } {
  let sizeBytes = 0
  let to = from
  for (; to < entries.length && to - from < committedBatchEntries && sizeBytes < committedBatchBytes; to++) {
    const entry = entries[to]
    if (entry !== undefined) sizeBytes += entryBytes(entry)
  }
  return { to, sizeBytes }
}
