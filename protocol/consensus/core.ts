// The state of one Raft peer and the few changes that must keep several fields together: term and vote, log and
// configurations, commit and what was handed out. Elections, replication and reads are functions over it in their own
// files; only this file assigns the role. It has no door of its own: raft.ts is the door.
import { assert } from '../base/assert.ts'
import { ConfigurationHistory } from './configuration.ts'
import { electionMaxMs, electionMinMs } from './limits.ts'
import { entryBytes, RaftLog } from './log.ts'
import { ReadQueue } from './reads.ts'
import type { BootMs, LogIndex, PeerId, Term, WallMs } from '../base/ids.ts'
import type { Random } from '../base/random.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { Entry, EntryBody, SnapshotMark } from '../message/entry.ts'
import type { Outgoing, ReadResult, RecoveredLog, Role } from './types.ts'

interface PendingSave {
  readonly sequence: number
  readonly term: Term
  readonly vote: PeerId | undefined
  /** Lowered when entries that it wrote are truncated meanwhile: they count no more. */
  lastIndex: LogIndex
  readonly startedMs: BootMs
}

/** All fields of one peer's consensus. Mutable, and mutated by this zone only. */
export class RaftCore {
  readonly self: PeerId
  readonly random: Random
  readonly log: RaftLog
  readonly configurations: ConfigurationHistory
  readonly reads = new ReadQueue()
  nowMs: BootMs = 0
  wallMs: WallMs = 0
  term: Term
  vote: PeerId | undefined
  role: Role = { kind: 'follower', leader: undefined }
  /** Known to be committed; at most the log's last index. */
  commit: LogIndex
  /** Handed to the state machine; never beyond `commit` or `stable`. */
  emitted: LogIndex
  /** Entries up to here are on disk as they are in the log. */
  stable: LogIndex
  /** Entries before this one were given to a save. */
  unsaved: LogIndex
  /** Term and vote as they are on disk. */
  savedTerm: Term
  savedVote: PeerId | undefined
  /** Term and vote as they were last given to a save. */
  givenTerm: Term
  givenVote: PeerId | undefined
  readonly saves: PendingSave[] = []
  saveSequence = 0
  mark: SnapshotMark | undefined
  mayVote: boolean
  /** Until a read that was asked after this peer was damaged says how far it must catch up. */
  catchUpTo: LogIndex | undefined
  /** What the leader of this term was told last, or will be once it is saved: answering again what it knows is left out. */
  told: { readonly term: Term; readonly round: number; readonly match: LogIndex } = { term: 0, round: 0, match: 0 }
  /** When the leader was last heard. */
  leaderHeardMs: BootMs = -Infinity
  /** The connection with the leader is gone, and it was not heard since: it protects itself against votes no more. */
  leaderLost = false
  electionDeadlineMs: BootMs = 0
  outbox: Outgoing[] = []
  outboxAfterSave: Outgoing[] = []
  readResults: ReadResult[] = []
  fetch: { readonly atLeast: LogIndex; readonly from: readonly PeerId[] } | undefined
  /** Followers must hear of new entries or a new commit index. */
  flushWanted = false

  constructor(self: PeerId, recovered: RecoveredLog, random: Random) {
    const { hardState, snapshot, begin = snapshot } = recovered
    this.self = self
    this.random = random
    this.log = new RaftLog(begin.index, begin.term)
    this.configurations = new ConfigurationHistory(begin.index, begin.configuration)
    this.term = Math.max(hardState.term, snapshot.term)
    this.vote = hardState.term === this.term ? hardState.vote : undefined
    for (const entry of recovered.entries) {
      if (entry.index <= begin.index) continue
      if (entry.index !== this.log.lastIndex + 1 || entry.term < this.log.lastTerm) break
      this.#put(entry)
      this.term = Math.max(this.term, entry.term)
    }
    assert(this.log.termAt(snapshot.index) === snapshot.term, 'the log holds the place of the state')
    if (this.term !== hardState.term) this.vote = undefined
    this.savedTerm = hardState.term
    this.savedVote = hardState.vote
    this.givenTerm = hardState.term
    this.givenVote = hardState.vote
    this.commit = Math.max(snapshot.index, Math.min(hardState.commit, this.log.lastIndex))
    this.emitted = snapshot.index
    this.stable = this.log.lastIndex
    this.unsaved = this.log.lastIndex + 1
    this.mayVote = recovered.mayVote
  }

  /** Everybody who knows this peer as a voter may be asked for its vote. */
  get isVoter(): boolean {
    return this.configurations.current.voters.includes(this.self)
  }

  get isWitness(): boolean {
    return this.configurations.current.witnesses.includes(this.self)
  }

  /** Term and vote are on disk as they are here. */
  get hardStateSaved(): boolean {
    return this.savedTerm === this.term && this.savedVote === this.vote
  }

  send(to: PeerId, message: ConsensusMessage): void {
    this.outbox.push({ to, message })
  }

  sendAfterSave(to: PeerId, message: ConsensusMessage): void {
    this.outboxAfterSave.push({ to, message })
  }

  /** any -> follower, of a newer term or of a leader that shows itself. A new term forgets the vote. */
  becomeFollower(term: Term, leader: PeerId | undefined): void {
    assert(term >= this.term, 'terms never fall')
    const changed = term !== this.term
    if (changed) {
      this.term = term
      this.vote = undefined
    }
    if (this.role.kind === 'leader') this.readResults.push(...this.reads.abandon())
    if (this.role.kind !== 'follower' || changed) {
      this.role = { kind: 'follower', leader }
      this.resetElectionTimer()
    } else if (leader !== undefined) {
      this.role.leader = leader
    }
  }

  /** follower | preCandidate | candidate -> another role of the same term or, for a candidate, the next one. */
  becomeRole(role: Role): void {
    assert(this.role.kind !== 'leader', 'a leader only steps down')
    this.role = role
  }

  /** A new timeout, counted from now; witnesses wait twice as long, for they can lead only in passing. */
  resetElectionTimer(): void {
    const spread = electionMaxMs - electionMinMs
    const timeoutMs = electionMinMs + this.random.integer(spread)
    this.electionDeadlineMs = this.nowMs + (this.isWitness ? timeoutMs * 2 : timeoutMs)
  }

  /** A follower's log takes an entry that follows its last one. */
  append(entry: Entry): void {
    this.#put(entry)
  }

  /** A leader's log takes a new entry of its own term. Time never goes back. */
  appendOwn(body: EntryBody): Entry {
    const timeMs = Math.max(this.wallMs, this.log.lastTimeMs)
    const entry: Entry = { term: this.term, index: this.log.lastIndex + 1, timeMs, body }
    this.#put(entry)
    if (this.role.kind === 'leader') this.role.uncommittedBytes += entryBytes(entry)
    this.flushWanted = true
    return entry
  }

  #put(entry: Entry): void {
    this.log.append(entry)
    if (entry.body.kind === 'configuration') this.configurations.append(entry.index, entry.body.configuration)
  }

  /** Removes `from` and what is behind it, with the configurations made there (P8) and the saves that wrote it. */
  truncate(from: LogIndex): void {
    assert(from > this.commit, 'what is committed is never removed')
    this.log.truncate(from)
    this.configurations.truncate(from)
    this.stable = Math.min(this.stable, from - 1)
    this.unsaved = Math.min(this.unsaved, from)
    for (const save of this.saves) save.lastIndex = Math.min(save.lastIndex, from - 1)
  }

  /** Knows that everything up to `index` is committed. */
  commitTo(index: LogIndex): void {
    assert(index <= this.log.lastIndex, 'only entries that are here can be known as committed')
    if (index <= this.commit) return
    if (this.role.kind === 'leader') {
      let freed = 0
      for (let at = this.commit + 1; at <= index; at++) freed += entryBytes(this.log.entry(at))
      this.role.uncommittedBytes = Math.max(0, this.role.uncommittedBytes - freed)
      this.flushWanted = true
    }
    this.commit = index
  }

  /** Starts the log anew behind an installed snapshot, or only moves on when the log already holds its mark (P13). */
  install(mark: SnapshotMark): void {
    // What is committed here is the same as what the snapshot stands for, even where it was compacted away.
    const held = mark.index <= this.commit || this.log.termAt(mark.index) === mark.term
    if (!held) {
      for (const save of this.saves) save.lastIndex = 0
      this.log.reset(mark.index, mark.term)
      this.configurations.reset(mark.index, mark.configuration)
      this.stable = mark.index
      this.unsaved = mark.index + 1
      this.mark = mark
    } else if (mark.index > this.stable) {
      this.stable = mark.index
    }
    this.commit = Math.max(this.commit, mark.index)
    this.emitted = Math.max(this.emitted, mark.index)
    if (mark.term > this.term) this.becomeFollower(mark.term, undefined)
  }

  invariants(): void {
    const { log } = this
    assert(this.commit <= log.lastIndex, 'commit is within the log')
    assert(this.commit >= log.firstIndex - 1, 'only what is committed is compacted')
    assert(this.emitted <= this.commit, 'only what is committed is handed out')
    assert(this.stable <= log.lastIndex, 'only entries of the log are saved')
    assert(this.unsaved > this.stable, 'what is saved was given to a save')
    assert(this.term >= log.lastTerm, 'no entry is of a future term')
    assert(this.role.kind !== 'leader' || this.savedTerm === this.term, 'a leader has saved its term')
  }
}
