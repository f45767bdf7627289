// The files of a log's directory: their names, and how a segment begins. A segment is made whole, filled with zeros and
// synced under another name before it gets its own: it is there with its first record or not at all, and writing into it
// later allocates nothing. It knows nothing of what records mean.
import { join } from 'node:path'
import { recordBytes, recordType, writeRecord } from './record.ts'
import { syncDirectory, writeAll } from './file-calls.ts'
import type { FileCalls } from './file-calls.ts'

export const syncMarkName = 'synced'
export const problemName = 'problem'

const suffix = '.segment'

export function segmentName(number: number): string {
  return `${number.toString().padStart(12, '0')}${suffix}`
}

/** The numbers of the segments in a directory, ascending. */
export function segmentNumbers(names: readonly string[]): number[] {
  const numbers = names.flatMap((name) => (/^\d{12}\.segment$/.test(name) ? [Number.parseInt(name, 10)] : []))
  return numbers.sort((a, b) => a - b)
}

/** A segment's first record and how long the file is to be. */
export interface NewSegment {
  readonly number: number
  readonly sizeBytes: number
  readonly payload: Uint8Array
  readonly sequence: number
  readonly chain: number
}

/** An open segment with its first record written and synced. */
export interface OpenSegment {
  readonly file: number
  readonly sizeBytes: number
  readonly position: number
  readonly checksum: number
}

const zeros = Buffer.alloc(1024 * 1024)

/** Makes a segment. When a call fails, nothing of it is left under its name. */
export function makeSegment(calls: FileCalls, directory: string, segment: NewSegment): OpenSegment {
  const position = recordBytes(segment.payload.length)
  const sizeBytes = Math.max(segment.sizeBytes, position)
  const first = Buffer.alloc(position)
  const checksum = writeRecord(first, 0, { ...segment, type: recordType.segment, firstOfBatch: true })
  const making = join(directory, 'making')
  const file = calls.open(making, 'w')
  try {
    for (let at = 0; at < sizeBytes; at += zeros.length) writeAll(calls, file, zeros.subarray(0, Math.min(zeros.length, sizeBytes - at)), at)
    writeAll(calls, file, first, 0)
    calls.sync(file)
    calls.rename(making, join(directory, segmentName(segment.number)))
    syncDirectory(calls, directory)
  } catch (error) {
    calls.close(file)
    calls.remove(making)
    throw error
  }
  return { file, sizeBytes, position, checksum }
}
