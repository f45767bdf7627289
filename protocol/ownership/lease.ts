// Leases: how long a peer may go on with what must happen once, and from when on another peer may take over.
// The two sides share no clock. The holder counts from the moment of asking, the leader from the moment of answering,
// which is later; so the holder always stops first. Nothing here is written to the log.
import { assert } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { OwnershipMessage, WorkReport } from '../message/ownership.ts'
import { leaseAskPeriodMs, leaseMs, maxAskedLeases, maxWaitingPeers, takeoverMs } from './limits.ts'
import type { LeaseGrant, LeaseGrantor, LeaseHolder } from './types.ts'

/** The holder's side. */
export function createLeaseHolder(): LeaseHolder {
  return new Holder()
}

/** The leader's side; every peer has one and it decides nothing before `elected`. */
export function createLeaseGrantor(): LeaseGrantor {
  return new Grantor()
}

class Holder implements LeaseHolder {
  #sequence = 0
  #asked = new Map<number, BootMs>()
  #askedOf: PeerId | undefined
  #nextAskMs: BootMs = 0
  #validUntilMs: BootMs = 0

  due(leader: PeerId | undefined, reports: readonly WorkReport[], nowMs: BootMs): OwnershipMessage | undefined {
    // A new leader is asked at once: it knows of no lease and its own count has begun.
    if (leader !== undefined && leader !== this.#askedOf) this.#nextAskMs = 0
    this.#askedOf = leader
    if (leader === undefined || nowMs < this.#nextAskMs) return undefined
    this.#nextAskMs = nowMs + leaseAskPeriodMs
    this.#sequence++
    this.#asked.set(this.#sequence, nowMs)
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > maxAskedLeases && oldest !== undefined) this.#asked.delete(oldest)
    return { kind: 'leaseAsk', sequence: this.#sequence, reports }
  }

  granted(message: OwnershipMessage & { readonly kind: 'leaseGrant' }, nowMs: BootMs): void {
    const askedMs = this.#asked.get(message.sequence)
    if (askedMs === undefined) return
    assert(askedMs <= nowMs, 'an answer comes after the question')
    this.#asked.delete(message.sequence)
    // Answers may overtake each other; a lease is never shortened by an older one.
    this.#validUntilMs = Math.max(this.#validUntilMs, askedMs + leaseMs)
  }

  validUntilMs(): BootMs {
    return this.#validUntilMs
  }
}

interface Waiting {
  readonly sequence: number
  readonly receivedMs: BootMs
}

class Grantor implements LeaseGrantor {
  #electedMs: BootMs | undefined
  #term = 0
  #waiting = new Map<PeerId, Waiting>()
  #answeredMs = new Map<PeerId, BootMs>()

  elected(peers: readonly PeerId[], nowMs: BootMs, term = 0): void {
    this.#electedMs = nowMs
    this.#term = term
    this.#waiting.clear()
    this.#answeredMs = new Map(peers.map((peer) => [peer, nowMs]))
  }

  asked(peer: PeerId, message: OwnershipMessage & { readonly kind: 'leaseAsk' }, nowMs: BootMs): void {
    if (this.#electedMs === undefined) return
    if (!this.#waiting.has(peer) && this.#waiting.size >= maxWaitingPeers) return
    this.#waiting.set(peer, { sequence: message.sequence, receivedMs: nowMs })
  }

  majorityHeard(sinceMs: BootMs, nowMs: BootMs): readonly LeaseGrant[] {
    assert(sinceMs <= nowMs, 'a round begins before it is confirmed')
    const grants: LeaseGrant[] = []
    for (const [peer, waiting] of this.#waiting) {
      if (waiting.receivedMs > sinceMs) continue
      this.#waiting.delete(peer)
      this.#answeredMs.set(peer, nowMs)
      grants.push({ to: peer, message: { kind: 'leaseGrant', sequence: waiting.sequence, term: this.#term } })
    }
    return grants
  }

  deposed(): void {
    this.#electedMs = undefined
    this.#waiting.clear()
    this.#answeredMs.clear()
  }

  expired(peer: PeerId, nowMs: BootMs): boolean {
    if (this.#electedMs === undefined) return false
    // Whoever is not in the list may have been granted a lease by the leader before: it runs from our election.
    return nowMs - (this.#answeredMs.get(peer) ?? this.#electedMs) >= takeoverMs
  }
}
