// The engine is one peer's protocol behind one door: consensus, membership and ownership joined, without I/O, clock or
// chance of its own. The daemon's peer thread and the simulator drive the same engine.
// Contract of the driver: after any input call ready() until it returns nothing to do; carry a Ready out in the order
// that its fields have; feed what happened back as inputs. All calls are synchronous.
import type { BootMs, ClusterId, LogIndex, PeerId, Term, WallMs } from '../base/ids.ts'
import type { ConnectionLoss, Member } from '../membership/types.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from '../message/entry.ts'
import type { GossipBatch, Message } from '../message/message.ts'
import type { Assignment, WorkReport } from '../message/ownership.ts'
import type { ProposalId } from '../message/transaction.ts'

/** A member of the cluster as the agreed state has it (`/shoal/peers/<peer id>`). */
export interface PeerRecord {
  readonly peer: PeerId
  /** The Node's name; a label, not an identity. */
  readonly name: string
  readonly role: 'peer' | 'witness'
  readonly addresses: readonly string[]
  /** `topology.kubernetes.io/zone`, for spreading voters. */
  readonly zone: string
}

/** The part of the applied state that the protocol itself acts on. The driver passes it whenever it changed. */
export interface SystemState {
  readonly peers: readonly PeerRecord[]
  readonly assignments: readonly Assignment[]
}

/** What the log of a peer holds when it starts. */
export interface Recovered {
  readonly hardState: HardState
  /** The state that the state machine has on disk. */
  readonly snapshot: SnapshotMark
  /** What stands for everything before `entries`, at or before the snapshot; the snapshot itself when left out. */
  readonly begin?: SnapshotMark
  /** Contiguous. Those up to the snapshot are kept for followers that lack them, and not applied again. */
  readonly entries: readonly Entry[]
  /** False when the log was damaged below what may have been acknowledged: the peer must not vote, and fetches. */
  readonly mayVote: boolean
}

export interface EngineOptions {
  readonly self: PeerId
  readonly cluster: ClusterId
  /** Upper bound of automatic voters: 1, 3, 5 or 7. */
  readonly maxVoters: number
  /** The works that need a holder. */
  readonly works: readonly string[]
  /** Entries kept behind the durable state for slow followers; the usual number when left out. The simulator keeps few. */
  readonly keptEntries?: number
  /** How long a peer without its log waits before it asks how far to catch up; the usual time when left out. Tests on one machine wait less. */
  readonly damagedQuietMs?: number
}

/** What the state machine reports after it has applied entries. */
export interface Applied {
  readonly index: LogIndex
  /** Up to which index the state is on disk, so that the log may be cut. */
  readonly durableIndex: LogIndex
  /** Present when it changed. */
  readonly system: SystemState | undefined
}

/** To be written and synced before anything under `sendAfterSave` may leave. */
export interface Save {
  /** Handed back to `saved()`; rises by one. */
  readonly sequence: number
  readonly hardState: HardState | undefined
  /** Entries to append. The first one's index may be at or below the log's last: everything from it on is replaced. */
  readonly entries: readonly Entry[]
  /**
   * Everything up to here may be dropped from the log. When the log's entry at this index is missing or of another term, the
   * whole log is dropped and starts anew behind the mark; such a save carries no entries.
   */
  readonly compactTo: SnapshotMark | undefined
}

/** What became of one of our own proposals before it was applied. Applied ones are seen by the state machine. */
export type ProposalOutcome =
  | { readonly kind: 'noLeader'; readonly proposal: ProposalId }
  /** Too many proposals under way; nothing was appended. */
  | { readonly kind: 'overloaded'; readonly proposal: ProposalId }

export type ReadOutcome =
  /** A read is linearizable once the state machine has applied `index`. */
  | { readonly kind: 'confirmed'; readonly context: number; readonly index: LogIndex }
  | { readonly kind: 'noLeader'; readonly context: number }

/** Everything that the engine wants done, in the order in which to do it. */
export interface Ready {
  /** May leave at once, also before the save. */
  readonly send: readonly { readonly to: PeerId; readonly message: Message }[]
  readonly save: Save | undefined
  /** Leaves only after `save` (or the last one before it) has been synced. */
  readonly sendAfterSave: readonly { readonly to: PeerId; readonly message: Message }[]
  /** For everybody, by gossip. The driver signs it; bigger ones are announced by hash. */
  readonly publish: readonly GossipBatch[]
  /** Committed and saved entries, contiguous, for the state machine. */
  readonly committed: readonly Entry[]
  /** The peer is behind every log that it can reach: fetch the state of at least this index from one of `from`. */
  readonly fetchSnapshot: { readonly atLeast: LogIndex; readonly from: readonly PeerId[] } | undefined
  readonly proposals: readonly ProposalOutcome[]
  readonly reads: readonly ReadOutcome[]
  /** Members whose state changed as seen from here. Soft: may only subtract. */
  readonly members: readonly Member[]
  /** Works that this peer gained or lost. */
  readonly works: readonly Assignment[]
  /** Commands that the engine itself wants agreed (assignments); the driver encodes and proposes them. */
  readonly assign: readonly Assignment[]
}

export interface EngineStatus {
  readonly term: Term
  readonly leader: PeerId | undefined
  readonly role: 'leader' | 'voter' | 'learner' | 'mirror' | 'witness'
  readonly commit: LogIndex
  readonly applied: LogIndex
  readonly lastIndex: LogIndex
  /** Term and time of the newest entry in the log; 0 where none is retained. Whoever has the highest (term, index) lacks nothing that another has. */
  readonly lastTerm: Term
  readonly lastTimeMs: WallMs
  readonly configuration: Configuration
  readonly members: readonly Member[]
  readonly assignments: readonly Assignment[]
  /** How far each peer was known to be, by the leader's view; empty elsewhere. */
  readonly progress: readonly { readonly peer: PeerId; readonly match: LogIndex }[]
  /** End of our own lease by the boot-time clock. */
  readonly leaseUntilMs: BootMs
  /** Leader: peers whose lease has run out for so long that others may replace their unique Pods; empty elsewhere. */
  readonly expired?: readonly PeerId[]
  /** False while this peer must not vote because its log was damaged. */
  readonly mayVote?: boolean
  /** Majority heard within an election timeout (leader), or leader heard (others). */
  readonly quorum: boolean
}

export interface PeerEngine {
  /** Starts a cluster of one: this peer as the only voter. Only on an empty log. */
  bootstrap(): void
  /** A message from a peer whose identity the transport has proved. */
  step(from: PeerId, message: Message): void
  /** A gossiped batch that passed the validator. */
  gossiped(batch: GossipBatch): void
  /** Call every 20 ms or so. */
  tick(nowMs: BootMs, wallMs: WallMs): void
  propose(proposal: ProposalId, command: Uint8Array): void
  /** Asks for a linearizable read; answered under `context` in Ready.reads. */
  read(context: number): void
  saved(sequence: number): void
  applied(applied: Applied): void
  /** A fetched snapshot is installed in the state machine. */
  snapshotInstalled(mark: SnapshotMark): void
  connectionLost(peer: PeerId, loss: ConnectionLoss): void
  /** Progress of the works that this peer holds, for its next lease request. */
  report(reports: readonly WorkReport[]): void
  /** The main thread was silent for too long, or is no more: renew neither lease nor assignments, lead no more. */
  health(healthy: boolean): void
  /** The disk under the log is full, or has room again: without room hold no work and lead no more. The lease goes on. */
  room(full: boolean): void
  announce(addresses: readonly string[]): void
  /** Gives leadership away (clean stop) and tells the others that we leave on purpose when `leave`. */
  stop(leave: boolean): void
  ready(): Ready | undefined
  status(): EngineStatus
  /** Whether this peer leads and the lease of `peer`, a member or one that was removed, ran out so long ago that others may replace its unique Pods. */
  leaseOver(peer: PeerId): boolean
}
