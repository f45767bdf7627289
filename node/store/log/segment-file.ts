// The files of a log's directory: their names, and how a segment begins. A segment is made whole, filled with zeros and
// synced under another name before it gets its own: it is there with its first record or not at all, and writing into it
// later allocates nothing. Most of that happens ahead, a piece at a time, so that no batch waits for a whole file. It knows
// nothing of what records mean.
import { join } from 'node:path'
import { recordBytes, recordType, writeRecord } from './record.ts'
import { failureCode } from '../../platform/failures.ts'
import { syncDirectory, writeAll } from './file-calls.ts'
import type { FileCalls } from './file-calls.ts'

export const syncMarkName = 'synced'
export const problemName = 'problem'

const suffix = '.segment'

/** What a segment is called until it is whole. */
const makingName = 'making'

/** The name of a segment's file; names sort as numbers do. */
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

/** Pieces in which a segment is filled ahead. */
const pieces = 16

/** The file that becomes the next segment, as far as it is there. */
export class SegmentAhead {
  readonly #calls: FileCalls
  readonly #path: string
  readonly #sizeBytes: number
  #file: number | undefined
  #filledBytes = 0
  /** The disk did not take it. Whoever needs the segment makes it whole, and is told. */
  #isGivenUp = false

  constructor(calls: FileCalls, directory: string, sizeBytes: number) {
    this.#calls = calls
    this.#path = join(directory, makingName)
    this.#sizeBytes = sizeBytes
  }

  /** Fills and syncs the next piece, if it is due: from the middle of the present segment on, of which so much is used (0 to 1). */
  advance(used: number): void {
    const pieceBytes = Math.ceil(this.#sizeBytes / pieces)
    const dueBytes = Math.min(this.#sizeBytes, (2 * used - 1) * this.#sizeBytes + pieceBytes)
    if (used < 0.5 || this.#filledBytes >= dueBytes || this.#isGivenUp) return
    try {
      this.#file ??= this.#calls.open(this.#path, 'w')
      fill(this.#calls, this.#file, this.#filledBytes, Math.min(this.#sizeBytes, this.#filledBytes + pieceBytes))
      this.#calls.datasync(this.#file)
      this.#filledBytes += pieceBytes
    } catch (error) {
      if (failureCode(error) === undefined) throw error
      this.drop()
      this.#isGivenUp = true
    }
  }

  /** Hands the file over, new when none was begun, and begins anew. */
  take(): { readonly file: number; readonly filledBytes: number } {
    const taken = { file: this.#file ?? this.#calls.open(this.#path, 'w'), filledBytes: Math.min(this.#filledBytes, this.#sizeBytes) }
    this.#file = undefined
    this.#filledBytes = 0
    this.#isGivenUp = false
    return taken
  }

  /** Removes what is there. */
  drop(): void {
    if (this.#file === undefined) return
    this.#calls.close(this.#file)
    this.#calls.remove(this.#path)
    this.#file = undefined
    this.#filledBytes = 0
  }
}

function fill(calls: FileCalls, file: number, from: number, to: number): void {
  for (let at = from; at < to; at += zeros.length) writeAll(calls, file, zeros.subarray(0, Math.min(zeros.length, to - at)), at)
}

/** Makes a segment of what is there ahead. When a call fails, nothing of it is left under its name. */
export function makeSegment(calls: FileCalls, directory: string, segment: NewSegment, ahead: SegmentAhead): OpenSegment {
  const position = recordBytes(segment.payload.length)
  const sizeBytes = Math.max(segment.sizeBytes, position)
  const first = Buffer.alloc(position)
  const checksum = writeRecord(first, 0, { ...segment, type: recordType.segment, firstOfBatch: true })
  const making = join(directory, makingName)
  const { file, filledBytes } = ahead.take()
  try {
    fill(calls, file, filledBytes, sizeBytes)
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
