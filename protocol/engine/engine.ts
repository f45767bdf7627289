// The engine: one peer's consensus, spreading, membership and ownership joined behind one door (types.ts). It decides who
// is asked, who votes and who works, by calling pure parts; it reads no clock and does no I/O. The daemon's peer thread and
// the simulator drive this very class.
import { assert, unreachable } from '../base/assert.ts'
import { Raft } from '../consensus/raft.ts'
import { createMembership } from '../membership/membership.ts'
import type { ConnectionLoss } from '../membership/types.ts'
import { planAssignments } from '../ownership/assignments.ts'
import { createLeaseGrantor, createLeaseHolder } from '../ownership/lease.ts'
import { Leader } from './leader.ts'
import { Leases } from './leases.ts'
import { mirrorQuorumMs } from './limits.ts'
import { inEnvelopes, Outbox } from './outbox.ts'
import { Requests } from './requests.ts'
import { Roster } from './roster.ts'
import { Spreading } from './spreading.ts'
import { Works } from './works.ts'
import type { BootMs, PeerId, Term, WallMs } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { RaftReady } from '../consensus/types.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { Entry, SnapshotMark } from '../message/entry.ts'
import type { GossipBatch, Message } from '../message/message.ts'
import { noWorks } from '../message/ownership.ts'
import type { OwnershipMessage, WorkReport } from '../message/ownership.ts'
import type { ProposalId } from '../message/transaction.ts'
import type { Applied, EngineOptions, EngineStatus, PeerEngine, Ready, Recovered } from './types.ts'

/** The engine of one peer, from what its disk held. `random` decides timeouts and whom to ask. */
export function createEngine(options: EngineOptions, recovered: Recovered, random: Random): PeerEngine {
  return new Engine(options, recovered, random)
}

class Engine implements PeerEngine {
  readonly #self: PeerId
  readonly #raft: Raft
  readonly #outbox = new Outbox()
  readonly #roster: Roster
  readonly #spreading: Spreading
  readonly #requests: Requests
  readonly #leases: Leases
  readonly #works: Works
  readonly #leader: Leader
  readonly #damaged: boolean
  #nowMs: BootMs = 0
  #applied: number
  #reports: readonly WorkReport[] = []
  #healthy = true
  #full = false
  #leaving = false
  /** Who led when we last heard of it, for peers that the leader does not feed. */
  #hint: { readonly peer: PeerId; readonly term: Term } | undefined
  #hintHeardMs: BootMs = -Infinity
  /** Which voter to ask next when nobody knows the leader. */
  #nextVoter = 0

  constructor(options: EngineOptions, recovered: Recovered, random: Random) {
    this.#self = options.self
    this.#raft = new Raft(options.self, recovered, random.fork(), options)
    this.#applied = recovered.snapshot.index
    this.#damaged = !recovered.mayVote
    const { self, cluster } = options
    const raft = this.#raft
    const outbox = this.#outbox
    this.#roster = new Roster(self, raft, createMembership({ self }, random.fork()))
    const roster = this.#roster
    this.#spreading = new Spreading({
      self,
      cluster,
      raft,
      outbox,
      random: random.fork(),
      reachable: () => roster.reachable(),
      mirrors: () => roster.mirrors(),
      heard: (peer) => roster.heardSince(peer, raft.leadsSinceMs ?? 0),
    })
    const firstContext = random.integer(0x100000) * 0x100000000
    this.#requests = new Requests(
      {
        outbox,
        target: () => this.#target(),
        deliver: (to, message) => this.#deliver(to, message),
        applied: () => raft.commit,
      },
      firstContext,
    )
    this.#leases = new Leases({ self, raft, outbox, holder: createLeaseHolder(), grantor: createLeaseGrantor() })
    this.#works = new Works(self, options.works, planAssignments)
    const { maxVoters } = options
    const parts = { self, maxVoters, raft, outbox, roster, spreading: this.#spreading, leases: this.#leases, works: this.#works }
    this.#leader = new Leader(parts)
  }

  bootstrap(): void {
    this.#raft.bootstrap()
  }

  step(from: PeerId, message: Message): void {
    if (from === this.#self) return
    this.#roster.hear(from, this.#nowMs)
    switch (message.zone) {
      case 'consensus':
        return this.#stepConsensus(from, message.body)
      case 'membership':
        return this.#roster.membership.step(from, message.body, this.#nowMs)
      case 'ownership':
        return this.#stepOwnership(from, message.body)
      case 'spreading':
        return this.#spreading.step(from, message.body, this.#nowMs)
      default:
        unreachable(message, 'message')
    }
  }

  #stepConsensus(from: PeerId, message: ConsensusMessage): void {
    switch (message.kind) {
      case 'propose':
        return this.#leader.proposed(from, message.proposal, message.command)
      case 'proposed':
        if (message.proposal.peer !== this.#self) return
        if (message.outcome !== 'committed') {
          this.#forgetHint(from)
          return this.#requests.refused(message.proposal, message.outcome)
        }
        this.#lead(from, this.#raft.term)
        this.#spreading.want(message.index)
        return this.#spreading.feed(message.entries, this.#nowMs)
      case 'read':
        if (!this.#raft.read({ from, context: message.context, purpose: 'read', applied: message.applied })) {
          this.#outbox.consensus(from, { kind: 'readReply', context: message.context, outcome: 'notLeader', index: 0, entries: [] })
        }
        return
      case 'readReply':
        if (message.outcome === 'notLeader') {
          this.#forgetHint(from)
          this.#requests.readAnswered(message.context, undefined)
          return
        }
        if (this.#requests.readAnswered(message.context, message.index)) {
          this.#lead(from, this.#raft.term)
          this.#spreading.want(message.index)
        }
        return this.#spreading.feed(message.entries, this.#nowMs)
      default:
        return this.#raft.step(from, message)
    }
  }

  #stepOwnership(from: PeerId, message: OwnershipMessage): void {
    if (message.kind === 'leaseAsk') {
      // A peer that was removed gets no lease any more, so that the last one it had runs out.
      if (this.#roster.isMember(from)) this.#leases.arrived(from, message)
      return
    }
    this.#lead(from, message.term)
    if (this.#healthy) this.#leases.granted(message, this.#nowMs)
  }

  gossiped(batch: GossipBatch): void {
    if (!this.#spreading.gossiped(batch, this.#nowMs)) return
    if (batch.leader !== this.#self) this.#lead(batch.leader, batch.term)
  }

  tick(nowMs: BootMs, wallMs: WallMs): void {
    assert(nowMs >= this.#nowMs, 'time does not go back')
    this.#nowMs = nowMs
    this.#raft.tick(nowMs, wallMs)
    this.#roster.tick(nowMs)
    this.#leader.tick(nowMs, this.#healthy && !this.#full)
    this.#spreading.tick(nowMs)
    for (const [peer, message] of this.#leases.takeArrived()) this.#leaseAsked(peer, message)
    const leader = this.#knownLeader()
    this.#requests.tick(nowMs, leader)
    if (this.#healthy && !this.#leaving) {
      const asked = this.#leases.tick(leader, this.#full ? takesNone : this.#reports, nowMs)
      if (asked !== undefined && leader === this.#self) this.#leaseAsked(this.#self, asked)
    }
    if (this.#raft.wantsCatchUp && !this.#catchUpAsked) {
      this.#catchUpAsked = true
      this.#requests.read(catchUpContext, nowMs)
    }
  }

  #catchUpAsked = false

  /** Only right after the clock was read: see `Leases.arrived`. */
  #leaseAsked(peer: PeerId, message: OwnershipMessage & { readonly kind: 'leaseAsk' }): void {
    this.#leases.asked(peer, message, this.#nowMs)
    if (this.#raft.isLeader) this.#works.reported(peer, message.reports, this.#nowMs)
  }

  propose(proposal: ProposalId, command: Uint8Array): void {
    assert(proposal.peer === this.#self, 'a peer proposes under its own name')
    this.#requests.propose(proposal, command, this.#nowMs)
  }

  read(context: number): void {
    assert(context >= 0, 'contexts of the driver are not negative')
    this.#requests.read(context, this.#nowMs)
  }

  saved(sequence: number): void {
    this.#raft.saved(sequence)
  }

  applied(applied: Applied): void {
    assert(applied.durableIndex <= applied.index, 'only what is applied is durable')
    this.#applied = Math.max(this.#applied, applied.index)
    this.#raft.compact(applied.durableIndex)
    const { system } = applied
    if (system === undefined) return
    for (const gone of this.#roster.agreed(system.peers, this.#nowMs)) this.#spreading.forget(gone)
    this.#outbox.works.push(...this.#works.agreed(system.assignments))
  }

  snapshotInstalled(mark: SnapshotMark): void {
    this.#raft.snapshotInstalled(mark)
    this.#applied = Math.max(this.#applied, mark.index)
    this.#spreading.installed()
  }

  connectionLost(peer: PeerId, loss: ConnectionLoss): void {
    this.#raft.connectionLost(peer)
    this.#roster.membership.connectionLost(peer, loss, this.#nowMs)
    this.#forgetHint(peer)
  }

  report(reports: readonly WorkReport[]): void {
    this.#reports = reports
  }

  health(healthy: boolean): void {
    this.#healthy = healthy
  }

  room(full: boolean): void {
    this.#full = full
  }

  announce(addresses: readonly string[]): void {
    this.#roster.membership.announce(addresses)
  }

  stop(leave: boolean): void {
    this.#leaving = true
    if (leave) this.#roster.membership.leave(this.#nowMs)
    const successor = this.#raft.bestSuccessor()
    if (successor !== undefined) this.#raft.transfer(successor)
  }

  ready(): Ready | undefined {
    this.#roster.collect(this.#outbox)
    const raft = this.#raft.ready()
    if (raft !== undefined) this.#digestRaft(raft)
    if (this.#damaged) this.#catchUp()
    if (raft === undefined && this.#outbox.empty) return undefined
    const out = this.#outbox.take()
    if (raft === undefined) return { ...out, save: undefined, sendAfterSave: [], committed: [] }
    return {
      send: out.send.length === 0 ? inEnvelopes(raft.send) : [...inEnvelopes(raft.send), ...out.send],
      save: raft.save,
      sendAfterSave: inEnvelopes(raft.sendAfterSave),
      publish: out.publish,
      committed: raft.committed,
      fetchSnapshot: raft.fetchSnapshot ?? out.fetchSnapshot,
      proposals: out.proposals,
      reads: out.reads,
      members: out.members,
      works: out.works,
      assign: out.assign,
    }
  }

  /** Answers the reads and proposals that consensus has finished. */
  #digestRaft(raft: RaftReady): void {
    for (const entry of raft.committed) this.#noteCommitted(entry)
    this.#leader.answerCommitted()
    for (const result of raft.reads) {
      const { request, index } = result
      if (request.purpose === 'lease') this.#leases.confirmed(result, this.#nowMs)
      else if (request.from === this.#self) this.#ownReadDone(request.context, index)
      else this.#leader.answerRead(request, index)
    }
  }

  #noteCommitted(entry: Entry): void {
    if (entry.body.kind !== 'command') return
    if (entry.body.proposal.peer === this.#self) this.#requests.committed(entry.body.proposal)
  }

  #ownReadDone(wire: number, index: number | undefined): void {
    this.#requests.readAnswered(wire, index)
  }

  /** A damaged peer's own read tells how far it must get before it may vote; the driver does not see that read. */
  #catchUp(): void {
    const at = this.#outbox.reads.findIndex((read) => read.context === catchUpContext)
    if (at < 0) return
    const [outcome] = this.#outbox.reads.splice(at, 1)
    if (outcome?.kind === 'confirmed') this.#raft.catchUpTo(outcome.index)
    else this.#catchUpAsked = false
  }

  #knownLeader(): PeerId | undefined {
    return this.#raft.leader ?? this.#hint?.peer
  }

  #target(): PeerId | undefined {
    const leader = this.#knownLeader()
    if (leader !== undefined) return leader
    const { voters } = this.#raft.configuration
    const others = voters.filter((peer) => peer !== this.#self)
    const asked = others.length > 0 ? others : voters.length === 0 ? this.#roster.reachable() : voters
    return asked[this.#nextVoter++ % Math.max(1, asked.length)]
  }

  #deliver(to: PeerId, message: ConsensusMessage & { readonly kind: 'propose' | 'read' }): void {
    if (to !== this.#self) {
      this.#outbox.consensus(to, message)
    } else if (message.kind === 'propose') {
      const outcome = this.#leader.append(message.proposal, message.command)
      if (outcome !== undefined) this.#requests.refused(message.proposal, outcome)
    } else if (!this.#raft.read({ from: to, context: message.context, purpose: 'read', applied: message.applied })) {
      this.#requests.readAnswered(message.context, undefined)
    }
  }

  #lead(peer: PeerId, term: Term): void {
    if (this.#hint !== undefined && term < this.#hint.term) return
    if (this.#hint?.peer !== peer || this.#hint.term !== term) this.#hint = { peer, term }
    this.#hintHeardMs = this.#nowMs
  }

  #forgetHint(peer: PeerId): void {
    if (this.#hint?.peer === peer) this.#hint = undefined
  }

  status(): EngineStatus {
    const raft = this.#raft.status()
    const { configuration } = raft
    const mirrorQuorum = !this.#raft.isMember(this.#self) && this.#nowMs - this.#hintHeardMs <= mirrorQuorumMs
    return {
      term: raft.term,
      leader: this.#knownLeader(),
      role: this.#role(),
      commit: raft.commit,
      applied: this.#applied,
      lastIndex: raft.lastIndex,
      lastTerm: raft.lastTerm,
      lastTimeMs: raft.lastTimeMs,
      configuration,
      members: this.#roster.membership.members(),
      assignments: this.#works.table,
      progress: this.#leader.progress(),
      leaseUntilMs: this.#leases.validUntilMs(),
      expired: this.#leader.expired(this.#nowMs),
      mayVote: raft.mayVote,
      quorum: this.#raft.quorum || mirrorQuorum,
    }
  }

  leaseOver(peer: PeerId): boolean {
    return this.#leader.leaseOver(peer, this.#nowMs)
  }

  #role(): EngineStatus['role'] {
    const { voters, learners, witnesses } = this.#raft.configuration
    if (this.#raft.isLeader) return 'leader'
    if (witnesses.includes(this.#self)) return 'witness'
    if (voters.includes(this.#self)) return 'voter'
    return learners.includes(this.#self) ? 'learner' : 'mirror'
  }
}

const takesNone: readonly WorkReport[] = [{ work: noWorks, epoch: 0, progress: 0 }]

/** The context of the engine's own read; the driver's contexts are not negative. */
const catchUpContext = -1
