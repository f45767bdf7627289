// A batch on its way to the thread that writes it, and what was recovered on its way back: one run of bytes that can be
// transferred. The writing thread looks at kinds and indices only; entries are encoded and decoded on this side.
import { decodeEntry, decodeHardState, decodeSnapshotMark, encodeEntry, encodeHardState, encodeSnapshotMark } from '../../../protocol/message/codec.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import { recordType } from './record.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { LogSave } from './types.ts'

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

/** A batch as a save, for what was recovered. */
export function saveOf(items: readonly BatchItem[]): LogSave {
  const entries: Entry[] = []
  let save: LogSave = { hardState: undefined, entries, compactTo: undefined }
  for (const { type, payload } of items) {
    if (type === recordType.entry) entries.push(decodeEntry(payload))
    else if (type === recordType.hardState) save = { ...save, hardState: decodeHardState(payload) }
    else if (type === recordType.mark) save = { ...save, compactTo: decodeSnapshotMark(payload) }
  }
  return save
}
