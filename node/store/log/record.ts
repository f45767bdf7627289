// Records are what a log file consists of: a header, a payload, and padding to eight bytes. Each has a checksum over itself
// and carries the checksum of the record before it, so that the records form a chain: one that is changed, missing, repeated
// or out of order breaks it. The first record of each batch is flagged: a batch begins only after the one before was synced,
// so a flagged record proves that whatever stands before it had been synced.
import { crc32 } from 'node:zlib'
import { assert } from '../../../protocol/base/assert.ts'

/** Of what kind a payload is. The numbers are on disk. */
export const recordType = { segment: 1, entry: 2, hardState: 3, mark: 4 } as const

export interface LogRecord {
  readonly type: number
  readonly firstOfBatch: boolean
  /** Counts all records of the log. */
  readonly sequence: number
  /** Checksum of the record before. */
  readonly chain: number
  readonly checksum: number
  readonly payload: Uint8Array
  /** Offset of the next record. */
  readonly end: number
}

export const headerBytes = 24
const magic = 0x5348
const checksumAt = 20

/** Space that a payload takes in a file. */
export function recordBytes(payloadBytes: number): number {
  return (headerBytes + payloadBytes + 7) & ~7
}

/** Writes a record at `at` and returns its checksum. */
export function writeRecord(into: Buffer, at: number, record: Pick<LogRecord, 'type' | 'firstOfBatch' | 'sequence' | 'chain' | 'payload'>): number {
  assert(at % 8 === 0, 'records are aligned')
  into.writeUInt16LE(magic, at)
  into.writeUInt8(record.type, at + 2)
  into.writeUInt8(record.firstOfBatch ? 1 : 0, at + 3)
  into.writeUInt32LE(record.payload.length, at + 4)
  into.writeDoubleLE(record.sequence, at + 8)
  into.writeUInt32LE(record.chain, at + 16)
  into.set(record.payload, at + headerBytes)
  const checksum = checksumOf(into, at, record.payload.length)
  into.writeUInt32LE(checksum, at + checksumAt)
  return checksum
}

/** The record at `at`; undefined when there is no whole record there. Says nothing of the chain. */
export function readRecord(from: Buffer, at: number): LogRecord | undefined {
  if (at + headerBytes > from.length || from.readUInt16LE(at) !== magic) return undefined
  const length = from.readUInt32LE(at + 4)
  const end = at + recordBytes(length)
  if (end > from.length) return undefined
  const checksum = from.readUInt32LE(at + checksumAt)
  if (checksum !== checksumOf(from, at, length)) return undefined
  return {
    type: from.readUInt8(at + 2),
    firstOfBatch: from.readUInt8(at + 3) === 1,
    sequence: from.readDoubleLE(at + 8),
    chain: from.readUInt32LE(at + 16),
    checksum,
    payload: from.subarray(at + headerBytes, at + headerBytes + length),
    end,
  }
}

/** Over everything but itself, the padding too: no byte of a synced record can change unseen. */
function checksumOf(bytes: Buffer, at: number, payloadBytes: number): number {
  const header = crc32(bytes.subarray(at, at + checksumAt))
  return crc32(bytes.subarray(at + headerBytes, at + recordBytes(payloadBytes)), header)
}
