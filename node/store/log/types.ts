// The contract of the log: what Raft must not forget, on disk before anything that relies on it is said. The log in files
// and its twin in memory keep it. What one saves is a subset of what the engine hands out.
import type { Entry, HardState, SnapshotMark } from '../../../protocol/message/entry.ts'

/** One batch: written and synced as a whole. */
export interface LogSave {
  readonly hardState: HardState | undefined
  /** The first one's index may be at or below the log's last: everything from it on is replaced. */
  readonly entries: readonly Entry[]
  /** Everything up to here may be dropped. */
  readonly compactTo: SnapshotMark | undefined
}

/** What is wrong with a log that was found damaged. `lost`: something that had been synced is gone. */
export interface LogProblem {
  readonly kind: 'damaged' | 'lost' | 'hole'
  /** File and offset, for people. */
  readonly found: string
}

/** What a log holds when it is opened. */
export interface RecoveredLog {
  /** The log was made just now: there was none. */
  readonly fresh: boolean
  readonly hardState: HardState
  /** Stands for everything before `entries`. */
  readonly mark: SnapshotMark
  /** Contiguous, from `mark.index + 1` on. */
  readonly entries: readonly Entry[]
  /** False when something that may have been acknowledged is missing; stays so over restarts until `healed`. */
  readonly mayVote: boolean
  readonly problem: LogProblem | undefined
}

/** An entry as it is encoded. */
export interface StoredEntry {
  readonly index: number
  readonly payload: Uint8Array
}

/** What the files hold when they are opened: as above, the entries encoded. */
export interface StoredLog extends Omit<RecoveredLog, 'entries'> {
  /** Belongs to whoever takes it. */
  readonly entries: StoredEntry[]
}

export interface DurableLog {
  readonly recovered: RecoveredLog
  /**
   * Resolves once the batch is synced; batches are synced in order, several at once when they wait. Rejects with `diskFull`
   * (nothing of it counts as written; it may be tried again) or `logFailed` (fatal: the peer must stop).
   */
  append(save: LogSave): Promise<void>
  /** The peer has caught up with the others, or was admitted anew: an earlier problem no longer keeps it from voting. */
  healed(): Promise<void>
  close(): Promise<void>
}

/** Before the first election. */
export const emptyHardState: HardState = { term: 0, vote: undefined, commit: 0 }

/** Before the first entry. */
export const emptyMark: SnapshotMark = { index: 0, term: 0, configuration: { voters: [], learners: [], witnesses: [] } }
