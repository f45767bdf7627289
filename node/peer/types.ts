// What crosses between the peer's two threads, and the door of the log. Only bytes, strings and small records travel,
// never live objects, so the same messages serve a worker and a test that runs everything in one thread.
import type { ClusterId, LogIndex, PeerId, Term } from '../../protocol/base/ids.ts'
import type { EngineStatus, PeerRecord, Recovered, Save, SystemState } from '../../protocol/engine/types.ts'
import type { Member } from '../../protocol/membership/types.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Assignment, WorkReport } from '../../protocol/message/ownership.ts'
import type { LeftIncarnation, Lineage } from './lineage.ts'
import type { MetricRecord } from './thread-metrics.ts'

/** The log as the driver uses it. `append` keeps order and resolves after the bytes are synced; a failure is fatal. */
export interface PeerLog {
  /** What it held at the start, relative to the state's mark. */
  readonly recovered: Recovered
  /** The state ends before the log begins: a state of at least this index has to be fetched before anything is applied. */
  readonly fetchFrom: LogIndex | undefined
  /** File and offset of a damage that is not made good yet. */
  readonly damage: string | undefined
  append(save: Save): Promise<void>
  /** An earlier damage no longer keeps this peer from voting. */
  healed(): Promise<void>
  close(): Promise<void>
}

/** A peer that we may talk to before the agreed table says more. */
export type KnownPeer = Pick<PeerRecord, 'peer' | 'name' | 'addresses'>

/** What the peer thread needs to begin. */
export interface CoreOptions {
  /** The peer's private key, libp2p's protobuf form. */
  readonly keyBytes: Uint8Array
  readonly cluster: ClusterId
  /** The incarnations before this one, told in each hello. */
  readonly left: readonly LeftIncarnation[]
  readonly name: string
  /** The cluster's authority and this node's certificate, PEM. */
  readonly authority: string
  readonly certificate: string
  readonly maxVoters: number
  readonly works: readonly string[]
  /** Multiaddrs. */
  readonly listen: readonly string[]
  /** Multiaddrs to tell others; found from the listeners when empty. */
  readonly advertise: readonly string[]
  readonly logDirectory: string
  /** What the state on disk stands for. */
  readonly mark: SnapshotMark
  /** This peer ran before, so that a log that is not there was lost. */
  readonly logExpected: boolean
  /** Start a cluster of one when the log is empty. */
  readonly bootstrap: boolean
  readonly system: SystemState
  readonly removed: readonly PeerId[]
  /** Peers known from the last run or from joining. */
  readonly known: readonly KnownPeer[]
  /** Seed of the engine's chance. */
  readonly seed: number
}

/** From the main thread to the peer thread. */
export type Order =
  | { readonly kind: 'propose'; readonly counter: number; readonly command: Uint8Array }
  | { readonly kind: 'read'; readonly context: number }
  | {
      readonly kind: 'applied'
      readonly index: LogIndex
      readonly durableIndex: LogIndex
      readonly system: SystemState | undefined
      readonly removed: readonly PeerId[] | undefined
    }
  | { readonly kind: 'beat'; readonly reports: readonly WorkReport[] }
  /** Asks whether this peer leads and the leases of these peers are over for so long that others may replace what they ran. */
  | { readonly kind: 'leaseOver'; readonly id: number; readonly peers: readonly PeerId[] }
  | { readonly kind: 'certificate'; readonly certificate: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'question'; readonly id: number; readonly to: PeerId; readonly frame: Uint8Array }
  | { readonly kind: 'stop'; readonly leave: boolean }

/** Why the peer thread did not start, as far as the main thread has an error of its own for it. */
export type StartFailure = 'listen' | 'onlyCopy' | 'other'

/** From the peer thread to the main thread. */
export type Report =
  /** `foundMs`: leader's time of the newest entry that the log held. */
  | { readonly kind: 'started'; readonly addresses: readonly string[]; readonly problem: string | undefined; readonly foundMs: number }
  | { readonly kind: 'committed'; readonly entries: Uint8Array }
  | { readonly kind: 'outcome'; readonly counter: number; readonly outcome: 'noLeader' | 'overloaded' }
  | { readonly kind: 'read'; readonly context: number; readonly index: LogIndex | undefined }
  | { readonly kind: 'members'; readonly members: readonly Member[] }
  | { readonly kind: 'works'; readonly works: readonly Assignment[] }
  | { readonly kind: 'assign'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'leaseOver'; readonly id: number; readonly over: boolean; readonly term: Term }
  /** The disk under the log is full, or has room again. */
  | { readonly kind: 'disk'; readonly full: boolean }
  | { readonly kind: 'ask'; readonly id: number; readonly ask: Ask }
  /** The answer to a question, or why there is none. */
  | { readonly kind: 'answered'; readonly id: number; readonly answer: { readonly frame: Uint8Array } | { readonly why: string } }
  /** A trusted peer of this cluster said that it is at another incarnation. */
  | { readonly kind: 'otherIncarnation'; readonly from: PeerId; readonly lineage: Lineage }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string; readonly fields: { readonly [field: string]: unknown } }
  | { readonly kind: 'metrics'; readonly records: readonly MetricRecord[] }
  | { readonly kind: 'failed'; readonly why: string; readonly cause: StartFailure }
  | { readonly kind: 'stopped' }
  /** A peer of the table says that this one was removed from it. */
  | { readonly kind: 'removed'; readonly by: PeerId }

/** What the peer thread wants to know from the main thread, which holds the state. */
export type Ask =
  /** Open the state for sending to `to`, if it has reached `atLeast`; the snapshot `held`, if that is still there. */
  | { readonly what: 'snapshotOpen'; readonly to: PeerId; readonly atLeast: LogIndex; readonly held: string | undefined }
  | { readonly what: 'snapshotChunk'; readonly to: PeerId; readonly name: string; readonly number: number }
  /** The snapshot of which some chunks came already. */
  | { readonly what: 'receiveHeld' }
  | { readonly what: 'receiveOpen'; readonly name: string; readonly mark: SnapshotMark }
  | { readonly what: 'receiveChunk'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly what: 'receiveFinish' }
  | { readonly what: 'receiveAbort' }
  /** One frame of a stranger's join conversation. */
  | { readonly what: 'join'; readonly session: number; readonly remote: PeerId; readonly frame: Uint8Array }
  /** A member's question. */
  | { readonly what: 'question'; readonly from: PeerId; readonly frame: Uint8Array }

export type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'snapshot'; readonly name: string; readonly chunks: number; readonly mark: SnapshotMark }
  /** The snapshot that is being received, if any. */
  | { readonly kind: 'held'; readonly name: string | undefined }
  /** Chunks before `next` are here. */
  | { readonly kind: 'receiving'; readonly next: number }
  | { readonly kind: 'failed'; readonly why: string }

/** One end of the way between the threads. Messages arrive in order. */
export interface Link<Out, In> {
  /** Byte arrays under `transfer` belong to the receiver afterwards. */
  send(message: Out, transfer?: readonly Uint8Array[]): void
  onMessage(receive: (message: In) => void): void
  /** Nothing more is heard or said. The side that started the other ends it: resolves when that is gone. */
  close(): Promise<void>
}
