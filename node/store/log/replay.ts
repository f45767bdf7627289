// What a log's records add up to: the newest hard state and mark, and the entries that still count. Pure; reads no files.
// Later entries replace earlier ones from their index on; a mark stands for everything up to it. Entries stay encoded: who
// uses them decodes them once, in another thread, and a long log is not in memory twice.
import { decodeEntry, decodeHardState, decodeSnapshotMark } from '../../../protocol/message/codec.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import { recordType } from './record.ts'
import { emptyHardState, emptyMark } from './types.ts'
import type { HardState, SnapshotMark } from '../../../protocol/message/entry.ts'
import type { StoredEntry } from './types.ts'

/** First record of each segment: what older segments said that still counts, so that they can go. */
export interface SegmentStart {
  readonly number: number
  readonly hardState: Uint8Array
  readonly mark: Uint8Array
}

const formatVersion = 1

export function encodeSegmentStart(start: SegmentStart): Uint8Array {
  return new ByteWriter().u8(formatVersion).count(start.number).bytes(start.hardState).bytes(start.mark).finish()
}

/** Throws RangeError for another format. */
export function decodeSegmentStart(payload: Uint8Array): SegmentStart {
  const from = new ByteReader(payload)
  const format = from.u8()
  if (format !== formatVersion) throw new RangeError(`log format ${format}, this daemon knows ${formatVersion}`)
  return { number: from.count(), hardState: from.bytes(), mark: from.bytes() }
}

/** Takes records in order. */
export class Replay {
  hardState: HardState = emptyHardState
  mark: SnapshotMark = emptyMark
  #entries: StoredEntry[] = []

  /** The entries after the mark; empty when some between are missing. */
  get entries(): StoredEntry[] {
    return this.hole ? [] : this.#entries
  }

  /** Entries are there, but not the ones right after the mark. */
  get hole(): boolean {
    const first = this.#entries[0]
    return first !== undefined && first.index !== this.mark.index + 1
  }

  /** `index` is that of an entry. Throws what decoders throw; a record with a right checksum is never malformed but by a mistake or another version. */
  take(type: number, index: number, payload: Uint8Array): void {
    if (type === recordType.segment) {
      const start = decodeSegmentStart(payload)
      this.hardState = decodeHardState(start.hardState)
      this.#compact(decodeSnapshotMark(start.mark))
    } else if (type === recordType.hardState) this.hardState = decodeHardState(payload)
    else if (type === recordType.mark) this.#compact(decodeSnapshotMark(payload))
    else if (type === recordType.entry) this.#append({ index, payload })
    else throw new RangeError(`unknown record type ${type}`)
  }

  #append(entry: StoredEntry): void {
    const first = this.#entries[0]?.index ?? entry.index
    const position = entry.index - first
    // After a gap the run begins anew: unless a mark fills the gap, it is a hole.
    if (position < 0 || position > this.#entries.length) this.#entries = []
    else this.#entries.length = position
    if (entry.index > this.mark.index) this.#entries.push(entry)
  }

  #compact(mark: SnapshotMark): void {
    if (mark.index <= this.mark.index) return
    this.mark = mark
    const first = this.#entries[0]?.index
    if (first === undefined || first > mark.index) return
    const position = mark.index - first
    const atMark = this.#entries[position]
    const kept = atMark !== undefined && decodeEntry(atMark.payload).term === mark.term
    // Another entry at the mark means that what follows it was never agreed.
    this.#entries = kept ? this.#entries.slice(position + 1) : []
  }
}
