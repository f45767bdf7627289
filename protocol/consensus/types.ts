// What goes into consensus and what comes out of it. The driver of this machine is the engine, which adds spreading,
// membership and ownership around it.
import type { BootMs, LogIndex, PeerId, Term, WallMs } from '../base/ids.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from '../message/entry.ts'
import type { Progress } from './progress.ts'

/** A message to a peer. */
export interface Outgoing {
  readonly to: PeerId
  readonly message: ConsensusMessage
}

/** What a peer's log held when it started. */
export interface RecoveredLog {
  readonly hardState: HardState
  /** The state that is there; nothing up to it is handed out again. */
  readonly snapshot: SnapshotMark
  /** What stands for everything before `entries`, at or before the snapshot; the snapshot itself when left out. */
  readonly begin?: SnapshotMark
  /** Contiguous. Those up to the snapshot are for followers that lack them. */
  readonly entries: readonly Entry[]
  readonly mayVote: boolean
}

/** To be saved, in this order: hard state, entries (from the first on everything old is replaced), then the cut. */
export interface LogSave {
  /** Rises by one; comes back through `saved`. */
  readonly sequence: number
  readonly hardState: HardState | undefined
  readonly entries: readonly Entry[]
  readonly compactTo: SnapshotMark | undefined
}

/** A read, or anything else that must wait until this leader is known to have led after it was asked. */
export interface ReadRequest {
  /** Who asked; the peer itself for its own reads. */
  readonly from: PeerId
  /** The asker's name for it; comes back unchanged. */
  readonly context: number
  /** What it is for; consensus does not look. */
  readonly purpose: 'read' | 'lease'
  /** How far the asker had applied the log; consensus does not look. */
  readonly applied: LogIndex
}

/** What became of a read: confirmed at an index, or never to be confirmed here. */
export interface ReadResult {
  readonly request: ReadRequest
  /** Undefined: this peer leads no more. */
  readonly index: LogIndex | undefined
}

/** Everything to do, in this order. */
export interface RaftReady {
  readonly send: readonly Outgoing[]
  readonly save: LogSave | undefined
  readonly sendAfterSave: readonly Outgoing[]
  /** Committed, saved here, contiguous. */
  readonly committed: readonly Entry[]
  readonly reads: readonly ReadResult[]
  readonly fetchSnapshot: { readonly atLeast: LogIndex; readonly from: readonly PeerId[] } | undefined
}

/** follower -> preCandidate -> candidate -> leader, and from anywhere back to follower. */
export type Role =
  | { readonly kind: 'follower'; leader: PeerId | undefined }
  | { readonly kind: 'preCandidate'; readonly votes: Map<PeerId, boolean> }
  | { readonly kind: 'candidate'; readonly votes: Map<PeerId, boolean>; readonly transfer: boolean }
  | Leading

/** What only a leader has. */
export interface Leading {
  readonly kind: 'leader'
  readonly sinceMs: BootMs
  /** Position of its first entry. Nothing is committed by counting, no read confirmed and no member changed before it is committed. */
  readonly noopIndex: LogIndex
  readonly progress: Map<PeerId, Progress>
  /** Newest round of heartbeats begun. */
  round: number
  lastHeartbeatMs: BootMs
  uncommittedBytes: number
  /** Who gets the leadership, and until when we wait for it. */
  transfer: { readonly to: PeerId; readonly untilMs: BootMs } | undefined
}

export type ProposeResult =
  | { readonly kind: 'appended'; readonly index: LogIndex; readonly term: Term }
  | { readonly kind: 'notLeader' }
  | { readonly kind: 'overloaded' }

/** Where consensus stands, for status and tests. */
export interface RaftStatus {
  readonly term: Term
  readonly leader: PeerId | undefined
  readonly role: Role['kind']
  readonly commit: LogIndex
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
  /** Leader's time of the newest entry. */
  readonly lastTimeMs: WallMs
  readonly configuration: Configuration
  /** False while a damaged log keeps this peer from voting. */
  readonly mayVote: boolean
}
