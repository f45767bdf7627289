// Who does which work, and how long a peer may do what must happen once. Decisions only: the engine sends and proposes.
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Assignment, OwnershipMessage, WorkReport } from '../message/ownership.ts'

/** The holder's side: asks every 2 s, and knows until when it may run unique Pods. */
export interface LeaseHolder {
  /** The request to send now to `leader`, if one is due. The moment of asking is remembered under its sequence. */
  due(leader: PeerId | undefined, reports: readonly WorkReport[], nowMs: BootMs): OwnershipMessage | undefined
  granted(message: OwnershipMessage & { readonly kind: 'leaseGrant' }, nowMs: BootMs): void
  /** End of the lease by the local boot-time clock: 8 s after the moment of asking; 0 when there was none. */
  validUntilMs(): BootMs
}

/** An answer that may leave now. */
export interface LeaseGrant {
  readonly to: PeerId
  readonly message: OwnershipMessage & { readonly kind: 'leaseGrant' }
}

/** The leader's side: from when on another peer may take over what `peer` held. */
export interface LeaseGrantor {
  /** A new leader treats every lease as running from its own election. */
  elected(peers: readonly PeerId[], nowMs: BootMs, term?: number): void
  /** No longer the leader: waiting requests are dropped and nothing is expired. */
  deposed(): void
  /** A request waits until a majority was heard after it. */
  asked(peer: PeerId, message: OwnershipMessage & { readonly kind: 'leaseAsk' }, nowMs: BootMs): void
  /** A majority answered a round of heartbeats begun at `sinceMs`: returns the answers to all requests received until then, to be sent now. */
  majorityHeard(sinceMs: BootMs, nowMs: BootMs): readonly LeaseGrant[]
  /** 12.4 s after the last answer the others may replace the peer's unique Pods. False while not elected. */
  expired(peer: PeerId, nowMs: BootMs): boolean
}

/** What the leader sees of one peer when it plans assignments. */
export interface Candidate {
  readonly peer: PeerId
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
  /** False for witnesses and peers that report themselves unhealthy. */
  readonly able: boolean
}

/** The holder of a work and when it last made progress. */
export interface HolderProgress {
  readonly work: string
  readonly lastProgressMs: BootMs
}

/** The changes to the table that the leader should propose now. Pure; empty when nothing has to change. */
export type PlanAssignments = (
  works: readonly string[],
  table: readonly Assignment[],
  candidates: readonly Candidate[],
  progress: readonly HolderProgress[],
  nowMs: BootMs,
) => readonly Assignment[]
