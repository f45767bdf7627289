// What a peer does while it leads, beyond consensus itself: takes proposals of others and answers them once, answers reads
// with the entries that the asker lacks, and plans voters and works. A peer that does not lead says so.
import { membersOf } from '../consensus/configuration.ts'
import { ableMs, planMs } from './limits.ts'
import { planVoters } from './voters.ts'
import type { BootMs, LogIndex, PeerId, Term } from '../base/ids.ts'
import type { Raft } from '../consensus/raft.ts'
import type { ReadRequest } from '../consensus/types.ts'
import type { Entry } from '../message/entry.ts'
import type { ProposalId } from '../message/transaction.ts'
import type { Candidate } from '../ownership/types.ts'
import type { Leases } from './leases.ts'
import type { Outbox } from './outbox.ts'
import type { Roster } from './roster.ts'
import type { Spreading } from './spreading.ts'
import type { Seen } from './voters.ts'
import type { Works } from './works.ts'

export interface LeaderDeps {
  readonly self: PeerId
  readonly maxVoters: number
  readonly raft: Raft
  readonly outbox: Outbox
  readonly roster: Roster
  readonly spreading: Spreading
  readonly leases: Leases
  readonly works: Works
}

/** The duties of leading; idle on every other peer. */
export class Leader {
  readonly #deps: LeaderDeps
  /** The term that this peer leads, as far as it has noticed. */
  #leads: Term | undefined
  /** Proposals in the log that are not known to be committed: a retry of one is not appended again. */
  readonly #underWay = new Map<string, LogIndex>()
  #answered: LogIndex = 0
  #nextPlanMs: BootMs = 0
  #healthy = true

  constructor(deps: LeaderDeps) {
    this.#deps = deps
  }

  tick(nowMs: BootMs, healthy: boolean): void {
    this.#healthy = healthy
    this.#notice(nowMs)
    if (this.#leads === undefined) return
    // Two voters agree only while both live: the next step is taken as soon as this one is committed.
    if (nowMs < this.#nextPlanMs && this.#deps.raft.configuration.voters.length === 2) this.#planVoters(nowMs)
    if (nowMs < this.#nextPlanMs) return
    this.#nextPlanMs = nowMs + planMs
    if (!healthy) this.#passOn()
    this.#planVoters(nowMs)
    this.#planWorks(nowMs)
  }

  /** Follows elections: a new leader starts with what its log holds, a deposed one forgets. */
  #notice(nowMs: BootMs): void {
    const { raft, leases, works, roster } = this.#deps
    const leads = raft.isLeader ? raft.term : undefined
    if (leads === this.#leads) return
    this.#leads = leads
    this.#underWay.clear()
    if (leads === undefined) {
      leases.deposed()
      return
    }
    this.#answered = raft.commit
    for (const entry of raft.uncommittedEntries()) this.#remember(entry)
    leases.elected(roster.records.map((record) => record.peer), leads, raft.leadsSinceMs ?? nowMs)
    works.elected()
  }

  #remember(entry: Entry): void {
    if (entry.body.kind === 'command') this.#underWay.set(keyOf(entry.body.proposal), entry.index)
  }

  /** A proposal of another peer. It hears when it is committed, or at once why it is not in the log. */
  proposed(from: PeerId, proposal: ProposalId, command: Uint8Array): void {
    const outcome = this.append(proposal, command)
    if (outcome !== undefined) this.#deps.outbox.consensus(from, { kind: 'proposed', proposal, outcome, index: 0, entries: [] })
  }

  /** Puts a proposal into the log unless it is there; says why not when it cannot. */
  append(proposal: ProposalId, command: Uint8Array): 'notLeader' | 'overloaded' | undefined {
    const { raft } = this.#deps
    if (!raft.isLeader) return 'notLeader'
    this.#notice(raft.leadsSinceMs ?? 0)
    const key = keyOf(proposal)
    if (this.#underWay.has(key)) return undefined
    const result = raft.propose(proposal, command)
    if (result.kind !== 'appended') return result.kind
    this.#underWay.set(key, result.index)
    return undefined
  }

  /** Tells mirrors that their proposals are committed, with the entries that they lack. */
  answerCommitted(): void {
    const { raft, outbox, spreading, self } = this.#deps
    if (!raft.isLeader || this.#leads !== raft.term) return
    while (this.#answered < raft.commit) {
      const entries = raft.committedEntries(this.#answered + 1, raft.commit, Infinity, Infinity)
      if (entries.length === 0) {
        this.#answered = raft.commit
        return
      }
      for (const entry of entries) {
        this.#answered = entry.index
        if (entry.body.kind !== 'command') continue
        const { proposal } = entry.body
        this.#underWay.delete(keyOf(proposal))
        if (proposal.peer === self || raft.isMember(proposal.peer)) continue
        const lacking = spreading.entriesFor(proposal.peer, undefined, entry.index)
        const outcome = 'committed' as const
        outbox.consensus(proposal.peer, { kind: 'proposed', proposal, outcome, index: entry.index, entries: lacking })
      }
    }
  }

  /** Answers another peer's read: where it may read, and what it lacks up to there. */
  answerRead(request: ReadRequest, index: LogIndex | undefined): void {
    const { outbox, spreading } = this.#deps
    const { from, context, applied } = request
    if (index === undefined) {
      outbox.consensus(from, { kind: 'readReply', context, outcome: 'notLeader', index: 0, entries: [] })
      return
    }
    const entries = spreading.entriesFor(from, applied, index)
    outbox.consensus(from, { kind: 'readReply', context, outcome: 'confirmed', index, entries })
  }

  #planVoters(nowMs: BootMs): void {
    const { self, raft, roster, maxVoters } = this.#deps
    const { configuration } = raft
    if (raft.refuseConfiguration(configuration) !== undefined) return
    const seen = new Map<PeerId, Seen>()
    const lastIndex = raft.status().lastIndex
    for (const peer of new Set([...roster.records.map((record) => record.peer), ...membersOf(configuration)])) {
      const member = roster.member(peer)
      const row = raft.followers().get(peer)
      const replicated = row?.state === 'replicate' && nowMs - row.lastHeardMs < planMs * 4
      const lag = replicated ? lastIndex - row.match : undefined
      // A voter that still answers the leader is not dead, whatever the rumours say.
      const answers = row !== undefined && roster.heardSince(peer, nowMs - planMs * 4)
      const dead = member?.state === 'dead' && answers
      const state = peer === self || dead ? 'alive' : (member?.state ?? 'alive')
      seen.set(peer, { state, sinceMs: member?.sinceMs ?? nowMs, lag })
    }
    const step = planVoters({ self, configuration, peers: roster.records, seen, maxVoters, nowMs })
    if (step === undefined) return
    if (step.kind === 'configure') raft.proposeConfiguration(step.configuration)
    else this.#passOn()
  }

  /** Leadership to whoever could take over soonest: a leader that cannot write would hold everybody up. */
  #passOn(): void {
    const { raft } = this.#deps
    const successor = raft.bestSuccessor()
    if (successor !== undefined) raft.transfer(successor)
  }

  #planWorks(nowMs: BootMs): void {
    const { self, raft, roster, leases, works, outbox } = this.#deps
    const sinceMs = raft.leadsSinceMs ?? nowMs
    const candidates: Candidate[] = []
    for (const { peer, role } of roster.records) {
      const state = peer === self ? 'alive' : (roster.member(peer)?.state ?? 'alive')
      const askedMs = Math.max(leases.askedMs(peer) ?? sinceMs, sinceMs)
      const asks = peer === self ? this.#healthy : nowMs - askedMs < ableMs && leases.takesWorks(peer)
      candidates.push({ peer, state, able: role === 'peer' && asks })
    }
    if (candidates.length > 0) outbox.assign.push(...works.plan(candidates, nowMs))
  }

  /** How far each peer is known to be; empty when this peer does not lead. */
  progress(): { readonly peer: PeerId; readonly match: LogIndex }[] {
    const { self, raft, roster, spreading } = this.#deps
    if (!raft.isLeader) return []
    const rows = [{ peer: self, match: raft.commit }]
    for (const [peer, row] of raft.followers()) rows.push({ peer, match: row.match })
    for (const peer of roster.mirrors()) rows.push({ peer, match: spreading.knownOf(peer) ?? 0 })
    return rows
  }

  /** Peers whose unique Pods others may replace; empty when this peer does not lead. */
  expired(nowMs: BootMs): readonly PeerId[] {
    return this.#deps.roster.records.filter(({ peer }) => this.leaseOver(peer, nowMs)).map(({ peer }) => peer)
  }

  /** The same of one peer, which may have been removed: its last lease runs on. */
  leaseOver(peer: PeerId, nowMs: BootMs): boolean {
    const { raft, leases } = this.#deps
    return raft.isLeader && this.#leads === raft.term && leases.expired(peer, nowMs)
  }
}

function keyOf(proposal: ProposalId): string {
  return `${proposal.counter}/${proposal.peer}`
}
