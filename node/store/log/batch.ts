// A batch on its way to the thread that writes it, and what was recovered on its way back: one run of bytes that can be
// transferred. The writing thread looks at kinds and indices only; entries are encoded and decoded on this side.
import { decodeEntry, encodeEntry, encodeHardState, encodeSnapshotMark } from '../../../protocol/message/codec.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import { recordType } from './record.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { LogSave, StoredEntry } from './types.ts'

/** One payload of a batch. */
export interface BatchItem {
  readonly type: number
  /** Of an entry or a mark; 0 otherwise. */
  readonly index: number
  readonly payload: Uint8Array
}

/** Items in their order, in memory of their own. */
export function encodeBatch(items: Iterable<BatchItem>): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter()
  for (const item of items) out.u8(item.type).count(item.index).bytes(item.payload)
  return out.finish()
}

/** What `encodeBatch` wrote; payloads lie in the memory of `bytes`. */
export function decodeBatch(bytes: Uint8Array): BatchItem[] {
  const from = new ByteReader(bytes)
  const items: BatchItem[] = []
  while (!from.done) items.push({ type: from.u8(), index: from.count(), payload: from.bytes() })
  return items
}

/** A save as a batch. The mark comes first: after a fetched snapshot the entries follow it. */
export function batchOf(save: LogSave): BatchItem[] {
  const items: BatchItem[] = []
  const { compactTo, hardState, entries } = save
  if (compactTo !== undefined) items.push({ type: recordType.mark, index: compactTo.index, payload: encodeSnapshotMark(compactTo) })
  if (hardState !== undefined) items.push({ type: recordType.hardState, index: 0, payload: encodeHardState(hardState) })
  for (const entry of entries) items.push({ type: recordType.entry, index: entry.index, payload: encodeEntry(entry) })
  return items
}

/** Some of the entries that were recovered, in order: where each is in memory that can be transferred. */
export interface RecoveredPart {
  readonly memory: ArrayBuffer
  /** Offset and length of each entry. */
  readonly places: Uint32Array
}

/**
 * What was recovered, in order and in parts for another thread. Takes the entries out of their list on the way, so that the
 * files that they are views of need not stay in memory to the end. A file that mostly consists of them is handed over as it
 * was read: memory that is new costs more than all that is done with it. Of others the entries are copied, in parts of about
 * `partBytes`, or a few of them would keep a whole file in memory.
 */
export function* takeParts(entries: StoredEntry[], partBytes: number): IterableIterator<RecoveredPart> {
  entries.reverse()
  while (entries.length > 0) {
    const file = takeFile(entries)
    const memory = file[0]?.buffer
    const sizeBytes = file.reduce((sum, payload) => sum + payload.length, 0)
    if (memory instanceof ArrayBuffer && memory.byteLength >= partBytes && sizeBytes * 2 >= memory.byteLength) {
      yield { memory, places: Uint32Array.from(file.flatMap((payload) => [payload.byteOffset, payload.length])) }
    } else yield* copies(file, partBytes)
  }
}

/** The next entries that are views of the same memory, from the end of a list that is in reverse. */
function takeFile(entries: StoredEntry[]): Uint8Array[] {
  const memory = entries.at(-1)?.payload.buffer
  let from = entries.length
  while (from > 0 && entries[from - 1]?.payload.buffer === memory) from--
  return entries.splice(from).reverse().map(({ payload }) => payload)
}

function* copies(payloads: readonly Uint8Array[], partBytes: number): IterableIterator<RecoveredPart> {
  for (let from = 0; from < payloads.length;) {
    let sizeBytes = 0
    let to = from
    for (; to < payloads.length && sizeBytes < partBytes; to++) sizeBytes += payloads[to]?.length ?? 0
    const part = payloads.slice(from, to)
    const memory = new Uint8Array(sizeBytes)
    const places: number[] = []
    let at = 0
    for (const payload of part) {
      memory.set(payload, at)
      places.push(at, payload.length)
      at += payload.length
    }
    yield { memory: memory.buffer, places: Uint32Array.from(places) }
    from = to
  }
}

/** The entries of such a part: their commands are views of its memory. */
export function* entriesOfPart({ memory, places }: RecoveredPart): IterableIterator<Entry> {
  for (let at = 0; at < places.length; at += 2) yield decodeEntry(new Uint8Array(memory, places[at], places[at + 1]))
}

/** The entries of a list that was not sent. */
export function entriesOf(stored: readonly StoredEntry[]): Entry[] {
  return stored.map(({ payload }) => decodeEntry(payload))
}
