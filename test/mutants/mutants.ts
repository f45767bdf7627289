// Wrong variants of the protocol, each a classic mistake made in one place of the source. They are what shows that the
// simulator has teeth: each must be caught. A variant is a replacement of text that must be there exactly once, so that a
// change of the protocol that moves the place fails loudly. Where each is looked for first is said beside it.

/** Where a wrong variant is looked for. `first` says where to begin when chance needs long: close to a seed that is known to find it. */
export type Hunt =
  /** Storms of these seeds: single Rafts whose every step is chosen by chance. */
  | { readonly kind: 'storms'; readonly seeds: number; readonly mood?: string; readonly first?: number }
  /** All scripts: orders of events told step by step. */
  | { readonly kind: 'scripts' }
  /** A named run of a whole cluster, and so many more of its kind. */
  | { readonly kind: 'scenario'; readonly name: string; readonly seeds: number; readonly first?: number }
  /** Control loops on whole clusters of these seeds. */
  | { readonly kind: 'loops'; readonly seeds: number; readonly first?: number }
  /** Whole clusters of these seeds. */
  | { readonly kind: 'seeds'; readonly seeds: number }

/** One place that is made wrong. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Mutant extends Edit {
  readonly name: string
  /** A second place, where one alone is guarded by another. */
  readonly also?: Edit
  readonly hunts: readonly Hunt[]
}

const storms: readonly Hunt[] = [{ kind: 'storms', seeds: 20_000 }]
const storm = (mood: string, first = 1): readonly Hunt[] => [{ kind: 'storms', seeds: 20_000, mood, first }]
const scenario = (name: string, first = 0): readonly Hunt[] => [{ kind: 'scenario', name, seeds: 300, first }]
const seeds: readonly Hunt[] = [{ kind: 'seeds', seeds: 400 }]

const core = 'protocol/consensus/core.ts'
const election = 'protocol/consensus/election.ts'
const leases = 'protocol/engine/leases.ts'
const machine = 'protocol/state/machine.ts'
const quorum = 'protocol/consensus/quorum.ts'
const raft = 'protocol/consensus/raft.ts'
const reads = 'protocol/consensus/reads.ts'
const replication = 'protocol/consensus/replication.ts'

const elections: readonly Mutant[] = [
  {
    name: 'a vote is not persisted (P2)',
    file: raft,
    find: 'const hardState: HardState = { term: core.term, vote: core.vote,',
    replace: 'const hardState: HardState = { term: core.term, vote: undefined,',
    hunts: storms,
  },
  {
    name: 'a vote is promised before it is on disk (P2)',
    file: election,
    find: "core.sendAfterSave(from, { kind: 'voteReply', term: core.term, granted })",
    replace: "core.send(from, { kind: 'voteReply', term: core.term, granted })",
    hunts: storms,
  },
  {
    name: 'a candidate counts its own vote before it is on disk',
    file: election,
    find: "ask(core, 'vote', transfer)",
    replace: "core.role.kind === 'candidate' && core.role.votes.set(core.self, true); ask(core, 'vote', transfer)",
    hunts: storms,
  },
  {
    name: 'two votes in one term',
    file: election,
    find: 'const free = core.vote === undefined || core.vote === from',
    replace: 'const free = true',
    hunts: storms,
  },
  {
    name: 'a candidate with an older log is elected',
    file: election,
    find: 'message.lastTerm > log.lastTerm || (message.lastTerm === log.lastTerm && message.lastIndex >= log.lastIndex)',
    replace: 'message.lastTerm >= 0 || log.lastTerm >= 0',
    hunts: storms,
  },
  {
    name: 'a longer log wins over a newer one',
    file: election,
    find: 'message.lastTerm > log.lastTerm || (message.lastTerm === log.lastTerm && message.lastIndex >= log.lastIndex)',
    replace: 'message.lastIndex >= log.lastIndex',
    hunts: storms,
  },
  {
    name: 'half of the voters is taken for a majority',
    file: quorum,
    find: 'return Math.floor(voters / 2) + 1',
    replace: 'return Math.max(1, Math.ceil(voters / 2))',
    hunts: storms,
  },
  {
    name: 'a peer whose log was damaged votes (P4, P6)',
    file: core,
    find: 'this.mayVote = recovered.mayVote',
    replace: 'this.mayVote = true',
    hunts: storms,
  },
  {
    name: 'a voter that has forgotten its vote votes again (P4, P6)',
    file: core,
    find: 'this.mayVote = recovered.mayVote',
    replace: 'this.mayVote = true',
    hunts: scenario('damaged logs (P4)'),
  },
  {
    name: 'a term is not persisted (P2)',
    file: raft,
    find: 'const hardState: HardState = { term: core.term, vote: core.vote,',
    replace: 'const hardState: HardState = { term: core.savedTerm, vote: core.vote,',
    hunts: storms,
  },
  {
    name: 'what is called committed on disk is not there yet (P4)',
    file: raft,
    find: 'commit: Math.min(core.commit, core.unsaved - 1) }',
    replace: 'commit: core.commit }',
    hunts: storm('usual', 7000),
  },
  {
    name: 'a follower that conflicts with the cut log is probed for ever (P13)',
    file: replication,
    find: 'while (index >= core.log.firstIndex - 1 && index > 0 &&',
    replace: 'while (index >= core.log.firstIndex &&',
    hunts: storm('exiles'),
  },
  {
    name: 'messages of older terms are taken',
    file: raft,
    find: 'this.#answerOld(from, message)\n      return',
    replace: 'this.#answerOld(from, message)',
    hunts: storms,
  },
]

const log: readonly Mutant[] = [
  {
    name: "an old term's entry is committed by counting (P9)",
    file: replication,
    find: 'if (index > core.commit && core.log.termAt(index) === core.term) {',
    replace: 'if (index > core.commit) {',
    hunts: [{ kind: 'scripts' }],
  },
  {
    name: 'entries are acknowledged before fsync (P2)',
    file: replication,
    find: '} else if (match <= stable) {',
    replace: '} else if (match >= 0) {',
    hunts: storms,
  },
  {
    name: 'a leader counts its own entries before they are on disk',
    file: replication,
    find: 'peer === core.self ? core.stable : (leading.progress.get(peer)?.match ?? 0),',
    replace: 'peer === core.self ? core.log.lastIndex : (leading.progress.get(peer)?.match ?? 0),',
    hunts: storms,
  },
  {
    name: 'the entry before an append is not compared',
    file: replication,
    find: '} else if (log.termAt(previousIndex) !== message.previousTerm) {',
    replace: '} else if (log.termAt(previousIndex) === undefined) {',
    hunts: storms,
  },
  {
    name: 'an old append removes what came after it',
    file: replication,
    find: 'if (log.termAt(entry.index) === entry.term) continue\n      core.truncate(entry.index)',
    replace: 'core.truncate(entry.index)',
    hunts: storms,
  },
  {
    name: 'a follower commits beyond what it was shown',
    file: replication,
    find: 'core.commitTo(Math.min(message.commit, match))',
    replace: 'core.commitTo(Math.min(message.commit, log.lastIndex))',
    also: { file: replication, find: 'const commit = Math.min(core.commit, previousIndex + entries.length)', replace: 'const commit = core.commit' },
    hunts: storms,
  },
  {
    name: 'entries that are only saved are applied',
    file: raft,
    find: 'const to = Math.min(core.commit, core.stable)',
    replace: 'const to = core.commit = core.stable',
    hunts: storms,
  },
  {
    name: 'a learner counts as a voter',
    file: replication,
    find: 'const reached = reachedByMajority(voters, (peer) =>',
    replace: 'const reached = reachedByMajority([...voters, ...core.configurations.current.learners], (peer) =>',
    hunts: storms,
  },
  {
    name: 'a truncated save still counts as saved (P8, P13)',
    file: core,
    find: 'for (const save of this.saves) save.lastIndex = Math.min(save.lastIndex, from - 1)',
    replace: '',
    hunts: storm('slow disks', 6500),
  },
]

const answers: readonly Mutant[] = [
  {
    name: 'an answer that carries a new match is skipped',
    file: replication,
    find: 'if (empty && !newRound && !newMatch) return',
    replace: 'if (!newRound) return',
    hunts: [{ kind: 'scripts' }],
  },
]

const changes: readonly Mutant[] = [
  {
    name: 'members change before the no-op is committed (P8)',
    file: raft,
    find: "if (core.commit < leading.noopIndex) return 'nothing of this term is committed yet'",
    replace: '',
    hunts: [{ kind: 'scripts' }],
  },
  {
    name: 'two changes of members at a time (P8)',
    file: raft,
    find: "if (core.configurations.currentIndex > core.commit) return 'another change is under way'",
    replace: '',
    hunts: storm('changes'),
  },
  {
    name: 'a truncated change of members stays in force (P8)',
    file: core,
    find: 'this.configurations.truncate(from)',
    replace: '',
    hunts: storm('changes'),
  },
  {
    name: 'a snapshot forgets its members (P13)',
    file: core,
    find: 'this.configurations.reset(mark.index, mark.configuration)',
    replace: 'this.configurations.reset(mark.index, this.configurations.current)',
    hunts: storm('exiles'),
  },
]

const readMutants: readonly Mutant[] = [
  {
    name: 'a read is answered without a round (P11)',
    file: reads,
    find: 'if (read.round === undefined || read.round > acked) break',
    replace: '',
    hunts: storms,
  },
  {
    name: 'a read joins the round under way (P11)',
    file: reads,
    find: 'this.#waiting.push({ request, index: known, round: undefined })',
    replace: 'this.#waiting.push({ request, index: known, round: this.#waiting[0]?.round })\n    if (this.#assigned > 0) this.#assigned++',
    hunts: storm('reads', 2500),
  },
  {
    name: 'reads before the no-op is committed (P11)',
    file: replication,
    find: "return core.role.kind === 'leader' && core.commit >= core.role.noopIndex ? core.commit : undefined",
    replace: "return core.role.kind === 'leader' ? core.commit : undefined",
    hunts: storms,
  },
]

const stateMutants: readonly Mutant[] = [
  {
    name: 'a snapshot comes without the dedupe window (P13, P17)',
    file: machine,
    find: 'return this.#results.all()',
    replace: 'return []',
    hunts: seeds,
  },
  {
    name: 'a repeated proposal is applied again (P17)',
    file: machine,
    find: 'if (known !== undefined) {\n      const result',
    replace: 'if (known !== undefined && known.counter < 0) {\n      const result',
    hunts: seeds,
  },
  {
    name: 'a transaction is written though a condition fails',
    file: machine,
    find: 'if (transaction === undefined || failing !== undefined) {',
    replace: 'if (transaction === undefined || (failing !== undefined && failing > 0)) {',
    hunts: seeds,
  },
  {
    name: 'apply depends on the peer (P18)',
    file: machine,
    find: 'createRevision: previous?.createRevision ?? revision,',
    replace: 'createRevision: previous?.createRevision ?? revision + Math.floor(Math.random() * 1.01),',
    hunts: seeds,
  },
]

const clusterMutants: readonly Mutant[] = [
  {
    name: 'entries that are not committed are gossiped (P20)',
    file: raft,
    find: 'if (from < core.log.firstIndex || from > core.commit) return none\n    return core.log.slice(from, Math.min(to, core.commit), maxEntries, maxBytes)',
    replace: 'if (from < core.log.firstIndex || from > core.log.lastIndex) return none\n    return core.log.slice(from, core.log.lastIndex, maxEntries, maxBytes)',
    hunts: seeds,
  },
  {
    name: 'gossip is applied out of order (P20)',
    file: 'protocol/engine/spreading.ts',
    find: 'if (first.index > raft.commit + 1) {',
    replace: 'if (first.index < 0) {',
    also: { file: raft, find: "core.role.kind === 'leader' || first.index > core.commit + 1) return", replace: "core.role.kind === 'leader') return" },
    hunts: seeds,
  },
]

const leaseMutants: readonly Mutant[] = [
  {
    name: 'a lease is counted from the answer and not from the asking (P12, P24)',
    file: 'protocol/ownership/lease.ts',
    find: 'Math.max(this.#validUntilMs, askedMs + leaseMs)',
    replace: 'Math.max(this.#validUntilMs, nowMs + leaseMs)',
    hunts: scenario('machines that stand still and are cut off (P12, P24)', 35),
  },
  {
    name: 'a lease is granted without a majority (P24)',
    file: leases,
    find: "raft.read({ from: peer, context: this.#stampMs, purpose: 'lease', applied: 0 })",
    replace: "this.confirmed({ request: { from: peer, context: this.#stampMs, purpose: 'lease', applied: 0 }, index: 1 }, nowMs)",
    // A leader that reads its clock first, and steps down by it, would hardly be asked in vain.
    also: { file: 'protocol/engine/engine.ts', find: 'this.#leases.arrived(from, message)', replace: 'this.#leaseAsked(from, message)' },
    hunts: scenario('machines that stand still and are cut off (P12, P24)'),
  },
  {
    name: 'a request for a lease is dated before it came (P12)',
    file: 'protocol/engine/engine.ts',
    find: 'this.#leases.arrived(from, message)',
    replace: 'this.#leaseAsked(from, message)',
    hunts: scenario('a lone leader that stands still and answers late (P12, P24)'),
  },
  {
    name: 'a new leader does not wait for the leases of the last one (P24)',
    file: 'protocol/ownership/lease.ts',
    find: 'this.#answeredMs = new Map(peers.map((peer) => [peer, nowMs]))',
    replace: 'this.#answeredMs = new Map(peers.map((peer) => [peer, -1e9]))',
    hunts: seeds,
  },
  {
    name: 'a stale assignment may write (P24)',
    file: 'protocol/state/conditions.ts',
    find: 'return assignedEpoch(keys, condition.work) === condition.epoch',
    replace: 'return (assignedEpoch(keys, condition.work) ?? 0) >= condition.epoch',
    hunts: seeds,
  },
  {
    name: "a member's incarnation is not looked at",
    file: 'protocol/membership/member-table.ts',
    find: 'if (claim.incarnation !== known.incarnation) return claim.incarnation > known.incarnation\n',
    replace: '',
    hunts: seeds,
  },
]

const watchMutants: readonly Mutant[] = [
  {
    name: 'a watch that resumes in mid-transaction gets all of it again (P22)',
    file: 'node/store/history.ts',
    find: 'event.revision > revision && keyOf(event).startsWith(prefix))\n      if (events.length > 0) missed',
    replace: 'keyOf(event).startsWith(prefix))\n      if (events.length > 0) missed',
    hunts: scenario('many who watch (P22)'),
  },
  {
    name: 'a watch that resumes in mid-transaction loses the rest (P22)',
    file: 'node/store/history.ts',
    find: "required(this.#past[middle], 'a past transaction').revision <= revision",
    replace: "(required(this.#past[middle], 'a past transaction').events[0]?.revision ?? 0) <= revision",
    hunts: scenario('many who watch (P22)'),
  },
]

const lifecycle = 'node/controllers/node-lifecycle/controller.ts'
const loops: readonly Hunt[] = [{ kind: 'loops', seeds: 200 }]

const loopMutants: readonly Mutant[] = [
  {
    name: 'others take over while a lease may still run (P24)',
    file: 'protocol/ownership/limits.ts',
    find: 'export const takeoverMs = 12_400',
    replace: 'export const takeoverMs = 2_400',
    hunts: loops,
  },
  {
    name: 'what must be unique is replaced when its node is dead, whatever its lease (P24)',
    file: lifecycle,
    find: 'if (due.length > 0 && !(await this.#takeover.nodeIsOver(name))) waits',
    replace: 'if (due.length < 0) waits',
    hunts: loops,
  },
  {
    name: 'a term of a work goes on when the work has gone elsewhere (P24)',
    file: 'node/base/held-work.ts',
    find: 'if (this.#epoch() === this.#held?.epoch) return',
    replace: 'if (this.#held !== undefined) return',
    hunts: [{ kind: 'loops', seeds: 200, first: 38 }],
  },
  {
    name: 'a write of a controller is not bound to its epoch (P24)',
    file: 'protocol/state/conditions.ts',
    find: 'return assignedEpoch(keys, condition.work) === condition.epoch',
    replace: 'return true',
    hunts: loops,
  },
]

/** Every wrong variant. */
export const mutants: readonly Mutant[] = [...loopMutants, ...elections, ...log, ...answers, ...changes, ...readMutants, ...stateMutants, ...clusterMutants, ...leaseMutants, ...watchMutants]
