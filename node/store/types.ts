// The contract of the state that every peer holds: what reads, watches and snapshots see, and how committed entries get in.
// It stores bytes under keys and knows nothing of Kubernetes. The store on level and its twin in memory keep one contract suite.
import type { LogIndex, Revision } from '../../protocol/base/ids.ts'
import type { Entry, SnapshotMark } from '../../protocol/message/entry.ts'
import type { ProposalId, TransactionResult } from '../../protocol/message/transaction.ts'

/** A key's value and when it was written. */
export interface StoredValue {
  readonly key: string
  readonly value: Uint8Array
  /** Revision of the last write; what Kubernetes shows as resourceVersion. Internal keys carry the revision at their write. */
  readonly revision: Revision
  /** Revision of the write that created the key. */
  readonly createRevision: Revision
  readonly terminating: boolean
}

/** One change of one key. */
export type StoreEvent =
  | { readonly kind: 'put'; readonly revision: Revision; readonly value: StoredValue; readonly previous: StoredValue | undefined }
  | { readonly kind: 'delete'; readonly revision: Revision; readonly previous: StoredValue }

/** Whole transactions only, in order. Empty events report progress: everything up to `revision` has been delivered. */
export interface WatchBatch {
  readonly events: readonly StoreEvent[]
  readonly revision: Revision
}

/** A consumer's queue of changes. */
export interface StateWatch {
  /** Waits for changes. Rejects with a `behind` error when the queue overflowed (the consumer lists again), with the signal's reason when closed. */
  next(): Promise<WatchBatch>
  close(): void
}

export interface RangeOptions {
  /** Only keys greater than this one. */
  readonly after?: string
  readonly limit?: number
}

export interface RangeResult {
  readonly items: readonly StoredValue[]
  /** How many more keys lie behind the last item. */
  readonly remaining: number
  /** The revision that the range shows. */
  readonly revision: Revision
}

/** Reads of this peer's own copy. All synchronous: the state is in memory. */
export interface StateReader {
  /** Revision of the newest object write that has been applied. */
  revision(): Revision
  /** The oldest revision that reads and watches can still start from. */
  oldestRevision(): Revision
  appliedIndex(): LogIndex
  /** Wall clock of the newest applied entry, by the leader that proposed it. */
  appliedTimeMs(): number
  get(key: string): StoredValue | undefined
  range(prefix: string, options?: RangeOptions): RangeResult
  /** As it was at `revision`; throws `expired` when history no longer reaches that far. Internal keys show their present values. */
  rangeAt(revision: Revision, prefix: string, options?: RangeOptions): RangeResult
  count(prefix: string): number
  /**
   * Changes after `from` under `prefix`; throws `expired` when history no longer reaches that far. Internal keys have no
   * history: a watch on them shows the changes made after the call.
   */
  watch(prefix: string, from: Revision): StateWatch
  /** Resolves once `revision() >= revision`; rejects with a timeout error after `timeoutMs`. */
  waitForRevision(revision: Revision, timeoutMs: number, signal?: AbortSignal): Promise<void>
  /** Resolves once `appliedIndex() >= index`. */
  waitForIndex(index: LogIndex, timeoutMs: number, signal?: AbortSignal): Promise<void>
}

/** The result of one applied entry that carried a command. */
export interface AppliedCommand {
  readonly index: LogIndex
  readonly proposal: ProposalId
  readonly result: TransactionResult
}

/** The hash of the state right after an entry. */
export interface StateCheckpoint {
  readonly index: LogIndex
  readonly hash: string
}

/** The whole store, as its owner in the main thread sees it. */
export interface StateStore extends StateReader {
  /** Applies committed entries, contiguous with what was applied before. Returns the results of commands. */
  apply(entries: readonly Entry[]): readonly AppliedCommand[]
  /** Resolves when everything applied so far is on disk; answers up to which index. */
  flush(): Promise<LogIndex>
  /** Up to which index the state is on disk. */
  durableIndex(): LogIndex
  /** The last applied entry: its index and term, and the configuration at it. */
  mark(): SnapshotMark
  /** The same of the state that is on disk: where a restart begins, and up to where the log may be cut. */
  durableMark(): SnapshotMark
  /** Incremental hash over the set of all keys and values; equal on peers at equal index. */
  hash(): string
  /** Hashes at the latest multiples of `checkpointEntries`, the oldest first; none from before a fetched or loaded state. */
  checkpoints(): readonly StateCheckpoint[]
  /** The state as it is now, as chunks to send to another peer. Later writes do not show. Its mark is the store's own. */
  snapshot(): Promise<SnapshotSource>
  /** Starts to receive a state of exactly this mark. Nothing changes until `finish`. */
  receive(mark: SnapshotMark): Promise<SnapshotSink>
  close(): Promise<void>
}

/** A state on its way out: numbered chunks, so that a broken transfer resumes. */
export interface SnapshotSource {
  /** Two sources of one name have the same content in each chunk, whoever made them. */
  readonly name: string
  readonly mark: SnapshotMark
  readonly chunks: number
  chunk(number: number): Promise<Uint8Array>
  close(): void
}

/** A state on its way in. */
export interface SnapshotSink {
  /** Chunks in order from 0; one that was added before is ignored, so that a resumed transfer may repeat the last. */
  add(number: number, bytes: Uint8Array): Promise<void>
  /**
   * Checks the hash, replaces the whole state at once, also on disk, and continues watches by telling them `behind`. Throws
   * `snapshotRefused` when chunks are damaged or missing, or the state here is newer by now.
   */
  finish(): Promise<void>
  abort(): Promise<void>
}
