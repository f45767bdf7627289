// Entries are what the log is made of, and the configuration is who takes part in agreeing on them.
import type { LogIndex, PeerId, Term, WallMs } from '../base/ids.ts'
import type { ProposalId } from './transaction.ts'

/** Members of the Raft configuration. Everybody else is a mirror. */
export interface Configuration {
  readonly voters: readonly PeerId[]
  /** On their way to vote: they get the log from the leader and are not counted. */
  readonly learners: readonly PeerId[]
  /** Voters that keep log and vote but no state. A subset of `voters`. */
  readonly witnesses: readonly PeerId[]
}

export type EntryBody =
  /** A new leader's first entry; nothing of its term is committed before it. */
  | { readonly kind: 'noop' }
  /** An encoded Transaction. */
  | { readonly kind: 'command'; readonly proposal: ProposalId; readonly command: Uint8Array }
  | { readonly kind: 'configuration'; readonly configuration: Configuration }

export interface Entry {
  readonly term: Term
  readonly index: LogIndex
  /** The leader's wall clock, never less than the entry before. */
  readonly timeMs: WallMs
  readonly body: EntryBody
  /** Fields of newer versions, kept and passed on in their order. */
  readonly more?: readonly unknown[]
}

/** What Raft must never forget. */
export interface HardState {
  readonly term: Term
  readonly vote: PeerId | undefined
  /** A hint only: saves work after a restart. */
  readonly commit: LogIndex
}

/** Stands for all entries up to `index`. */
export interface SnapshotMark {
  readonly index: LogIndex
  readonly term: Term
  readonly configuration: Configuration
}
