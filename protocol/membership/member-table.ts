// The table of members as seen from here: one record per admitted peer, and which claims about it win.
// The order of claims is SWIM's (section 4.2): a greater incarnation always wins, and only the peer itself raises it.
// It neither sends nor times anything.
import { assert, required } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Rumour } from '../message/membership.ts'
import { maxAddresses, maxMembers } from './limits.ts'
import type { Suspicion } from './suspicion.ts'
import type { AddressHint, Member, MemberState } from './types.ts'

/** What is known of one peer. */
export interface MemberRecord {
  readonly peer: PeerId
  state: MemberState
  incarnation: number
  addresses: readonly string[]
  addressSequence: number
  sinceMs: BootMs
  /** There exactly while the state is suspect. */
  suspicion: Suspicion | undefined
}

const rank: Readonly<Record<MemberState, number>> = { alive: 0, suspect: 1, dead: 2, left: 3 }

/** Whether a claim beats what is known. */
export function supersedes(claim: Pick<Rumour, 'state' | 'incarnation'>, known: Pick<MemberRecord, 'state' | 'incarnation'>): boolean {
  if (claim.incarnation !== known.incarnation) return claim.incarnation > known.incarnation
  return rank[claim.state] > rank[known.state]
}

/** Everybody but this peer. Iteration follows the order of admission. */
export class MemberTable {
  #records = new Map<PeerId, MemberRecord>()
  #suspects = new Set<PeerId>()
  #changed = new Set<PeerId>()

  get size(): number {
    return this.#records.size
  }

  get(peer: PeerId): MemberRecord | undefined {
    return this.#records.get(peer)
  }

  records(): IterableIterator<MemberRecord> {
    return this.#records.values()
  }

  suspects(): readonly MemberRecord[] {
    if (this.#suspects.size === 0) return nobody
    return [...this.#suspects].map((peer) => required(this.#records.get(peer), 'suspect'))
  }

  /** Adds a peer, alive at incarnation 0. */
  add(peer: PeerId, hint: AddressHint, nowMs: BootMs): MemberRecord {
    assert(!this.#records.has(peer), 'a member is added once')
    assert(this.#records.size < maxMembers, 'the log admits a bounded number of members')
    const record: MemberRecord = {
      peer,
      state: 'alive',
      incarnation: 0,
      addresses: hint.addresses.slice(0, maxAddresses),
      addressSequence: hint.sequence,
      sinceMs: nowMs,
      suspicion: undefined,
    }
    this.#records.set(peer, record)
    this.#changed.add(peer)
    return record
  }

  remove(peer: PeerId): void {
    this.#records.delete(peer)
    this.#suspects.delete(peer)
    this.#changed.delete(peer)
  }

  /** Moves a record to another state or incarnation; a suspicion is there exactly while the state is suspect. */
  move(record: MemberRecord, state: MemberState, incarnation: number, suspicion: Suspicion | undefined, nowMs: BootMs): void {
    assert((state === 'suspect') === (suspicion !== undefined), 'a suspicion belongs to a suspect')
    assert(incarnation >= record.incarnation, 'an incarnation never goes back')
    if (record.state !== state) record.sinceMs = nowMs
    record.state = state
    record.incarnation = incarnation
    record.suspicion = suspicion
    if (state === 'suspect') this.#suspects.add(record.peer)
    else this.#suspects.delete(record.peer)
    this.#changed.add(record.peer)
  }

  /** Takes newer addresses; false when they are not newer. */
  hint(record: MemberRecord, addresses: readonly string[], sequence: number): boolean {
    if (sequence <= record.addressSequence || addresses.length === 0) return false
    record.addresses = addresses.slice(0, maxAddresses)
    record.addressSequence = sequence
    this.#changed.add(record.peer)
    return true
  }

  /** Did any record change since they were taken? */
  get hasChanged(): boolean {
    return this.#changed.size > 0
  }

  /** The records that changed since the last call. */
  takeChanged(): readonly Member[] {
    if (this.#changed.size === 0) return unchanged
    const changed = [...this.#changed].map((peer) => view(required(this.#records.get(peer), 'changed member')))
    this.#changed.clear()
    return changed
  }

  /** Throws when the table contradicts itself. */
  invariants(): void {
    for (const peer of this.#suspects) {
      const record = this.#records.get(peer)
      assert(record !== undefined && record.suspicion !== undefined, 'a suspect has a suspicion')
      assert(record.suspicion.by.size > 0, 'somebody suspects')
    }
  }
}

const nobody: readonly MemberRecord[] = []
const unchanged: readonly Member[] = []

/** A record as others may keep it. */
export function view(record: Omit<MemberRecord, 'suspicion'>): Member {
  return {
    peer: record.peer,
    state: record.state,
    incarnation: record.incarnation,
    hint: { addresses: record.addresses, sequence: record.addressSequence },
    sinceMs: record.sinceMs,
  }
}
