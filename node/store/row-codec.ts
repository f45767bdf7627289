// Rows, remembered results, past transactions and the state's header as bytes: the same on disk and in snapshots.
// Every decoder throws RangeError or TypeError for bytes that are none; its user turns that into the zone's error.
import { decodeSnapshotMark, encodeSnapshotMark } from '../../protocol/message/codec.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { keyOf } from './history.ts'
import type { TransactionResult } from '../../protocol/message/transaction.ts'
import type { StateHeader } from '../../protocol/state/machine.ts'
import type { ResultRow, Row, RowEvent } from '../../protocol/state/rows.ts'
import type { PastTransaction } from './history.ts'

/** Written into every header; a state of another format is refused. */
const formatVersion = 1

/** An object or internal key with its versions. */
export function writeRow(out: ByteWriter, row: Row): void {
  out.text(row.key).u8(row.terminating ? 1 : 0).count(row.revision).count(row.createRevision).bytes(row.value)
}

/** What `writeRow` wrote. */
export function readRow(from: ByteReader): Row {
  const key = from.text()
  const terminating = from.u8() === 1
  const revision = from.count()
  const createRevision = from.count()
  // A copy: a row must not keep a whole chunk or file alive.
  return { key, terminating, revision, createRevision, value: new Uint8Array(from.bytes()) }
}

/** What became of a peer's last transaction, by which a retry is recognised. */
export function writeResult(out: ByteWriter, row: ResultRow): void {
  out.text(row.peer).count(row.counter).u8(row.result.kind === 'applied' ? 1 : 0).count(row.result.revision)
  out.count(row.result.kind === 'applied' ? 0 : row.result.condition)
}

/** What `writeResult` wrote. */
export function readResult(from: ByteReader): ResultRow {
  const peer = from.text()
  const counter = from.count()
  const applied = from.u8() === 1
  const revision = from.count()
  const condition = from.count()
  const result: TransactionResult = applied ? { kind: 'applied', revision } : { kind: 'refused', condition, revision }
  return { peer, counter, result }
}

/** Where a state stands: the first thing on disk and in a snapshot. */
export function encodeHeader(header: StateHeader): Uint8Array {
  const out = new ByteWriter().u8(formatVersion).count(header.revision).count(header.timeMs).text(header.hash)
  return out.bytes(encodeSnapshotMark(header.mark)).finish()
}

/** What `encodeHeader` wrote; a state of another format is refused. */
export function decodeHeader(bytes: Uint8Array): StateHeader {
  const from = new ByteReader(bytes)
  const format = from.u8()
  if (format !== formatVersion) throw new RangeError(`format ${format}, this daemon knows ${formatVersion}`)
  const revision = from.count()
  const timeMs = from.count()
  const hash = from.text()
  return { revision, timeMs, hash, mark: decodeSnapshotMark(from.bytes()) }
}

/** A past transaction without the rows that it wrote: they are found again as the present or what a later one replaced. */
export function writePast(out: ByteWriter, past: PastTransaction): void {
  out.count(past.index).count(past.timeMs).count(past.revision).u32(past.events.length)
  for (const event of past.events) {
    out.u8(event.kind === 'put' ? 1 : 0).count(event.revision).text(keyOf(event))
    out.u8(event.previous === undefined ? 0 : 1)
    if (event.previous !== undefined) writeRow(out, event.previous)
  }
}

/** A past transaction as it is on disk. */
export interface StoredPast {
  readonly index: number
  readonly timeMs: number
  readonly revision: number
  readonly events: readonly { readonly put: boolean; readonly revision: number; readonly key: string; readonly previous: Row | undefined }[]
}

/** What `writePast` wrote, its rows not yet found. */
export function decodePast(bytes: Uint8Array): StoredPast {
  const from = new ByteReader(bytes)
  const index = from.count()
  const timeMs = from.count()
  const revision = from.count()
  const events = Array.from({ length: from.u32() }, () => {
    const put = from.u8() === 1
    const eventRevision = from.count()
    const key = from.text()
    return { put, revision: eventRevision, key, previous: from.u8() === 1 ? readRow(from) : undefined }
  })
  return { index, timeMs, revision, events }
}

/**
 * The past with its rows, oldest first, found by walking back from the present. Undefined when it does not lead to the
 * present: a put without a row, a delete without what it deleted.
 */
export function rebuildPast(present: (key: string) => Row | undefined, stored: readonly StoredPast[]): PastTransaction[] | undefined {
  const later = new Map<string, Row | undefined>()
  const past: PastTransaction[] = []
  for (const transaction of stored.toReversed()) {
    const events: RowEvent[] = []
    for (const { put, revision, key, previous } of transaction.events.toReversed()) {
      const value = later.has(key) ? later.get(key) : present(key)
      if (put && value?.revision === revision) events.push({ kind: 'put', revision, value, previous })
      else if (!put && value === undefined && previous !== undefined) events.push({ kind: 'delete', revision, previous })
      else return undefined
      later.set(key, previous)
    }
    past.push({ index: transaction.index, timeMs: transaction.timeMs, revision: transaction.revision, events: events.reverse() })
  }
  return past.reverse()
}
