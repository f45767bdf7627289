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

export function encodeBatch(items: Iterable<BatchItem>): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter()
  for (const item of items) out.u8(item.type).count(item.index).bytes(item.payload)
  return out.finish()
}

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

/**
 * What was recovered, in order and in parts of about `partBytes` for another thread. Takes the entries out of their list on
 * the way, so that the files that they are views of need not stay in memory to the end.
 */
export function* takeParts(entries: StoredEntry[], partBytes: number): IterableIterator<Uint8Array<ArrayBuffer>> {
  entries.reverse()
  while (entries.length > 0) {
    const part: BatchItem[] = []
    for (let sizeBytes = 0; sizeBytes < partBytes;) {
      const entry = entries.pop()
      if (entry === undefined) break
      part.push({ type: recordType.entry, ...entry })
      sizeBytes += entry.payload.length
    }
    yield encodeBatch(part)
  }
}

/** The entries of such a part, or of a list that was not sent. */
export function entriesOf(stored: readonly StoredEntry[]): Entry[] {
  return stored.map(({ payload }) => decodeEntry(payload))
}
