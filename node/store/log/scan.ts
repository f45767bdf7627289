// Reads the segments of a log from the oldest on and says how far they are what was written, and what to make of the rest:
// a torn tail that nobody relied on, or damage that must not be papered over. It changes nothing on disk.
import { join } from 'node:path'
import { headerBytes, readRecord, recordType } from './record.ts'
import { decodeSegmentStart, Replay } from './replay.ts'
import { segmentName, segmentNumbers, syncMarkName } from './segment-file.ts'
import { decodeSlots, isBefore } from './sync-mark.ts'
import { ByteReader } from '../bytes.ts'
import { isZero } from './zeros.ts'
import type { FileCalls } from './file-calls.ts'
import type { LogRecord } from './record.ts'
import type { SyncMark } from './sync-mark.ts'
import type { LogProblem } from './types.ts'

/** A segment on disk and the highest index of an entry in it, 0 for none. */
export interface ScannedSegment {
  readonly number: number
  readonly sizeBytes: number
  readonly highestIndex: number
}

export interface ScannedLog {
  readonly replay: Replay
  /** Those that are kept, the last one up to `end`. */
  readonly segments: readonly ScannedSegment[]
  /** Where the last good record ends; segment 0 when there is none. */
  readonly end: SyncMark
  /** Sequence and chain for the next record. */
  readonly sequence: number
  readonly chain: number
  /** The turn of the newest sync mark. */
  readonly turn: number
  /** There is no log: neither segments nor a sign that anything was ever written. */
  readonly fresh: boolean
  readonly problem: LogProblem | undefined
}

/** Reads a log's directory. `expected`: there was a log before, so that an empty directory is a loss and no beginning. */
export function scanLog(calls: FileCalls, directory: string, expected: boolean): ScannedLog {
  const names = calls.list(directory)
  const numbers = segmentNumbers(names)
  const newest = names.includes(syncMarkName) ? decodeSlots(calls.read(join(directory, syncMarkName))) : undefined
  const scanner = new Scanner(calls, directory)
  const stopped = scanner.scan(numbers)
  const found = judge(numbers, scanner.end, stopped, newest?.mark, names.includes(syncMarkName))
  const gone = expected && numbers.length === 0
  const problem = found ?? (gone ? { kind: 'lost' as const, found: `${directory} is empty, and this peer had a log` } : undefined)
  const fresh = numbers.length === 0 && problem === undefined
  const hole: LogProblem | undefined = scanner.replay.hole ? { kind: 'hole', found: `entries after ${scanner.replay.mark.index} are missing` } : undefined
  return { ...scanner.result(), turn: newest?.turn ?? 0, fresh, problem: problem ?? hole }
}

/** Why a scan ended. `proof`: something that was written after a sync lies behind the end. */
interface Stop {
  readonly found: string
  readonly proof: boolean
}

/** Whether everything that was synced is there. */
function judge(numbers: readonly number[], end: SyncMark, stopped: Stop | undefined, synced: SyncMark | undefined, markFile: boolean): LogProblem | undefined {
  if (stopped?.proof === true) return { kind: 'damaged', found: stopped.found }
  if (synced === undefined) {
    if (numbers.length === 0 && !markFile) return undefined
    return { kind: 'lost', found: `${syncMarkName}: the record of what was synced is gone or unreadable` }
  }
  if (!isBefore(end, synced)) return undefined
  const where = stopped?.found ?? 'the files end too early'
  return { kind: 'lost', found: `${where}, and what was synced reached to ${segmentName(synced.segment)} at ${synced.offset}` }
}

class Scanner {
  readonly replay = new Replay()
  readonly #calls: FileCalls
  readonly #directory: string
  readonly #segments: ScannedSegment[] = []
  end: SyncMark = { segment: 0, offset: 0 }
  #sequence = 0
  #chain = 0

  constructor(calls: FileCalls, directory: string) {
    this.#calls = calls
    this.#directory = directory
  }

  result(): Pick<ScannedLog, 'replay' | 'segments' | 'end' | 'sequence' | 'chain'> {
    return { replay: this.replay, segments: this.#segments, end: this.end, sequence: this.#sequence, chain: this.#chain }
  }

  /** Reads segments until one is not as it should be; undefined when all were read to their unused rest. */
  scan(numbers: readonly number[]): Stop | undefined {
    let stopped: Stop | undefined
    for (const [position, number] of numbers.entries()) {
      // A segment begins only after all before it was synced: its being there proves that something is missing.
      if (stopped !== undefined) return { found: stopped.found, proof: true }
      if (position > 0 && number !== this.end.segment + 1) return { found: `${segmentName(this.end.segment + 1)} is missing`, proof: true }
      const bytes = this.#calls.read(join(this.#directory, segmentName(number)))
      const first = readRecord(bytes, 0)
      if (!this.#begins(first, number, position === 0)) {
        return { found: `${segmentName(number)} does not begin as a segment after the one before`, proof: true }
      }
      stopped = this.#records(number, bytes)
    }
    return stopped
  }

  /** Whether this is the first record of that segment, and continues the chain. */
  #begins(first: LogRecord | undefined, number: number, oldest: boolean): boolean {
    if (first === undefined || first.type !== recordType.segment || decodeSegmentStart(first.payload).number !== number) return false
    if (oldest) {
      this.#sequence = first.sequence
      this.#chain = first.chain
    }
    return first.sequence === this.#sequence && first.chain === this.#chain
  }

  #records(number: number, bytes: Buffer): Stop | undefined {
    let highestIndex = 0
    let at = 0
    for (;;) {
      const record = readRecord(bytes, at)
      if (record === undefined || record.sequence !== this.#sequence || record.chain !== this.#chain) break
      if (at > 0 && record.type === recordType.segment) break
      const index = record.type === recordType.entry ? indexOf(record.payload) : 0
      highestIndex = Math.max(highestIndex, index)
      this.replay.take(record.type, index, payloadOf(record))
      this.#sequence = record.sequence + 1
      this.#chain = record.checksum
      at = record.end
    }
    this.#segments.push({ number, sizeBytes: bytes.length, highestIndex })
    this.end = { segment: number, offset: at }
    if (isZero(bytes, at)) return undefined
    return { found: `${segmentName(number)} is damaged at ${at}`, proof: this.#laterBatch(bytes, at) }
  }

  /** Whether a record that begins a later batch than the broken one's lies behind it. */
  #laterBatch(bytes: Buffer, from: number): boolean {
    for (let at = from + 8; at + headerBytes <= bytes.length; at += 8) {
      const record = readRecord(bytes, at)
      if (record?.firstOfBatch === true && record.sequence > this.#sequence) return true
    }
    return false
  }
}

/** An entry's payload has its index in front, so that the writer need not decode it. */
export function indexOf(payload: Uint8Array): number {
  return new ByteReader(payload).count()
}

/** What of a record is for those who know entries. */
function payloadOf(record: LogRecord): Uint8Array {
  return record.type === recordType.entry ? record.payload.subarray(8) : record.payload
}
