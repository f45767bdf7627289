// The retained part of the log, in memory. The driver keeps the same entries on disk and hands them back at start.
// It knows positions, terms and sizes, and nothing of who has saved or committed what.
import { assert, required } from '../base/assert.ts'
import type { LogIndex, Term } from '../base/ids.ts'
import type { Entry } from '../message/entry.ts'

/** What one entry weighs against limits: its command and about what the rest takes on the wire. */
export function entryBytes(entry: Entry): number {
  return 64 + (entry.body.kind === 'command' ? entry.body.command.length : 256)
}

/** Entries `firstIndex..lastIndex` after a mark; index `firstIndex - 1` is known by its term only. */
export class RaftLog {
  #entries: Entry[] = []
  #markIndex: LogIndex
  #markTerm: Term
  #bytes = 0
  #timeMs = 0

  constructor(markIndex: LogIndex, markTerm: Term) {
    this.#markIndex = markIndex
    this.#markTerm = markTerm
  }

  /** The first retained entry's index, also when none is retained yet. */
  get firstIndex(): LogIndex {
    return this.#markIndex + 1
  }

  get lastIndex(): LogIndex {
    return this.#markIndex + this.#entries.length
  }

  get lastTerm(): Term {
    return this.#entries[this.#entries.length - 1]?.term ?? this.#markTerm
  }

  /** Leader's time of the newest entry that was ever here. */
  get lastTimeMs(): number {
    return this.#timeMs
  }

  /** Bytes of the retained entries. */
  get sizeBytes(): number {
    return this.#bytes
  }

  /** Undefined for positions before the mark or after the end. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#markIndex) return this.#markTerm
    return this.#entries[index - this.#markIndex - 1]?.term
  }

  /** The entry at a position that is retained. */
  entry(index: LogIndex): Entry {
    return required(this.#entries[index - this.#markIndex - 1], 'log entry')
  }

  /** Adds the entry that follows the last one. */
  append(entry: Entry): void {
    assert(entry.index === this.lastIndex + 1, 'entries are appended without a gap')
    assert(entry.term >= this.lastTerm, 'terms in a log never fall')
    this.#entries.push(entry)
    this.#bytes += entryBytes(entry)
    if (entry.timeMs > this.#timeMs) this.#timeMs = entry.timeMs
  }

  /** Removes `from` and everything behind it. */
  truncate(from: LogIndex): void {
    assert(from > this.#markIndex, 'what a snapshot stands for is never removed')
    const kept = from - this.#markIndex - 1
    for (let i = kept; i < this.#entries.length; i++) this.#bytes -= entryBytes(required(this.#entries[i], 'entry'))
    this.#entries.length = Math.min(kept, this.#entries.length)
  }

  /** Entries `from..to`, at most so many entries and bytes, but at least one when there is any. */
  slice(from: LogIndex, to: LogIndex, maxEntries: number, maxBytes: number): Entry[] {
    assert(from > this.#markIndex, 'a slice begins at a retained entry')
    const result: Entry[] = []
    const end = Math.min(to, this.lastIndex)
    let bytes = 0
    for (let index = from; index <= end && result.length < maxEntries; index++) {
      const entry = this.entry(index)
      bytes += entryBytes(entry)
      if (result.length > 0 && bytes > maxBytes) break
      result.push(entry)
    }
    return result
  }

  /** Where to cut so that about `entries` and `bytes` stay, and never beyond `limit`; undefined when it is not worth it yet. */
  compactionPoint(limit: LogIndex, entries: number, bytes: number): LogIndex | undefined {
    const count = this.#entries.length
    if (count <= entries * 1.25 && this.#bytes <= bytes * 1.25) return undefined
    let cut = 0
    let left = this.#bytes
    while (cut < count && this.#markIndex + cut + 1 <= limit && (count - cut > entries || left > bytes)) {
      left -= entryBytes(required(this.#entries[cut], 'entry'))
      cut++
    }
    return cut === 0 ? undefined : this.#markIndex + cut
  }

  /** Forgets everything up to `index`, which is retained. */
  compact(index: LogIndex): void {
    const term = required(this.termAt(index), 'term of the compaction point')
    const cut = index - this.#markIndex
    for (let i = 0; i < cut; i++) this.#bytes -= entryBytes(required(this.#entries[i], 'entry'))
    this.#entries = this.#entries.slice(cut)
    this.#markIndex = index
    this.#markTerm = term
  }

  /** Starts anew behind a snapshot. */
  reset(index: LogIndex, term: Term): void {
    this.#entries = []
    this.#bytes = 0
    this.#markIndex = index
    this.#markTerm = term
  }
}
