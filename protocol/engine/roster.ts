// The peers as this engine knows them: those of the agreed state, how membership sees them, and who was heard. The agreed
// state alone admits and removes; whoever only speaks to us is a contact that may be asked for entries, nothing more.
import { maxContacts } from './limits.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Raft } from '../consensus/raft.ts'
import type { Configuration } from '../message/entry.ts'
import type { Member, MembershipMachine } from '../membership/types.ts'
import type { Outbox } from './outbox.ts'
import type { PeerRecord } from './types.ts'

/** Peers, members and contacts in one place. */
export class Roster {
  readonly membership: MembershipMachine
  readonly #self: PeerId
  readonly #raft: Raft
  #records: readonly PeerRecord[] = []
  readonly #members = new Map<PeerId, Member>()
  readonly #heardMs = new Map<PeerId, BootMs>()
  /** The mirrors, and what they were found from: they are asked for at every tick and seldom change. */
  #mirrors: { readonly records: readonly PeerRecord[]; readonly configuration: Configuration | undefined; readonly peers: readonly PeerId[] } = { records: [], configuration: undefined, peers: [] }

  constructor(self: PeerId, raft: Raft, membership: MembershipMachine) {
    this.#self = self
    this.#raft = raft
    this.membership = membership
  }

  /** The peers of the agreed state. */
  get records(): readonly PeerRecord[] {
    return this.#records
  }

  /** Whether the agreed state has it. */
  isMember(peer: PeerId): boolean {
    return this.#records.some((record) => record.peer === peer)
  }

  /** The agreed state changed. Returns the peers that are no members any more. */
  agreed(records: readonly PeerRecord[], nowMs: BootMs): readonly PeerId[] {
    const gone = this.#records.filter((old) => !records.some((record) => record.peer === old.peer)).map((record) => record.peer)
    for (const { peer, addresses } of records) {
      if (peer !== this.#self) this.membership.admit(peer, { addresses, sequence: 0 }, nowMs)
    }
    for (const peer of gone) {
      if (peer !== this.#self) this.membership.remove(peer)
      this.#members.delete(peer)
      this.#heardMs.delete(peer)
    }
    this.#records = records
    return gone
  }

  tick(nowMs: BootMs): void {
    this.membership.tick(nowMs)
  }

  /** Takes what membership wants sent and told. */
  collect(outbox: Outbox): void {
    const { send, changed } = this.membership.take()
    if (send.length === 0 && changed.length === 0) return
    for (const { to, message } of send) outbox.add(to, { zone: 'membership', body: message })
    for (const member of changed) {
      this.#members.set(member.peer, member)
      outbox.members.push(member)
    }
  }

  /** A message came from `peer`. */
  hear(peer: PeerId, nowMs: BootMs): void {
    if (this.#heardMs.size >= maxContacts && !this.#heardMs.has(peer)) return
    this.#heardMs.set(peer, nowMs)
  }

  heardSince(peer: PeerId, sinceMs: BootMs): boolean {
    return (this.#heardMs.get(peer) ?? -Infinity) >= sinceMs
  }

  member(peer: PeerId): Member | undefined {
    return this.#members.get(peer)
  }

  /** Whom to ask for entries: live peers; before the agreed state is known, whoever spoke to us and the voters. */
  reachable(): readonly PeerId[] {
    const live: PeerId[] = []
    for (const { peer, role } of this.#records) {
      const state = this.#members.get(peer)?.state ?? 'alive'
      if (peer !== this.#self && role === 'peer' && state === 'alive') live.push(peer)
    }
    if (live.length > 0) return live
    const known = new Set([...this.#heardMs.keys(), ...this.#raft.configuration.voters])
    known.delete(this.#self)
    return [...known]
  }

  /** Members of the agreed state that no leader feeds, this peer excluded. */
  mirrors(): readonly PeerId[] {
    const { configuration } = this.#raft
    if (this.#mirrors.records !== this.#records || this.#mirrors.configuration !== configuration) {
      this.#mirrors = { records: this.#records, configuration, peers: this.#findMirrors() }
    }
    return this.#mirrors.peers
  }

  #findMirrors(): readonly PeerId[] {
    const mirrors: PeerId[] = []
    for (const { peer, role } of this.#records) {
      if (peer !== this.#self && role === 'peer' && !this.#raft.isMember(peer)) mirrors.push(peer)
    }
    return mirrors
  }
}
