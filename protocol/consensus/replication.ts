// Bringing the leader's log to its followers: pipelined appends with limits, the consistency check and the search for the
// last common entry, the commit rule, and the call for a snapshot (Raft thesis, sections 3.5 to 3.6 and 10.2.1).
import { assert } from '../base/assert.ts'
import { leadingOf } from './leading.ts'
import { electionMaxMs, heartbeatMs, maxAppendBytes, maxAppendEntries, snapshotReminderMs } from './limits.ts'
import { entryBytes } from './log.ts'
import { reachedByMajority } from './quorum.ts'
import type { LogIndex, PeerId } from '../base/ids.ts'
import type { ConsensusMessage } from '../message/consensus.ts'
import type { Entry } from '../message/entry.ts'
import type { RaftCore } from './core.ts'
import type { Progress } from './progress.ts'
import type { Leading } from './types.ts'

type Append = ConsensusMessage & { readonly kind: 'append' }
type AppendReply = ConsensusMessage & { readonly kind: 'appendReply' }

/** Begins a round when it is time, or at once when reads wait for one and none of theirs is under way. */
export function tickReplication(core: RaftCore): void {
  const leading = leadingOf(core)
  if (leading === undefined) return
  if (core.nowMs - leading.lastHeartbeatMs >= heartbeatMs) beginRound(core, leading, true)
}

/** A new round: every append from now on carries its number. */
function beginRound(core: RaftCore, leading: Leading, regular: boolean): void {
  leading.round++
  core.reads.assign(leading.round)
  if (regular) leading.lastHeartbeatMs = core.nowMs
  for (const [peer, progress] of leading.progress) {
    if (regular) progress.probing = false
    sendEntries(core, leading, peer, progress)
    if (progress.sentRound < leading.round) sendEmpty(core, leading, peer, progress)
  }
  confirmReads(core)
}

/** Called when all inputs of a turn are in: sends what followers lack, in as few messages as possible. */
export function flush(core: RaftCore): void {
  const leading = leadingOf(core)
  if (leading === undefined) return
  if (core.reads.roundWanted && !core.reads.roundUnderWay) beginRound(core, leading, false)
  if (!core.flushWanted) return
  core.flushWanted = false
  for (const [peer, progress] of leading.progress) {
    sendEntries(core, leading, peer, progress)
    if (progress.state === 'replicate' && progress.sentCommit < Math.min(core.commit, progress.next - 1)) {
      sendEmpty(core, leading, peer, progress)
    }
  }
}

/** Sends entries until the follower has all or the limits on what may be on the way are reached. */
function sendEntries(core: RaftCore, leading: Leading, peer: PeerId, progress: Progress): void {
  while (progress.state !== 'snapshot' && progress.open) {
    const { next } = progress
    if (next > core.log.lastIndex && progress.state === 'replicate') return
    const previousTerm = core.log.termAt(next - 1)
    if (previousTerm === undefined || next < core.log.firstIndex) {
      progress.becomeSnapshot(core.log.firstIndex - 1)
      return
    }
    const entries = core.log.slice(next, core.log.lastIndex, maxAppendEntries, maxAppendBytes)
    const last = next - 1 + entries.length
    sendAppend(core, leading, peer, progress, next - 1, previousTerm, entries)
    if (entries.length === 0) {
      progress.probing = true
      return
    }
    let sizeBytes = 0
    for (const entry of entries) sizeBytes += entryBytes(entry)
    progress.sent(last, sizeBytes)
  }
}

/** A heartbeat: also tells the commit index, and shows by its place in the log whether earlier appends were lost. */
function sendEmpty(core: RaftCore, leading: Leading, peer: PeerId, progress: Progress): void {
  if (progress.state === 'snapshot') {
    remindOfSnapshot(core, leading, peer, progress)
    sendAppend(core, leading, peer, progress, 0, 0, [])
    return
  }
  const previous = progress.next - 1
  const previousTerm = core.log.termAt(previous)
  if (previousTerm === undefined && progress.state === 'replicate') {
    // All that was on its way got lost, and meanwhile the log was cut: the full window would never open again.
    progress.becomeSnapshot(core.log.firstIndex - 1)
    sendEmpty(core, leading, peer, progress)
  } else if (previousTerm === undefined) sendAppend(core, leading, peer, progress, 0, 0, [])
  else sendAppend(core, leading, peer, progress, previous, previousTerm, [])
}

function sendAppend(
  core: RaftCore,
  leading: Leading,
  peer: PeerId,
  progress: Progress,
  previousIndex: LogIndex,
  previousTerm: number,
  entries: readonly Entry[],
): void {
  const commit = Math.min(core.commit, previousIndex + entries.length)
  progress.sentCommit = Math.max(progress.sentCommit, commit)
  progress.sentRound = leading.round
  core.send(peer, { kind: 'append', term: core.term, previousIndex, previousTerm, entries, commit, round: leading.round })
}

function remindOfSnapshot(core: RaftCore, leading: Leading, peer: PeerId, progress: Progress): void {
  if (core.nowMs - progress.snapshotAskedMs < snapshotReminderMs) return
  progress.snapshotAskedMs = core.nowMs
  const from: PeerId[] = []
  for (const [other, row] of leading.progress) {
    const fresh = core.nowMs - row.lastHeardMs <= electionMaxMs
    if (other !== peer && fresh && row.match >= progress.snapshotIndex && !isWitness(core, other)) from.push(other)
  }
  // The leader itself comes last: it has enough to do.
  if (!core.isWitness) from.push(core.self)
  core.send(peer, { kind: 'needSnapshot', term: core.term, index: progress.snapshotIndex, from })
}

function isWitness(core: RaftCore, peer: PeerId): boolean {
  return core.configurations.current.witnesses.includes(peer)
}

/** A follower takes entries of the leader of its term. */
export function handleAppend(core: RaftCore, from: PeerId, message: Append): void {
  assert(core.role.kind !== 'leader', 'one leader a term')
  const { log } = core
  let previousIndex = message.previousIndex
  let entries = message.entries
  const offered = previousIndex + entries.length
  if (previousIndex < core.commit) {
    // What is committed here is the same there, whatever the message says of it.
    entries = offered > core.commit ? entries.slice(core.commit - previousIndex) : []
    previousIndex = core.commit
  } else if (log.termAt(previousIndex) !== message.previousTerm) {
    refuse(core, from, message.round, lastPossible(core, previousIndex, message.previousTerm))
    return
  }
  takeEntries(core, entries)
  const match = previousIndex + entries.length
  core.commitTo(Math.min(message.commit, match))
  accept(core, from, message.round, match, message.entries.length === 0)
}

/** Appends what is new; removes what conflicts first. */
function takeEntries(core: RaftCore, entries: readonly Entry[]): void {
  const { log } = core
  for (const entry of entries) {
    if (entry.index <= log.lastIndex) {
      if (log.termAt(entry.index) === entry.term) continue
      core.truncate(entry.index)
    }
    core.append(entry)
  }
}

/** The last place where the logs may still agree: leaves out whole terms that the leader cannot have (thesis, section 3.5). */
function lastPossible(core: RaftCore, previousIndex: LogIndex, previousTerm: number): LogIndex {
  let index = Math.min(previousIndex, core.log.lastIndex)
  while (index > core.commit && (core.log.termAt(index) ?? 0) > previousTerm) index--
  return index
}

function answerOf(core: RaftCore, accepted: boolean, round: number, match: LogIndex): ConsensusMessage {
  return { kind: 'appendReply', term: core.term, accepted, match, matchTerm: core.log.termAt(match) ?? 0, round }
}

function refuse(core: RaftCore, to: PeerId, round: number, match: LogIndex): void {
  const refusal = answerOf(core, false, round, match)
  if (core.savedTerm === core.term) core.send(to, refusal)
  else core.sendAfterSave(to, refusal)
}

/**
 * Acknowledges only what is on disk: now when it is, else after the save, and then the part of a new round is answered now.
 * An append without entries in a known round only told the commit index; when the leader knows the rest, nothing is said.
 * Should an answer be lost, the next heartbeat's round asks again.
 */
function accept(core: RaftCore, to: PeerId, round: number, match: LogIndex, empty: boolean): void {
  const { told, stable, term } = core
  const newRound = told.term !== term || round > told.round
  const newMatch = told.term !== term || match > told.match
  if (empty && !newRound && !newMatch) return
  core.told = { term, round: newRound ? round : told.round, match: newMatch ? match : told.match }
  if (core.savedTerm !== term) {
    core.sendAfterSave(to, answerOf(core, true, round, match))
  } else if (match <= stable) {
    core.send(to, answerOf(core, true, round, match))
  } else {
    if (newRound) core.send(to, answerOf(core, true, round, stable))
    core.sendAfterSave(to, answerOf(core, true, round, match))
  }
}

/** The leader learns how far a follower is. */
export function handleAppendReply(core: RaftCore, from: PeerId, message: AppendReply): void {
  const leading = leadingOf(core)
  const progress = leading?.progress.get(from)
  if (leading === undefined || progress === undefined || message.term !== core.term) return
  progress.lastHeardMs = core.nowMs
  if (message.round > progress.ackedRound) progress.ackedRound = message.round
  if (message.accepted) {
    assert(message.match <= core.log.lastIndex, 'a follower holds no more than it was sent')
    progress.accepted(message.match)
    commitByCounting(core)
  } else {
    const next = commonIndex(core, message.match, message.matchTerm) + 1
    // The answer to the probe under way always leads further down. Any other is old or doubled, and answering each with
    // another probe would multiply them without end.
    if (progress.state !== 'probe' || next < progress.next) progress.becomeProbe(next)
  }
  if (progress.open) core.flushWanted = true
  confirmReads(core)
  passLeadership(core)
}

/** The last entry here that the follower may have too; before the retained log when only a snapshot can help. */
function commonIndex(core: RaftCore, match: LogIndex, matchTerm: number): LogIndex {
  let index = Math.min(match, core.log.lastIndex)
  while (index >= core.log.firstIndex - 1 && index > 0 && (core.log.termAt(index) ?? 0) > matchTerm) index--
  return index
}

/** Commits what a majority has saved, if it is of the leader's own term (P9; thesis, section 3.6.2). */
export function commitByCounting(core: RaftCore): void {
  const leading = leadingOf(core)
  if (leading === undefined || core.commit === core.log.lastIndex) return
  const { voters } = core.configurations.current
  const reached = reachedByMajority(voters, (peer) =>
    peer === core.self ? core.stable : (leading.progress.get(peer)?.match ?? 0),
  )
  const index = Math.min(reached, standbyMatch(core, leading))
  if (index > core.commit && core.log.termAt(index) === core.term) {
    core.commitTo(index)
    confirmReads(core)
    if (core.commit >= core.configurations.currentIndex && !core.isVoter) core.becomeFollower(core.term, undefined)
  }
}

/** A lone voter also waits for its learners, the synchronous standbys, as long as they answer and keep up. */
function standbyMatch(core: RaftCore, leading: Leading): LogIndex {
  const { voters, learners } = core.configurations.current
  let match = core.log.lastIndex
  if (voters.length !== 1) return match
  for (const learner of learners) {
    const progress = leading.progress.get(learner)
    if (progress?.state !== 'replicate' || core.nowMs - progress.lastHeardMs > electionMaxMs) continue
    match = Math.min(match, progress.match)
  }
  return match
}

/** What this leader knows as committed, once an entry of its own term is (thesis, section 6.4, step 1). */
export function knownCommit(core: RaftCore): LogIndex | undefined {
  return core.role.kind === 'leader' && core.commit >= core.role.noopIndex ? core.commit : undefined
}

/** Gives out reads whose round a majority has answered. */
export function confirmReads(core: RaftCore): void {
  const leading = leadingOf(core)
  if (leading === undefined || core.reads.length === 0) return
  const acked = reachedByMajority(core.configurations.current.voters, (peer) =>
    peer === core.self ? leading.round : (leading.progress.get(peer)?.ackedRound ?? 0),
  )
  const results = core.reads.confirm(acked, knownCommit(core))
  if (results.length > 0) core.readResults.push(...results)
}

/** Tells the chosen successor to stand for election once it has everything (thesis, section 3.10). */
export function passLeadership(core: RaftCore): void {
  const leading = leadingOf(core)
  const to = leading?.transfer?.to
  if (leading === undefined || to === undefined) return
  const progress = leading.progress.get(to)
  if (progress !== undefined && progress.match === core.log.lastIndex) core.send(to, { kind: 'timeoutNow', term: core.term })
}
