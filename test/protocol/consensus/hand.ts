// One Raft peer driven by hand: time, messages and saves come from the test, and everything that leaves is kept.
// Whole clusters are the engine's tests and the simulator's.
import { strict as assert } from 'node:assert'
import { seededRandom } from '../../../protocol/base/random.ts'
import { electionMaxMs } from '../../../protocol/consensus/limits.ts'
import { Raft } from '../../../protocol/consensus/raft.ts'
import type { RaftMessage } from '../../../protocol/consensus/raft.ts'
import type { Outgoing, RaftReady, RecoveredLog } from '../../../protocol/consensus/types.ts'
import type { ConsensusMessage } from '../../../protocol/message/consensus.ts'
import type { Configuration, Entry } from '../../../protocol/message/entry.ts'

export const three: Configuration = { voters: ['a', 'b', 'c'], learners: [], witnesses: [] }

export function entry(index: number, term: number, body: Entry['body'] = { kind: 'noop' }): Entry {
  return { term, index, timeMs: 0, body }
}

export interface Hand {
  readonly raft: Raft
  nowMs: number
  /** Everything that left, in order. */
  readonly sent: Outgoing[]
  readonly committed: Entry[]
  last: RaftReady | undefined
}

interface Start {
  readonly term?: number
  readonly vote?: string
  readonly entries?: readonly Entry[]
  readonly configuration?: Configuration
  readonly mayVote?: boolean
  /** All of it, in place of the above. */
  readonly recovered?: RecoveredLog
}

export function hand(start: Start = {}): Hand {
  const { term = 1, vote, entries = [], configuration = three, mayVote = true } = start
  const snapshot = { index: 0, term: 0, configuration }
  const raft = new Raft('a', start.recovered ?? { hardState: { term, vote, commit: 0 }, snapshot, entries, mayVote }, seededRandom(7))
  const made: Hand = { raft, nowMs: 0, sent: [], committed: [], last: undefined }
  raft.tick(0, 0)
  drain(made)
  return made
}

/** Carries out what is ready; saves succeed at once unless `save` is false. */
export function drain(h: Hand, save = true): void {
  for (let ready = h.raft.ready(); ready !== undefined; ready = h.raft.ready()) {
    h.last = ready
    h.sent.push(...ready.send)
    h.committed.push(...ready.committed)
    if (save) {
      if (ready.save !== undefined) h.raft.saved(ready.save.sequence)
      h.sent.push(...ready.sendAfterSave)
    }
  }
}

export function tick(h: Hand, forMs: number): void {
  for (let i = 0; i < forMs; i += 20) {
    h.nowMs += 20
    h.raft.tick(h.nowMs, h.nowMs)
    drain(h)
  }
}

export function step(h: Hand, from: string, message: RaftMessage): void {
  h.raft.step(from, message)
  drain(h)
}

export function take(h: Hand, kind: ConsensusMessage['kind']): ConsensusMessage[] {
  const found = h.sent.filter(({ message }) => message.kind === kind).map(({ message }) => message)
  h.sent.length = 0
  return found
}

export function append(term: number, previousIndex: number, previousTerm: number, entries: readonly Entry[] = [], commit = 0): RaftMessage {
  return { kind: 'append', term, previousIndex, previousTerm, entries, commit, round: 1 }
}

/** Makes `a` the leader of three through pre-vote and vote. */
export function lead(start: Start = {}): Hand {
  const h = hand(start)
  tick(h, electionMaxMs + 20)
  const { term } = h.raft
  step(h, 'b', { kind: 'preVoteReply', term: term + 1, granted: true })
  step(h, 'b', { kind: 'voteReply', term: term + 1, granted: true })
  assert.equal(h.raft.isLeader, true)
  return h
}

export function accept(h: Hand, from: string, match: number, round = 0): void {
  step(h, from, { kind: 'appendReply', term: h.raft.term, accepted: true, match, matchTerm: h.raft.term, round })
}
