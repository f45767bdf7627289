// Raft as one state machine behind one door (Ongaro's thesis): step, tick, propose and read go in, a RaftReady comes out.
// No clock, no disk, no network: time comes with each tick, and what must be saved or sent is said, not done.
// Nothing that depends on a save leaves before `saved` was heard.
import { assert, unreachable } from '../base/assert.ts'
import { membersOf, refuseChange } from './configuration.ts'
import { RaftCore } from './core.ts'
import { campaign, checkLeadership, handleTimeoutNow, handleVoteReply, handleVoteRequest } from './election.ts'
import { leaderIsNear, majorityHeard, ownVoteSaved, tickElection } from './election.ts'
import { followConfiguration, leadingOf } from './leading.ts'
import { damagedQuietMs, damagedSilentMs, electionMaxMs, electionMinMs, keptBytes, keptEntries, lostLeaderSpreadMs } from './limits.ts'
import { maxUncommittedBytes, maxUncommittedEntries } from './limits.ts'
import { commitByCounting, flush, handleAppend, handleAppendReply, knownCommit, passLeadership, tickReplication } from './replication.ts'
import type { BootMs, LogIndex, PeerId, WallMs } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from '../message/entry.ts'
import type { ProposalId } from '../message/transaction.ts'
import type { Progress } from './progress.ts'
import type { LogSave, ProposeResult, RaftReady, RaftStatus, ReadRequest, RecoveredLog } from './types.ts'

/** The messages that consensus itself takes; proposals and reads of other peers come through the engine. */
export type RaftMessage = Exclude<ConsensusMessage, { readonly kind: 'propose' | 'proposed' | 'read' | 'readReply' }>

/** Numbers that a test sets otherwise; those of limits.ts when left out. */
export interface RaftOptions {
  readonly keptEntries?: number
  readonly damagedQuietMs?: number
}

/** One peer's consensus. */
export class Raft {
  readonly #core: RaftCore
  readonly #keptEntries: number
  readonly #damagedQuietMs: number
  #startedMs: BootMs | undefined
  /** Who takes part, made anew when the configuration is another. */
  #members: { readonly configuration: Configuration | undefined; readonly peers: ReadonlySet<PeerId> } = { configuration: undefined, peers: new Set() }

  constructor(self: PeerId, recovered: RecoveredLog, random: Random, options: RaftOptions = {}) {
    this.#keptEntries = options.keptEntries ?? keptEntries
    this.#damagedQuietMs = options.damagedQuietMs ?? damagedQuietMs
    this.#core = new RaftCore(self, recovered, random)
  }

  /** Makes a cluster of one: the first entry says that this peer votes. Only on an empty log. */
  bootstrap(): void {
    const core = this.#core
    assert(core.log.lastIndex === 0 && core.term === 0, 'bootstrap needs an empty log')
    const configuration: Configuration = { voters: [core.self], learners: [], witnesses: [] }
    core.becomeFollower(1, undefined)
    core.append({ term: 1, index: 1, timeMs: core.wallMs, body: { kind: 'configuration', configuration } })
    core.electionDeadlineMs = core.nowMs
  }

  /** Time goes on: elections, heartbeats, and the checks of a leader. */
  tick(nowMs: BootMs, wallMs: WallMs): void {
    const core = this.#core
    assert(nowMs >= core.nowMs, 'time does not go back')
    core.nowMs = nowMs
    core.wallMs = wallMs
    if (this.#startedMs === undefined) {
      this.#startedMs = nowMs
      // A lone voter has nobody to wait for; the others wait as if they had just heard a leader.
      if (core.isVoter && core.configurations.current.voters.length === 1) core.electionDeadlineMs = nowMs
      else core.resetElectionTimer()
    }
    if (core.role.kind === 'leader') {
      checkLeadership(core)
      commitByCounting(core)
      tickReplication(core)
      this.#passOnFromWitness()
    } else if (nowMs < core.electionDeadlineMs) return
    tickElection(core)
    core.invariants()
  }

  /** A message from another peer. */
  step(from: PeerId, message: RaftMessage): void {
    const core = this.#core
    if (from === core.self || this.#silent) return
    if (message.term > core.term && !this.#adopt(from, message)) return
    if (message.term < core.term) {
      this.#answerOld(from, message)
      return
    }
    switch (message.kind) {
      case 'preVote':
      case 'vote':
        return handleVoteRequest(core, from, message)
      case 'preVoteReply':
      case 'voteReply':
        return handleVoteReply(core, from, message)
      case 'append':
        this.#hearLeader(from)
        return handleAppend(core, from, message)
      case 'appendReply':
        return handleAppendReply(core, from, message)
      case 'needSnapshot':
        this.#hearLeader(from)
        if (message.index > core.commit) core.fetch = { atLeast: message.index, from: message.from }
        return
      case 'timeoutNow':
        return handleTimeoutNow(core)
      default:
        unreachable(message, 'consensus message')
    }
  }

  /** A damaged peer may have forgotten a newer term: what it acknowledges could keep two leaders, each with its vote (P6). */
  get #silent(): boolean {
    const core = this.#core
    return !core.mayVote && core.nowMs - (this.#startedMs ?? core.nowMs) < damagedSilentMs
  }

  /** A newer term: adopted, unless the message is a pre-vote or a vote that must be ignored. False: drop the message. */
  #adopt(from: PeerId, message: RaftMessage): boolean {
    const core = this.#core
    if (message.kind === 'preVote') return true
    if (message.kind === 'preVoteReply' && message.granted) return true
    // Removed and returning peers must not unseat a leader that works (P10; thesis, section 4.2.3).
    if (message.kind === 'vote' && !message.transfer && leaderIsNear(core)) return false
    const leads = message.kind === 'append' || message.kind === 'needSnapshot' || message.kind === 'timeoutNow'
    core.becomeFollower(message.term, leads ? from : undefined)
    return true
  }

  /** An older term: tells leaders and candidates that theirs is over. */
  #answerOld(from: PeerId, message: RaftMessage): void {
    const core = this.#core
    if (message.kind === 'append') {
      this.#sendWhenTermSaved(from, { kind: 'appendReply', term: core.term, accepted: false, match: 0, matchTerm: 0, round: 0 })
    } else if (message.kind === 'preVote') {
      this.#sendWhenTermSaved(from, { kind: 'preVoteReply', term: core.term, granted: false })
    } else if (message.kind === 'vote') {
      this.#sendWhenTermSaved(from, { kind: 'voteReply', term: core.term, granted: false })
    }
  }

  #sendWhenTermSaved(to: PeerId, message: ConsensusMessage): void {
    const core = this.#core
    if (core.savedTerm === core.term) core.send(to, message)
    else core.sendAfterSave(to, message)
  }

  #hearLeader(from: PeerId): void {
    const core = this.#core
    if (core.role.kind === 'leader') return
    core.becomeFollower(core.term, from)
    core.leaderHeardMs = core.nowMs
    core.leaderLost = false
    core.resetElectionTimer()
  }

  /** A command for the log. Only a leader that is not about to pass its leadership on appends it. */
  propose(proposal: ProposalId, command: Uint8Array): ProposeResult {
    const core = this.#core
    const leading = leadingOf(core)
    if (leading === undefined || leading.transfer !== undefined || !core.isVoter) return { kind: 'notLeader' }
    const waiting = core.log.lastIndex - core.commit
    if (waiting >= maxUncommittedEntries || leading.uncommittedBytes >= maxUncommittedBytes) return { kind: 'overloaded' }
    const entry = core.appendOwn({ kind: 'command', proposal, command })
    return { kind: 'appended', index: entry.index, term: entry.term }
  }

  /** Why a configuration cannot be proposed now, or undefined: not before the leader's no-op (P8), one at a time. */
  refuseConfiguration(configuration: Configuration): string | undefined {
    const core = this.#core
    const leading = leadingOf(core)
    if (leading === undefined || leading.transfer !== undefined) return 'not the leader'
    if (core.commit < leading.noopIndex) return 'nothing of this term is committed yet'
    if (core.configurations.currentIndex > core.commit) return 'another change is under way'
    return refuseChange(core.configurations.current, configuration)
  }

  /** Changes who takes part; in force from now on. Refused as `refuseConfiguration` says. */
  proposeConfiguration(configuration: Configuration): string | undefined {
    const refusal = this.refuseConfiguration(configuration)
    if (refusal !== undefined) return refusal
    this.#core.appendOwn({ kind: 'configuration', configuration })
    followConfiguration(this.#core)
    return undefined
  }

  /** A read to be confirmed; false when this peer does not lead or too many wait. */
  read(request: ReadRequest): boolean {
    const core = this.#core
    if (core.role.kind !== 'leader') return false
    return core.reads.add(request, knownCommit(core))
  }

  /** Gives the leadership to `to`, which must be a voter; aborted when it has not taken over within an election timeout. */
  transfer(to: PeerId): boolean {
    const core = this.#core
    const leading = leadingOf(core)
    if (leading === undefined || to === core.self || !core.configurations.current.voters.includes(to)) return false
    if (leading.transfer === undefined) leading.transfer = { to, untilMs: core.nowMs + electionMaxMs }
    passLeadership(core)
    return true
  }

  /** The voter that could take over soonest, or undefined. Witnesses only when nobody else is there. */
  bestSuccessor(): PeerId | undefined {
    const core = this.#core
    const leading = leadingOf(core)
    let best: PeerId | undefined
    let bestMatch = -1
    for (const [peer, progress] of leading?.progress ?? []) {
      const { voters, witnesses } = core.configurations.current
      if (!voters.includes(peer) || core.nowMs - progress.lastHeardMs > electionMinMs) continue
      const match = witnesses.includes(peer) ? 0 : progress.match
      if (match > bestMatch) {
        best = peer
        bestMatch = match
      }
    }
    return best
  }

  /** A witness holds no state: it leads only until another voter has everything. */
  #passOnFromWitness(): void {
    const core = this.#core
    const leading = leadingOf(core)
    if (leading === undefined || !core.isWitness || core.commit < leading.noopIndex) return
    const to = this.bestSuccessor()
    if (to !== undefined && !core.configurations.current.witnesses.includes(to)) this.transfer(to)
  }

  /** Entries known to be committed from elsewhere (gossip, fetch, answers). They must reach down to what is committed here. */
  takeCommitted(entries: readonly Entry[]): void {
    const core = this.#core
    const first = entries[0]
    if (first === undefined || core.role.kind === 'leader' || first.index > core.commit + 1) return
    for (const entry of entries) {
      if (entry.index <= core.commit) continue
      if (entry.term > core.term) core.becomeFollower(entry.term, undefined)
      if (entry.index <= core.log.lastIndex && core.log.termAt(entry.index) !== entry.term) core.truncate(entry.index)
      if (entry.index > core.log.lastIndex) core.append(entry)
      core.commitTo(entry.index)
    }
  }

  /** A save is on disk. Saves come back in order; a missing one is covered by a later one. */
  saved(sequence: number): void {
    const core = this.#core
    let save = core.saves[0]
    while (save !== undefined && save.sequence <= sequence) {
      core.saves.shift()
      core.savedTerm = save.term
      core.savedVote = save.vote
      if (save.lastIndex > core.stable) core.stable = Math.min(save.lastIndex, core.log.lastIndex)
      save = core.saves[0]
    }
    if (core.hardStateSaved && core.vote === core.self) ownVoteSaved(core)
    commitByCounting(core)
  }

  /** The state machine has everything up to `durableIndex` on disk: the log may be cut behind it, some is kept for followers. */
  compact(durableIndex: LogIndex): void {
    const core = this.#core
    const limit = Math.min(durableIndex, core.emitted, core.stable)
    const cut = core.log.compactionPoint(limit, this.#keptEntries, keptBytes)
    if (cut === undefined) return
    core.log.compact(cut)
    core.configurations.compact(cut)
    core.mark = { index: cut, term: core.log.termAt(cut) ?? 0, configuration: core.configurations.at(cut) }
  }

  /** The state machine stands at a fetched snapshot. The leader hears of it, so that it goes on from there. */
  snapshotInstalled(mark: SnapshotMark): void {
    const core = this.#core
    if (core.role.kind === 'leader' && mark.index > core.commit) core.becomeFollower(core.term, undefined)
    core.install(mark)
    const leader = core.role.kind === 'follower' ? core.role.leader : undefined
    if (leader === undefined) return
    const match = core.commit
    const matchTerm = core.log.termAt(match) ?? 0
    core.sendAfterSave(leader, { kind: 'appendReply', term: core.term, accepted: true, match, matchTerm, round: 0 })
  }

  /**
   * The transport lost a peer. A lost leader is doubted at once, by whoever lost it: the others, who hear it, refuse the
   * pre-vote, so that a false alarm unseats nobody (Raft thesis, sections 4.2.3 and 9.6).
   */
  connectionLost(peer: PeerId): void {
    const core = this.#core
    const progress = leadingOf(core)?.progress.get(peer)
    if (progress?.state === 'replicate') progress.becomeProbe(progress.match + 1)
    if (core.role.kind === 'follower' && core.role.leader === peer) {
      core.leaderLost = true
      const spreadMs = core.isWitness ? 2 * lostLeaderSpreadMs : core.random.integer(lostLeaderSpreadMs)
      core.electionDeadlineMs = Math.min(core.electionDeadlineMs, core.nowMs + spreadMs)
    }
  }

  /** A damaged log (P4, P6): how far the others were long after its acknowledgements of an earlier life were gone. */
  catchUpTo(index: LogIndex): void {
    const core = this.#core
    if (!core.mayVote && core.catchUpTo === undefined) core.catchUpTo = index
  }

  /** True when it is time to ask how far a damaged peer must catch up. */
  get wantsCatchUp(): boolean {
    const core = this.#core
    const quiet = this.#startedMs !== undefined && core.nowMs - this.#startedMs >= this.#damagedQuietMs
    return !core.mayVote && core.catchUpTo === undefined && quiet
  }

  /** What to do now; undefined when there is nothing. */
  ready(): RaftReady | undefined {
    const core = this.#core
    flush(core)
    if (core.catchUpTo !== undefined && core.stable >= core.catchUpTo && core.commit >= core.catchUpTo) {
      core.mayVote = true
      core.catchUpTo = undefined
    }
    // A cut that starts the log anew is saved alone: entries behind it, and answers about them, come with the next call.
    const cutOnly = core.mark !== undefined
    const save = this.#takeSave()
    const committed = this.#takeCommitted()
    const { outbox, readResults, fetch } = core
    const outboxAfterSave = cutOnly ? [] : core.outboxAfterSave
    if (save === undefined && committed.length === 0 && fetch === undefined) {
      if (outbox.length === 0 && outboxAfterSave.length === 0 && readResults.length === 0) return undefined
    }
    core.outbox = []
    if (!cutOnly) core.outboxAfterSave = []
    core.readResults = []
    core.fetch = undefined
    return { send: outbox, save, sendAfterSave: outboxAfterSave, committed, reads: readResults, fetchSnapshot: fetch }
  }

  #takeSave(): LogSave | undefined {
    const core = this.#core
    const changed = core.term !== core.givenTerm || core.vote !== core.givenVote
    const fresh = core.unsaved <= core.log.lastIndex
    if (!changed && !fresh && core.mark === undefined) return undefined
    const entries: Entry[] = []
    const last = core.mark === undefined ? core.log.lastIndex : core.unsaved - 1
    for (let index = core.unsaved; index <= last; index++) entries.push(core.log.entry(index))
    // The hard state comes first on disk and may survive a torn save alone: what it calls committed must be there before it,
    // or the entries that this save was to replace would be taken for committed ones.
    const hardState: HardState = { term: core.term, vote: core.vote, commit: Math.min(core.commit, core.unsaved - 1) }
    const sequence = ++core.saveSequence
    core.saves.push({ sequence, term: core.term, vote: core.vote, lastIndex: last, startedMs: core.nowMs })
    core.givenTerm = core.term
    core.givenVote = core.vote
    core.unsaved = last + 1
    const compactTo = core.mark
    core.mark = undefined
    return { sequence, hardState, entries, compactTo }
  }

  #takeCommitted(): readonly Entry[] {
    const core = this.#core
    const to = Math.min(core.commit, core.stable)
    if (to <= core.emitted) return none
    const entries: Entry[] = []
    for (let index = core.emitted + 1; index <= to; index++) entries.push(core.log.entry(index))
    core.emitted = to
    return entries
  }

  /** Retained entries `from..to` that are committed, as many as fit; empty when `from` is not retained. */
  committedEntries(from: LogIndex, to: LogIndex, maxEntries: number, maxBytes: number): readonly Entry[] {
    const core = this.#core
    if (from < core.log.firstIndex || from > core.commit) return none
    return core.log.slice(from, Math.min(to, core.commit), maxEntries, maxBytes)
  }

  /** Entries that are in the log but not known to be committed. */
  uncommittedEntries(): readonly Entry[] {
    const core = this.#core
    const from = core.commit + 1
    return from > core.log.lastIndex ? none : core.log.slice(from, core.log.lastIndex, Infinity, Infinity)
  }

  get term(): number {
    return this.#core.term
  }

  get commit(): LogIndex {
    return this.#core.commit
  }

  /** The first entry that is retained. */
  get firstIndex(): LogIndex {
    return this.#core.log.firstIndex
  }

  get configuration(): Configuration {
    return this.#core.configurations.current
  }

  get isLeader(): boolean {
    return this.#core.role.kind === 'leader'
  }

  /** Since when this peer leads, or undefined. */
  get leadsSinceMs(): BootMs | undefined {
    return leadingOf(this.#core)?.sinceMs
  }

  /** The first entry of this leader's term, or undefined. */
  get leadsFrom(): LogIndex | undefined {
    return leadingOf(this.#core)?.noopIndex
  }

  get leader(): PeerId | undefined {
    const { role, self } = this.#core
    if (role.kind === 'leader') return self
    return role.kind === 'follower' ? role.leader : undefined
  }

  /** Leader: heard a majority within an election timeout. Others: heard a leader. */
  get quorum(): boolean {
    const core = this.#core
    return core.role.kind === 'leader' ? majorityHeard(core) : core.nowMs - core.leaderHeardMs <= electionMaxMs
  }

  /** The leader's rows; empty elsewhere. */
  followers(): ReadonlyMap<PeerId, Progress> {
    return leadingOf(this.#core)?.progress ?? noFollowers
  }

  /** Is `peer` a voter or learner, and so fed by the leader itself? */
  isMember(peer: PeerId): boolean {
    const { current } = this.#core.configurations
    if (this.#members.configuration !== current) this.#members = { configuration: current, peers: new Set(membersOf(current)) }
    return this.#members.peers.has(peer)
  }

  /** Stands for election at once; for tests and for a peer that was told to. */
  campaign(): void {
    if (this.#core.role.kind !== 'leader') campaign(this.#core, true)
  }

  status(): RaftStatus {
    const core = this.#core
    return {
      term: core.term,
      leader: this.leader,
      role: core.role.kind,
      commit: core.commit,
      lastIndex: core.log.lastIndex,
      lastTerm: core.log.lastTerm,
      lastTimeMs: core.log.lastTimeMs,
      configuration: core.configurations.current,
      mayVote: core.mayVote,
    }
  }
}

const none: readonly Entry[] = []
const noFollowers: ReadonlyMap<PeerId, Progress> = new Map()
