// The log in its files: opened, appended to, compacted, all synchronously. It runs in the writing thread, and in tests
// without one. A batch is one write and one sync. A full disk refuses a batch before anything of it counts; any other failed
// write or sync is final, because the kernel may say later that pages are clean which never reached the disk.
import { join } from 'node:path'
import { assert, required } from '../../../protocol/base/assert.ts'
import { encodeHardState, encodeSnapshotMark } from '../../../protocol/message/codec.ts'
import { failureCode } from '../../platform/failures.ts'
import { diskFull, logFailed } from '../errors.ts'
import { syncDirectory, writeAll } from './file-calls.ts'
import { recordBytes, recordType, writeRecord } from './record.ts'
import { encodeSegmentStart } from './replay.ts'
import { repair } from './repair.ts'
import { scanLog } from './scan.ts'
import { makeSegment, problemName, SegmentAhead, segmentName, syncMarkName } from './segment-file.ts'
import { encodeSlot, slotBytes } from './sync-mark.ts'
import type { BatchItem } from './batch.ts'
import type { FileCalls } from './file-calls.ts'
import type { ScannedLog } from './scan.ts'
import type { StoredLog } from './types.ts'

export interface LogFilesOptions {
  /** Made if it is not there. */
  readonly directory: string
  readonly segmentBytes: number
  /** This peer had a log before: an empty directory is a loss, and with it votes may be forgotten (P6). */
  readonly expected: boolean
}

interface Segment {
  readonly number: number
  highestIndex: number
}

export class LogFiles {
  #recovered: StoredLog | undefined
  readonly #calls: FileCalls
  readonly #options: LogFilesOptions
  readonly #syncMarkFile: number
  readonly #segments: Segment[]
  readonly #ahead: SegmentAhead
  #file: number
  #sizeBytes: number
  #position: number
  #sequence: number
  #chain: number
  #turn: number
  #hardState: Uint8Array
  #mark: Uint8Array
  #markIndex: number
  #failed: unknown

  /** Opens a log, repairs its tail, and makes it if there is none. Throws `diskFull` or `logFailed`. */
  static open(calls: FileCalls, options: LogFilesOptions): LogFiles {
    try {
      calls.makeDirectory(options.directory)
      const scanned = scanLog(calls, options.directory, options.expected)
      return new LogFiles(calls, options, scanned)
    } catch (error) {
      if (failureCode(error) === undefined) throw error
      if (failureCode(error) === 'ENOSPC') throw diskFull.make({ directory: options.directory }, error)
      throw failed(options.directory, error)
    }
  }

  private constructor(calls: FileCalls, options: LogFilesOptions, scanned: ScannedLog) {
    const { replay } = scanned
    this.#calls = calls
    this.#options = options
    this.#ahead = new SegmentAhead(calls, options.directory, options.segmentBytes)
    this.#hardState = encodeHardState(replay.hardState)
    this.#mark = encodeSnapshotMark(replay.mark)
    this.#markIndex = replay.mark.index
    this.#sequence = scanned.sequence
    this.#chain = scanned.chain
    this.#turn = scanned.turn
    const problem = repair(calls, options.directory, scanned)
    this.#syncMarkFile = this.#openSyncMark()
    this.#segments = scanned.segments.map(({ number, highestIndex }) => ({ number, highestIndex }))
    const last = scanned.segments.at(-1)
    if (last === undefined) {
      const made = this.#make(scanned.end.segment + 1, 0)
      this.#file = made.file
      this.#sizeBytes = made.sizeBytes
      this.#position = made.position
    } else {
      this.#file = calls.open(join(options.directory, segmentName(last.number)), 'r+')
      this.#sizeBytes = last.sizeBytes
      this.#position = scanned.end.offset
    }
    this.#markSynced(true)
    this.#recovered = {
      fresh: scanned.fresh,
      hardState: replay.hardState,
      mark: replay.mark,
      entries: replay.entries,
      mayVote: problem === undefined,
      problem,
    }
  }

  /** What was found, once: it may be large, and is not kept. */
  takeRecovered(): StoredLog {
    const recovered = required(this.#recovered, 'what was recovered is taken once')
    this.#recovered = undefined
    return recovered
  }

  /** Writes a batch and syncs it. Throws `diskFull` (nothing of it counts) or `logFailed`. */
  append(items: readonly BatchItem[]): void {
    if (this.#failed !== undefined) throw failed(this.#options.directory, this.#failed)
    if (items.length === 0) return
    const records = items.map((item) => ({ item, payload: payloadOf(item) }))
    const neededBytes = records.reduce((sum, record) => sum + recordBytes(record.payload.length), 0)
    try {
      if (this.#position + neededBytes > this.#sizeBytes) this.#roll(neededBytes)
      this.#write(records, neededBytes)
    } catch (error) {
      throw this.#refused(error)
    }
    this.#remember(items)
    try {
      this.#dropOld()
    } catch (error) {
      this.#failed = error
      throw this.#refused(error)
    }
  }

  /** Does a piece of what the next segment needs, in a moment when nobody waits. */
  prepare(): void {
    if (this.#failed === undefined) this.#ahead.advance(this.#position / this.#sizeBytes)
  }

  /** Forgets an earlier problem. */
  healed(): void {
    try {
      this.#calls.remove(join(this.#options.directory, problemName))
      syncDirectory(this.#calls, this.#options.directory)
    } catch (error) {
      throw this.#refused(error)
    }
  }

  close(): void {
    this.#ahead.drop()
    if (this.#failed === undefined) this.#calls.sync(this.#syncMarkFile)
    this.#calls.close(this.#syncMarkFile)
    this.#calls.close(this.#file)
  }

  #write(records: readonly { readonly item: BatchItem; readonly payload: Uint8Array }[], sizeBytes: number): void {
    const bytes = Buffer.alloc(sizeBytes)
    let at = 0
    let sequence = this.#sequence
    let chain = this.#chain
    for (const { item, payload } of records) {
      chain = writeRecord(bytes, at, { type: item.type, firstOfBatch: at === 0, sequence: sequence++, chain, payload })
      at += recordBytes(payload.length)
    }
    assert(at === sizeBytes, 'the batch has the size that was counted')
    writeAll(this.#calls, this.#file, bytes, this.#position)
    try {
      this.#calls.datasync(this.#file)
    } catch (error) {
      // Also when it says that the disk is full: what is on it now is unknown.
      this.#failed = error
      throw error
    }
    this.#position += sizeBytes
    this.#sequence = sequence
    this.#chain = chain
    this.#markSynced(false)
  }

  /** Begins the next segment; the log is as it was when that fails. */
  #roll(neededBytes: number): void {
    const number = required(this.#segments.at(-1), 'the last segment').number + 1
    const before = this.#file
    const made = this.#make(number, neededBytes)
    this.#calls.close(before)
    this.#file = made.file
    this.#sizeBytes = made.sizeBytes
    this.#position = made.position
    this.#markSynced(true)
  }

  #make(number: number, neededBytes: number): ReturnType<typeof makeSegment> {
    const payload = encodeSegmentStart({ number, hardState: this.#hardState, mark: this.#mark })
    const sizeBytes = Math.max(this.#options.segmentBytes, recordBytes(payload.length) + neededBytes)
    const made = makeSegment(this.#calls, this.#options.directory, { number, sizeBytes, payload, sequence: this.#sequence, chain: this.#chain }, this.#ahead)
    this.#segments.push({ number, highestIndex: 0 })
    this.#sequence++
    this.#chain = made.checksum
    return made
  }

  #remember(items: readonly BatchItem[]): void {
    const segment = required(this.#segments.at(-1), 'the last segment')
    for (const { type, index, payload } of items) {
      if (type === recordType.entry) segment.highestIndex = Math.max(segment.highestIndex, index)
      else if (type === recordType.hardState) this.#hardState = payload.slice()
      else if (type === recordType.mark && index > this.#markIndex) {
        this.#mark = payload.slice()
        this.#markIndex = index
      }
    }
  }

  /** Removes the oldest segments while nothing in them counts any more; the mark that says so is synced. */
  #dropOld(): void {
    for (let oldest = this.#segments[0]; oldest !== undefined && this.#segments.length > 1; oldest = this.#segments[0]) {
      if (oldest.highestIndex > this.#markIndex) return
      this.#calls.remove(join(this.#options.directory, segmentName(oldest.number)))
      this.#segments.shift()
    }
  }

  #openSyncMark(): number {
    const path = join(this.#options.directory, syncMarkName)
    if (this.#calls.list(this.#options.directory).includes(syncMarkName)) return this.#calls.open(path, 'r+')
    const file = this.#calls.open(path, 'w+')
    writeAll(this.#calls, file, encodeSlot(0, { segment: 0, offset: 0 }), 0)
    writeAll(this.#calls, file, Buffer.alloc(slotBytes), slotBytes)
    this.#calls.sync(file)
    syncDirectory(this.#calls, this.#options.directory)
    return file
  }

  /** Notes how far the log is synced; `durably` when segments come and go, so that the note never names one that is gone. */
  #markSynced(durably: boolean): void {
    this.#turn++
    const segment = required(this.#segments.at(-1), 'the last segment').number
    try {
      writeAll(this.#calls, this.#syncMarkFile, encodeSlot(this.#turn, { segment, offset: this.#position }), (this.#turn % 2) * slotBytes)
      if (durably) this.#calls.sync(this.#syncMarkFile)
    } catch (error) {
      this.#failed = error
      throw error
    }
  }

  /** The error for a failed call; all but a full disk, seen before anything counted, end the log. */
  #refused(error: unknown): unknown {
    const code = failureCode(error)
    if (code === undefined) return error
    if (code === 'ENOSPC' && this.#failed === undefined) return diskFull.make({ directory: this.#options.directory }, error)
    this.#failed ??= error
    return failed(this.#options.directory, this.#failed)
  }
}

/** An entry's payload gets its index in front, so that a scan need not decode it to find the highest. */
function payloadOf(item: BatchItem): Uint8Array {
  if (item.type !== recordType.entry) return item.payload
  const payload = Buffer.alloc(8 + item.payload.length)
  payload.writeDoubleLE(item.index, 0)
  payload.set(item.payload, 8)
  return payload
}

function failed(directory: string, cause: unknown): unknown {
  return logFailed.make({ directory, found: cause instanceof Error ? cause.message : 'an unknown error' }, cause)
}
