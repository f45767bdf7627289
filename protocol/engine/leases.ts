// Peer leases between the ownership machines and consensus: every peer asks the leader, and the leader answers only after
// a majority has confirmed, in a round begun after the request came in, that it still leads (the round machinery of reads).
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Raft } from '../consensus/raft.ts'
import type { ReadResult } from '../consensus/types.ts'
import { noWorks } from '../message/ownership.ts'
import type { OwnershipMessage, WorkReport } from '../message/ownership.ts'
import { maxWaitingPeers } from '../ownership/limits.ts'
import type { LeaseGrantor, LeaseHolder } from '../ownership/types.ts'
import type { Outbox } from './outbox.ts'

type LeaseAsk = OwnershipMessage & { readonly kind: 'leaseAsk' }
type LeaseGrant = OwnershipMessage & { readonly kind: 'leaseGrant' }

export interface LeasesDeps {
  readonly self: PeerId
  readonly raft: Raft
  readonly outbox: Outbox
  readonly holder: LeaseHolder
  readonly grantor: LeaseGrantor
}

/** Both sides of the leases of one peer. */
export class Leases {
  readonly #deps: LeasesDeps
  /** Orders requests that came within one tick: later ones count as later by a thousandth of a millisecond. */
  #stampMs: BootMs = 0
  readonly #askedMs = new Map<PeerId, BootMs>()
  /** Those who said last that they take no works. */
  readonly #unable = new Set<PeerId>()
  /** Requests that came since the last tick. */
  readonly #arrived = new Map<PeerId, LeaseAsk>()

  constructor(deps: LeasesDeps) {
    this.#deps = deps
  }

  /** Asks `leader` when it is time. */
  tick(leader: PeerId | undefined, reports: readonly WorkReport[], nowMs: BootMs): LeaseAsk | undefined {
    const message = this.#deps.holder.due(leader, reports, nowMs)
    if (message === undefined || leader === undefined || message.kind !== 'leaseAsk') return undefined
    if (leader !== this.#deps.self) this.#deps.outbox.ownership(leader, message)
    return message
  }

  /**
   * A request came in; it waits for the next tick. After a standstill messages may be handled before the clock was read: an
   * answer that the leader dates before the question would let others take over while the lease still runs (P12).
   */
  arrived(peer: PeerId, message: LeaseAsk): void {
    if (this.#arrived.size < maxWaitingPeers || this.#arrived.has(peer)) this.#arrived.set(peer, message)
  }

  /** The requests since the last call, the newest of each peer. */
  takeArrived(): Iterable<readonly [PeerId, LeaseAsk]> {
    if (this.#arrived.size === 0) return []
    const arrived = [...this.#arrived]
    this.#arrived.clear()
    return arrived
  }

  /** Leader: a request came in, at this moment or before; a peer that does not lead stays silent, the asker asks again. */
  asked(peer: PeerId, message: LeaseAsk, nowMs: BootMs): void {
    const { raft, grantor } = this.#deps
    if (!raft.isLeader) return
    this.#stampMs = Math.max(nowMs, this.#stampMs + 0.001)
    this.#askedMs.set(peer, nowMs)
    if (message.reports.some(({ work }) => work === noWorks)) this.#unable.add(peer)
    else this.#unable.delete(peer)
    grantor.asked(peer, message, this.#stampMs)
    raft.read({ from: peer, context: this.#stampMs, purpose: 'lease', applied: 0 })
  }

  /** Leader: a round that began after a request was confirmed. */
  confirmed(result: ReadResult, nowMs: BootMs): void {
    const { self, holder, grantor, outbox } = this.#deps
    if (result.index === undefined) return
    const sinceMs = result.request.context
    for (const { to, message } of grantor.majorityHeard(sinceMs, Math.max(nowMs, sinceMs))) {
      if (to === self) holder.granted(message, nowMs)
      else outbox.ownership(to, message)
    }
  }

  granted(message: LeaseGrant, nowMs: BootMs): void {
    this.#deps.holder.granted(message, nowMs)
  }

  /** Leader: when this peer asked last, or undefined. */
  askedMs(peer: PeerId): BootMs | undefined {
    return this.#askedMs.get(peer)
  }

  /** Leader: whether this peer takes works, as it said last. */
  takesWorks(peer: PeerId): boolean {
    return !this.#unable.has(peer)
  }

  elected(peers: readonly PeerId[], term: number, nowMs: BootMs): void {
    this.#askedMs.clear()
    this.#unable.clear()
    this.#deps.grantor.elected(peers, nowMs, term)
  }

  deposed(): void {
    this.#deps.grantor.deposed()
  }

  /** Leader: may others take over what this peer held? */
  expired(peer: PeerId, nowMs: BootMs): boolean {
    return this.#deps.grantor.expired(peer, nowMs)
  }

  validUntilMs(): BootMs {
    return this.#deps.holder.validUntilMs()
  }
}
