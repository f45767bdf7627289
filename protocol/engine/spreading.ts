// Spreading brings committed entries to those whom the leader does not feed itself. The leader's side packs what was
// committed into batches and publishes each twice; a mirror's side puts runs of entries in order, fetches holes from any
// peer, and says every 10 s how far it is. Only entries that are known to be committed pass through here (P20, P21).
import { chainOf } from '../message/chain.ts'
import { entryBytes } from '../consensus/log.ts'
import * as limits from './limits.ts'
import type { BootMs, ClusterId, LogIndex, PeerId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { Raft } from '../consensus/raft.ts'
import type { Entry } from '../message/entry.ts'
import type { GossipBatch } from '../message/message.ts'
import type { SpreadingMessage } from '../message/spreading.ts'
import type { Outbox } from './outbox.ts'

export interface SpreadingDeps {
  readonly self: PeerId
  readonly cluster: ClusterId
  readonly raft: Raft
  readonly outbox: Outbox
  readonly random: Random
  /** Peers that may be asked now: alive, or only heard of so far. Never this one. */
  readonly reachable: () => readonly PeerId[]
  /** Members of the agreed state that the leader does not feed. */
  readonly mirrors: () => readonly PeerId[]
  /** Has this peer said anything since the leader was elected? */
  readonly heard: (peer: PeerId) => boolean
}

/** Both sides of spreading; which one is at work follows from who leads. */
export class Spreading {
  readonly #deps: SpreadingDeps
  /** Leader: everything up to here was published. */
  #published: LogIndex | undefined
  #pendingSinceMs: BootMs | undefined
  #again: { readonly batch: GossipBatch; readonly dueMs: BootMs }[] = []
  /** Leader: how far each mirror was told to be. */
  readonly #known = new Map<PeerId, LogIndex>()
  /** Runs behind a hole, by their first index. */
  readonly #held = new Map<LogIndex, readonly Entry[]>()
  /** The newest index that is known to be committed somewhere. */
  #wanted: LogIndex = 0
  #fetchedMs: BootMs = -Infinity
  #fetchOpen = false
  #snapshotMs: BootMs = -Infinity
  #nextDigestMs: BootMs = 0
  #nextGreetMs: BootMs = 0

  constructor(deps: SpreadingDeps) {
    this.#deps = deps
  }

  tick(nowMs: BootMs): void {
    if (this.#deps.raft.isLeader) {
      this.#publishDue(nowMs)
      this.#greet(nowMs)
    } else {
      this.#published = undefined
      this.#pendingSinceMs = undefined
      this.#again.length = 0
      this.#fillHole(nowMs)
    }
    this.#digest(nowMs)
  }

  /** Leader: publishes what was committed, when it has waited long enough or is enough. */
  #publishDue(nowMs: BootMs): void {
    const { raft, outbox } = this.#deps
    const commit = raft.commit
    // From the entry that made it leader: by that mirrors learn whom to ask, however soon it was committed.
    this.#published ??= Math.min(commit, (raft.leadsFrom ?? 1) - 1)
    if (this.#deps.mirrors().length === 0) {
      this.#published = commit
      return
    }
    while (this.#again.length > 0 && (this.#again[0]?.dueMs ?? 0) <= nowMs) {
      const due = this.#again.shift()
      if (due !== undefined) outbox.publish.push(due.batch)
    }
    if (commit > this.#published) this.#pendingSinceMs ??= nowMs
    while (this.#published < commit) {
      const entries = raft.committedEntries(this.#published + 1, commit, limits.maxAnswerEntries, limits.batchBytes)
      const first = entries[0]
      const last = entries[entries.length - 1]
      if (first === undefined || last === undefined) {
        this.#published = commit
        return
      }
      const waited = nowMs - (this.#pendingSinceMs ?? nowMs) >= limits.batchMs
      if (last.index === commit && !waited && weigh(entries) < limits.batchBytes) return
      this.#publish(entries, first.index, last.index, nowMs)
    }
    this.#pendingSinceMs = undefined
  }

  #publish(entries: readonly Entry[], first: LogIndex, last: LogIndex, nowMs: BootMs): void {
    const { self: leader, cluster, raft, outbox } = this.#deps
    const batch: GossipBatch = { cluster, leader, term: raft.term, first, last, chain: chainOf(entries), entries }
    outbox.publish.push(batch)
    this.#again.push({ batch, dueMs: nowMs + limits.republishMs })
    if (this.#again.length > limits.maxRepublish) this.#again.shift()
    this.#published = last
  }

  /** Leader: tells mirrors that never spoke that there is something to fetch, so that newcomers find the cluster. */
  #greet(nowMs: BootMs): void {
    if (nowMs < this.#nextGreetMs) return
    this.#nextGreetMs = nowMs + limits.greetMs
    for (const peer of this.#deps.mirrors()) if (!this.#deps.heard(peer)) this.#sendDigest(peer)
  }

  #digest(nowMs: BootMs): void {
    if (nowMs < this.#nextDigestMs) return
    const { raft, random } = this.#deps
    const to = raft.isLeader ? this.#deps.mirrors() : this.#fed() ? [] : this.#deps.reachable()
    // Spread out, so that peers do not speak at once. A member that no leader feeds may have been replaced while it was
    // away: it asks more often, so that it soon learns that it is a mirror now.
    const soon = to.length === 0 || (!raft.isLeader && raft.isMember(this.#deps.self))
    this.#nextDigestMs = nowMs + (soon ? limits.greetMs / 2 : limits.digestMs * (0.75 + random.float() / 2))
    if (to.length > 0) this.#sendDigest(random.pick(to))
  }

  #sendDigest(to: PeerId): void {
    const { raft, outbox } = this.#deps
    outbox.spreading(to, { kind: 'digest', applied: raft.commit, firstKept: raft.firstIndex })
  }

  /** Does the leader itself bring everything to this peer? */
  #fed(): boolean {
    const { raft, self } = this.#deps
    return raft.isLeader || (raft.isMember(self) && raft.quorum)
  }

  /** A batch from gossip. False when its chain does not fit its entries. */
  gossiped(batch: GossipBatch, nowMs: BootMs): boolean {
    if (batch.last <= this.#deps.raft.commit) return true
    if (chainOf(batch.entries) !== batch.chain) return false
    this.feed(batch.entries, nowMs)
    return true
  }

  /** Committed entries from anywhere, in any order, any number of times. */
  feed(entries: readonly Entry[], nowMs: BootMs): void {
    const { raft } = this.#deps
    const first = entries[0]
    const last = entries[entries.length - 1]
    if (first === undefined || last === undefined || raft.isLeader || last.index <= raft.commit) return
    this.want(last.index)
    if (first.index > raft.commit + 1) {
      this.#hold(first.index, entries)
      this.#fillHole(nowMs)
      return
    }
    raft.takeCommitted(entries)
    this.#releaseHeld()
  }

  /** Everything up to `index` is committed, though not here yet. */
  want(index: LogIndex): void {
    if (index > this.#wanted) this.#wanted = index
  }

  #hold(first: LogIndex, entries: readonly Entry[]): void {
    const before = this.#held.get(first)
    if (before !== undefined && before.length >= entries.length) return
    this.#held.set(first, entries)
    if (this.#held.size > limits.maxHeldRuns) this.#held.delete(Math.max(...this.#held.keys()))
  }

  #releaseHeld(): void {
    const { raft } = this.#deps
    if (this.#held.size === 0) return
    for (const [first, entries] of [...this.#held].sort((a, b) => a[0] - b[0])) {
      if (first > raft.commit + 1) return
      this.#held.delete(first)
      raft.takeCommitted(entries)
    }
  }

  /** Mirror: asks some peer for what lies between its log and the first run it holds, or the newest index it heard of. */
  #fillHole(nowMs: BootMs): void {
    const { raft, outbox, random } = this.#deps
    const from = raft.commit + 1
    if (this.#wanted < from || this.#fed()) return
    if (this.#fetchOpen && nowMs - this.#fetchedMs < limits.fetchRetryMs) return
    const peers = this.#deps.reachable()
    if (peers.length === 0) return
    // Anybody but the leader has it as well as the leader, and more time.
    const others = peers.filter((peer) => peer !== raft.leader)
    const to = random.pick(others.length > 0 ? others : peers)
    let until = this.#wanted
    for (const first of this.#held.keys()) if (first > from) until = Math.min(until, first - 1)
    this.#fetchOpen = true
    this.#fetchedMs = nowMs
    outbox.spreading(to, { kind: 'fetch', from, to: until })
  }

  step(from: PeerId, message: SpreadingMessage, nowMs: BootMs): void {
    const { raft, outbox } = this.#deps
    if (message.kind === 'fetch') {
      outbox.spreading(from, this.#answer(message.from, message.to))
    } else if (message.kind === 'fetched') {
      this.#fetched(from, message, nowMs)
    } else {
      this.#known.set(from, message.applied)
      if (message.applied < raft.commit && !raft.isMember(from)) {
        outbox.spreading(from, this.#answer(message.applied + 1, raft.commit))
      } else if (message.applied > raft.commit && !this.#fed()) {
        this.want(message.applied)
        this.#fillHole(nowMs)
      }
    }
  }

  #answer(from: LogIndex, to: LogIndex): SpreadingMessage {
    const { raft } = this.#deps
    const entries = raft.committedEntries(from, to, limits.maxAnswerEntries, limits.maxAnswerBytes)
    return { kind: 'fetched', entries, commit: raft.commit, firstKept: raft.firstIndex }
  }

  #fetched(from: PeerId, message: SpreadingMessage & { readonly kind: 'fetched' }, nowMs: BootMs): void {
    const { raft, outbox } = this.#deps
    if (this.#fed()) return
    this.#fetchOpen = false
    this.want(message.commit)
    this.feed(message.entries, nowMs)
    if (message.entries.length > 0) {
      this.#fillHole(nowMs)
    } else if (message.firstKept > raft.commit + 1 && nowMs - this.#snapshotMs >= limits.snapshotRetryMs) {
      this.#snapshotMs = nowMs
      const others = this.#deps.reachable().filter((peer) => peer !== from && peer !== raft.leader)
      outbox.fetchSnapshot = { atLeast: message.firstKept - 1, from: [from, ...others] }
    } else {
      this.#fetchOpen = true
      this.#fetchedMs = nowMs
    }
  }

  /** Leader: the committed entries that `peer` lacks up to `index`; none for those whom it feeds itself. */
  entriesFor(peer: PeerId, applied: LogIndex | undefined, index: LogIndex): readonly Entry[] {
    const { raft, self } = this.#deps
    if (peer === self || raft.isMember(peer)) return []
    const known = applied ?? this.#known.get(peer)
    // Of a peer that never said how far it is we know only that it wants this entry; it fetches the rest.
    const first = known === undefined ? index : known + 1
    const entries = raft.committedEntries(first, index, limits.maxAnswerEntries, limits.maxAnswerBytes)
    const last = entries[entries.length - 1]
    if (last !== undefined) this.#known.set(peer, Math.max(known ?? 0, last.index))
    return entries
  }

  /** How far a peer that the leader does not feed was last known to be. */
  knownOf(peer: PeerId): LogIndex | undefined {
    return this.#known.get(peer)
  }

  /** A peer is no member any more. */
  forget(peer: PeerId): void {
    this.#known.delete(peer)
  }

  /** The state machine moved on by a snapshot: what is held may fit now. */
  installed(): void {
    this.#releaseHeld()
    this.#fetchOpen = false
  }
}

function weigh(entries: readonly Entry[]): number {
  let bytes = 0
  for (const entry of entries) bytes += entryBytes(entry)
  return bytes
}
