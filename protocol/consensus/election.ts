// Elections: pre-vote (Raft thesis, section 9.6), votes (3.4), the rule that who hears a leader grants none (4.2.3),
// check-quorum (6.2) and leadership transfer (3.10). A vote counts, our own too, only when it is on disk.
import { assert } from '../base/assert.ts'
import { electionMaxMs, electionMinMs, lostLeaderSpreadMs } from './limits.ts'
import { startLeading } from './leading.ts'
import { countVotes, majority } from './quorum.ts'
import type { PeerId } from '../base/ids.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { RaftCore } from './core.ts'

type VoteRequest = ConsensusMessage & { readonly kind: 'preVote' | 'vote' }
type VoteReply = ConsensusMessage & { readonly kind: 'preVoteReply' | 'voteReply' }

/** The leader was heard so recently, over a connection that stands, that no vote is due, or this peer leads. */
export function leaderIsNear(core: RaftCore): boolean {
  return core.role.kind === 'leader' || (!core.leaderLost && core.nowMs - core.leaderHeardMs < electionMinMs)
}

/**
 * May this peer stand for election at all? Also one whose own removal is in its log and not committed: it may be the only
 * one whose log is long enough to bring that removal about (Raft thesis, section 4.2.2).
 */
function mayStand(core: RaftCore): boolean {
  const votes = core.isVoter || core.configurations.at(core.commit).voters.includes(core.self)
  return votes && core.mayVote
}

/** Begins a pre-vote when the election timer has run out. */
export function tickElection(core: RaftCore): void {
  if (core.role.kind === 'leader' || core.nowMs < core.electionDeadlineMs) return
  core.resetElectionTimer()
  if (!mayStand(core)) {
    if (core.role.kind === 'follower') core.role.leader = undefined
    else core.becomeFollower(core.term, undefined)
    return
  }
  core.becomeRole({ kind: 'preCandidate', votes: new Map([[core.self, true]]) })
  ask(core, 'preVote', false)
  countPreVotes(core)
}

/** preCandidate | follower -> candidate of the next term. */
export function campaign(core: RaftCore, transfer: boolean): void {
  assert(mayStand(core), 'only voters campaign')
  core.becomeFollower(core.term + 1, undefined)
  core.vote = core.self
  core.becomeRole({ kind: 'candidate', votes: new Map(), transfer })
  core.resetElectionTimer()
  ask(core, 'vote', transfer)
}

function ask(core: RaftCore, kind: 'preVote' | 'vote', transfer: boolean): void {
  const term = kind === 'preVote' ? core.term + 1 : core.term
  const { lastIndex, lastTerm } = core.log
  for (const voter of core.configurations.current.voters) {
    if (voter === core.self) continue
    const message: ConsensusMessage = { kind, term, lastIndex, lastTerm, transfer }
    // A real candidacy is announced only when our own vote for it cannot be forgotten.
    if (kind === 'vote') core.sendAfterSave(voter, message)
    else core.send(voter, message)
  }
}

/** The candidate's own vote, once it is on disk. */
export function ownVoteSaved(core: RaftCore): void {
  if (core.role.kind !== 'candidate' || core.role.votes.has(core.self)) return
  core.role.votes.set(core.self, true)
  countRealVotes(core)
}

/** Answers a request of this or a newer term; a vote's term has been adopted before. */
export function handleVoteRequest(core: RaftCore, from: PeerId, message: VoteRequest): void {
  const { log } = core
  const upToDate =
    message.lastTerm > log.lastTerm || (message.lastTerm === log.lastTerm && message.lastIndex >= log.lastIndex)
  if (message.kind === 'preVote') {
    const granted = core.mayVote && upToDate && message.term > core.term && !leaderIsNear(core)
    // Who asks next may split the votes: it stands back for the moment that the one who asked first needs.
    if (granted) core.electionDeadlineMs = Math.max(core.electionDeadlineMs, core.nowMs + lostLeaderSpreadMs)
    core.send(from, { kind: 'preVoteReply', term: granted ? message.term : core.term, granted })
    return
  }
  assert(message.term === core.term, 'the term of a vote has been adopted')
  const free = core.vote === undefined || core.vote === from
  const granted = core.mayVote && upToDate && free && core.role.kind !== 'leader'
  if (granted) {
    core.vote = from
    core.resetElectionTimer()
    core.sendAfterSave(from, { kind: 'voteReply', term: core.term, granted })
  } else {
    core.send(from, { kind: 'voteReply', term: core.term, granted })
  }
}

/** A reply to a vote or to a pre-vote. It counts only in the role and the term that asked for it (Raft thesis, 3.4 and 9.6). */
export function handleVoteReply(core: RaftCore, from: PeerId, message: VoteReply): void {
  if (message.kind === 'preVoteReply') {
    if (core.role.kind !== 'preCandidate') return
    if (message.granted && message.term !== core.term + 1) return
    core.role.votes.set(from, message.granted)
    countPreVotes(core)
    return
  }
  if (core.role.kind !== 'candidate' || message.term !== core.term) return
  core.role.votes.set(from, message.granted)
  countRealVotes(core)
}

function countPreVotes(core: RaftCore): void {
  if (core.role.kind !== 'preCandidate') return
  const result = countVotes(core.configurations.current.voters, core.role.votes)
  if (result === 'won') campaign(core, false)
  else if (result === 'lost') core.becomeFollower(core.term, undefined)
}

function countRealVotes(core: RaftCore): void {
  if (core.role.kind !== 'candidate') return
  const result = countVotes(core.configurations.current.voters, core.role.votes)
  if (result === 'won') startLeading(core)
  else if (result === 'lost') core.becomeFollower(core.term, undefined)
}

/** A leader told us to take over: no pre-vote, and the others may ignore that they hear a leader. */
export function handleTimeoutNow(core: RaftCore): void {
  if (mayStand(core) && core.role.kind !== 'leader') campaign(core, true)
}

/** A leader that hears no majority within an election timeout, or cannot save for so long (P7), steps down. */
export function checkLeadership(core: RaftCore): void {
  const leading = core.role
  if (leading.kind !== 'leader') return
  const oldest = core.saves[0]
  const stalled = oldest !== undefined && core.nowMs - oldest.startedMs > electionMaxMs
  if (stalled || (core.nowMs - leading.sinceMs > electionMaxMs && !majorityHeard(core))) {
    core.becomeFollower(core.term, undefined)
    return
  }
  if (leading.transfer !== undefined && core.nowMs >= leading.transfer.untilMs) leading.transfer = undefined
}

/** Has this leader heard a majority of voters within an election timeout? */
export function majorityHeard(core: RaftCore): boolean {
  const leading = core.role
  if (leading.kind !== 'leader') return false
  const { voters } = core.configurations.current
  let heard = 0
  for (const voter of voters) {
    const lastHeardMs = voter === core.self ? core.nowMs : leading.progress.get(voter)?.lastHeardMs
    if (lastHeardMs !== undefined && core.nowMs - lastHeardMs <= electionMaxMs) heard++
  }
  return heard >= majority(voters.length)
}
