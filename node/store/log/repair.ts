// Puts a scanned log in order for new records: what lies behind the last good one is cut. A torn tail goes silently, since
// nobody relied on it. Damage is first noted in a file that outlives restarts and keeps the peer from voting until it has
// healed; damaged segments are set aside and not deleted, for whoever wants to look.
import { join } from 'node:path'
import { failureCode } from '../../platform/failures.ts'
import { syncDirectory, writeAll } from './file-calls.ts'
import { problemName, segmentName, segmentNumbers } from './segment-file.ts'
import { usedBytes } from './zeros.ts'
import type { FileCalls } from './file-calls.ts'
import type { ScannedLog } from './scan.ts'
import type { LogProblem } from './types.ts'

/** Cuts and notes; answers the problem that keeps this peer from voting, if there is one, also from an earlier start. */
export function repair(calls: FileCalls, directory: string, scanned: ScannedLog): LogProblem | undefined {
  const noted = calls.list(directory).includes(problemName)
  if (scanned.problem !== undefined && !noted) note(calls, directory, scanned.problem)
  setAside(calls, directory, scanned.end.segment)
  if (scanned.problem !== undefined && scanned.end.segment > 0) keepCopy(calls, directory, scanned.end.segment)
  if (scanned.end.segment > 0) cutTail(calls, directory, scanned)
  if (scanned.problem !== undefined) return scanned.problem
  return noted ? { kind: 'damaged', found: calls.read(join(directory, problemName)).toString() } : undefined
}

function note(calls: FileCalls, directory: string, problem: LogProblem): void {
  const file = calls.open(join(directory, problemName), 'w')
  try {
    writeAll(calls, file, Buffer.from(problem.found), 0)
    calls.sync(file)
  } finally {
    calls.close(file)
  }
  syncDirectory(calls, directory)
}

/** Segments behind the end get another name. */
function setAside(calls: FileCalls, directory: string, last: number): void {
  const behind = segmentNumbers(calls.list(directory)).filter((number) => number > last)
  for (const number of behind) calls.rename(join(directory, segmentName(number)), join(directory, `${segmentName(number)}.damaged`))
  if (behind.length > 0) syncDirectory(calls, directory)
}

/** The last segment goes on to be used up to the damage; what it was stays beside it. No room for that is no reason not to start. */
function keepCopy(calls: FileCalls, directory: string, number: number): void {
  const copy = join(directory, `${segmentName(number)}.damaged`)
  const file = calls.open(copy, 'w')
  try {
    writeAll(calls, file, calls.read(join(directory, segmentName(number))), 0)
  } catch (error) {
    if (failureCode(error) !== 'ENOSPC') throw error
    calls.remove(copy)
  } finally {
    calls.close(file)
  }
}

/** Zeros behind the last good record, and makes durable what was written but not yet synced before it. */
function cutTail(calls: FileCalls, directory: string, scanned: ScannedLog): void {
  const path = join(directory, segmentName(scanned.end.segment))
  const bytes = calls.read(path)
  const file = calls.open(path, 'r+')
  try {
    const used = usedBytes(bytes.subarray(scanned.end.offset))
    if (used > 0) writeAll(calls, file, Buffer.alloc(used), scanned.end.offset)
    calls.datasync(file)
  } finally {
    calls.close(file)
  }
}
