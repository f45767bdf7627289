// Raft by the paper: each test cites the rule that it holds the machine to. One peer is driven by hand; its answers are
// what the thesis says. Whole clusters are the engine's tests and the simulator's.
import { strict as assert } from 'node:assert'
import { seededRandom } from '../../../protocol/base/random.ts'
import { electionMaxMs, electionMinMs, heartbeatMs } from '../../../protocol/consensus/limits.ts'
import { Raft } from '../../../protocol/consensus/raft.ts'
import type { RaftMessage } from '../../../protocol/consensus/raft.ts'
import type { Outgoing, RaftReady } from '../../../protocol/consensus/types.ts'
import type { ConsensusMessage } from '../../../protocol/message/consensus.ts'
import type { Configuration, Entry } from '../../../protocol/message/entry.ts'

const three: Configuration = { voters: ['a', 'b', 'c'], learners: [], witnesses: [] }

function entry(index: number, term: number, body: Entry['body'] = { kind: 'noop' }): Entry {
  return { term, index, timeMs: 0, body }
}

interface Hand {
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
}

function hand(start: Start = {}): Hand {
  const { term = 1, vote, entries = [], configuration = three, mayVote = true } = start
  const snapshot = { index: 0, term: 0, configuration }
  const raft = new Raft('a', { hardState: { term, vote, commit: 0 }, snapshot, entries, mayVote }, seededRandom(7))
  const made: Hand = { raft, nowMs: 0, sent: [], committed: [], last: undefined }
  raft.tick(0, 0)
  drain(made)
  return made
}

/** Carries out what is ready; saves succeed at once unless `save` is false. */
function drain(h: Hand, save = true): void {
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

function tick(h: Hand, forMs: number): void {
  for (let i = 0; i < forMs; i += 20) {
    h.nowMs += 20
    h.raft.tick(h.nowMs, h.nowMs)
    drain(h)
  }
}

function step(h: Hand, from: string, message: RaftMessage): void {
  h.raft.step(from, message)
  drain(h)
}

function take(h: Hand, kind: ConsensusMessage['kind']): ConsensusMessage[] {
  const found = h.sent.filter(({ message }) => message.kind === kind).map(({ message }) => message)
  h.sent.length = 0
  return found
}

function append(term: number, previousIndex: number, previousTerm: number, entries: readonly Entry[] = [], commit = 0): RaftMessage {
  return { kind: 'append', term, previousIndex, previousTerm, entries, commit, round: 1 }
}

/** Makes `a` the leader of three through pre-vote and vote. */
function lead(start: Start = {}): Hand {
  const h = hand(start)
  tick(h, electionMaxMs + 20)
  const { term } = h.raft
  step(h, 'b', { kind: 'preVoteReply', term: term + 1, granted: true })
  step(h, 'b', { kind: 'voteReply', term: term + 1, granted: true })
  assert.equal(h.raft.isLeader, true)
  return h
}

function accept(h: Hand, from: string, match: number, round = 0): void {
  step(h, from, { kind: 'appendReply', term: h.raft.term, accepted: true, match, matchTerm: h.raft.term, round })
}

describe('protocol / consensus / raft', () => {
  describe('elections', () => {
    it('asks for pre-votes with the next term and keeps its own (thesis, section 9.6)', () => {
      const h = hand()
      tick(h, electionMaxMs + 20)
      const asked = take(h, 'preVote')
      assert.ok(asked.length >= 2)
      assert.ok(asked.every((message) => message.kind === 'preVote' && message.term === 2))
      assert.equal(h.raft.term, 1)
    })

    it('asks for votes only after its own vote is saved (figure 3.1: persist before responding)', () => {
      const h = hand()
      tick(h, electionMaxMs + 20)
      h.raft.step('b', { kind: 'preVoteReply', term: 2, granted: true })
      h.sent.length = 0
      const ready = h.raft.ready()
      assert.ok(ready?.save?.hardState !== undefined)
      assert.deepEqual([ready.save.hardState.term, ready.save.hardState.vote], [2, 'a'])
      assert.equal(ready.send.filter(({ message }) => message.kind === 'vote').length, 0)
      assert.equal(ready.sendAfterSave.filter(({ message }) => message.kind === 'vote').length, 2)
      h.raft.step('b', { kind: 'voteReply', term: 2, granted: true })
      assert.equal(h.raft.isLeader, false, 'its own vote counts when it is saved')
      h.raft.saved(ready.save.sequence)
      assert.equal(h.raft.isLeader, true)
    })

    it('grants one vote a term, to logs at least as new as its own (section 3.6.1)', () => {
      const h = hand({ term: 3, entries: [entry(1, 2), entry(2, 3)] })
      step(h, 'b', { kind: 'vote', term: 4, lastIndex: 9, lastTerm: 2, transfer: false })
      step(h, 'b', { kind: 'vote', term: 4, lastIndex: 1, lastTerm: 3, transfer: false })
      step(h, 'c', { kind: 'vote', term: 4, lastIndex: 2, lastTerm: 3, transfer: false })
      step(h, 'b', { kind: 'vote', term: 4, lastIndex: 5, lastTerm: 3, transfer: false })
      const answers = take(h, 'voteReply').map((message) => message.kind === 'voteReply' && message.granted)
      assert.deepEqual(answers, [false, false, true, false])
    })

    it('grants no vote while it hears a leader, and keeps its term (section 4.2.3; P10)', () => {
      const h = hand()
      step(h, 'b', append(1, 0, 0))
      h.sent.length = 0
      step(h, 'c', { kind: 'vote', term: 5, lastIndex: 9, lastTerm: 4, transfer: false })
      step(h, 'c', { kind: 'preVote', term: 5, lastIndex: 9, lastTerm: 4, transfer: false })
      assert.equal(h.raft.term, 1)
      assert.deepEqual(take(h, 'voteReply'), [])
      tick(h, electionMinMs)
      h.sent.length = 0
      step(h, 'c', { kind: 'preVote', term: 5, lastIndex: 9, lastTerm: 4, transfer: false })
      assert.deepEqual(take(h, 'preVoteReply'), [{ kind: 'preVoteReply', term: 5, granted: true }])
    })

    it('a transfer overrides that rule (section 3.10)', () => {
      const h = hand()
      step(h, 'b', append(1, 0, 0))
      h.sent.length = 0
      step(h, 'c', { kind: 'vote', term: 2, lastIndex: 0, lastTerm: 0, transfer: true })
      assert.deepEqual(take(h, 'voteReply'), [{ kind: 'voteReply', term: 2, granted: true }])
    })

    it('draws a new timeout each time, so that votes do not split for ever (section 3.4; P14)', () => {
      const h = hand()
      const times: number[] = []
      for (let i = 0; i < 400 && times.length < 8; i++) {
        tick(h, 20)
        if (take(h, 'preVote').length > 0) times.push(h.nowMs)
      }
      const gaps = new Set(times.slice(1).map((time, i) => time - (times[i] ?? 0)))
      assert.ok(gaps.size >= 4, [...gaps].join())
      for (const gap of gaps) assert.ok(gap >= electionMinMs && gap <= electionMaxMs + 40, String(gap))
    })

    it('tells the leader of an older term that it is over', () => {
      const h = hand({ term: 5 })
      step(h, 'b', append(4, 0, 0))
      assert.deepEqual(take(h, 'appendReply'), [{ kind: 'appendReply', term: 5, accepted: false, match: 0, matchTerm: 0, round: 0 }])
    })

    it('a leader that hears no majority steps down (section 6.2)', () => {
      const h = lead()
      tick(h, electionMaxMs * 2)
      assert.equal(h.raft.isLeader, false)
    })

    it('a damaged log keeps a peer from voting and standing (P4, P6)', () => {
      const h = hand({ mayVote: false })
      tick(h, electionMaxMs * 3)
      assert.deepEqual(take(h, 'preVote'), [])
      step(h, 'b', { kind: 'preVote', term: 2, lastIndex: 9, lastTerm: 1, transfer: false })
      step(h, 'b', { kind: 'vote', term: 2, lastIndex: 9, lastTerm: 1, transfer: false })
      assert.ok(h.sent.every(({ message }) => !('granted' in message) || !message.granted))
    })
  })

  describe('replication', () => {
    it('begins with a no-op of its own term (section 6.4) and commits by counting that term only (section 3.6.2; P9)', () => {
      const h = lead({ term: 2, entries: [entry(1, 1), entry(2, 2)] })
      assert.equal(h.raft.term, 3)
      accept(h, 'b', 2)
      assert.equal(h.raft.commit, 0, 'an entry of an older term is not committed by counting')
      accept(h, 'b', 3)
      assert.equal(h.raft.commit, 3)
      assert.deepEqual(h.committed.map((e) => [e.index, e.term, e.body.kind]), [[1, 1, 'noop'], [2, 2, 'noop'], [3, 3, 'noop']])
    })

    it('acknowledges entries only after they are saved (section 3.5: persist before responding)', () => {
      const h = hand()
      h.raft.step('b', append(1, 0, 0, [entry(1, 1)]))
      drain(h, false)
      const early = take(h, 'appendReply')
      assert.deepEqual(early.map((m) => m.kind === 'appendReply' && m.match), [0], 'a heartbeat is answered, the entry is not')
      assert.deepEqual(h.last?.sendAfterSave.map(({ message }) => message.kind === 'appendReply' && message.match), [1])
    })

    it('refuses what does not follow its log, and says where to look (section 3.5)', () => {
      const h = hand({ term: 4, entries: [entry(1, 1), entry(2, 2), entry(3, 2)] })
      step(h, 'b', append(4, 9, 4))
      step(h, 'b', append(4, 3, 3))
      step(h, 'b', append(4, 3, 1))
      const replies = take(h, 'appendReply')
      assert.deepEqual(replies.map((m) => m.kind === 'appendReply' && [m.accepted, m.match, m.matchTerm]), [[false, 3, 2], [false, 3, 2], [false, 1, 1]])
    })

    it('replaces what conflicts and nothing else, also when appends arrive twice or late (figure 3.1; P16)', () => {
      const h = hand({ term: 3, entries: [entry(1, 1), entry(2, 2), entry(3, 2)] })
      step(h, 'b', append(3, 1, 1, [entry(2, 3), entry(3, 3), entry(4, 3)]))
      assert.equal(h.raft.status().lastIndex, 4)
      step(h, 'b', append(3, 1, 1, [entry(2, 3)]))
      assert.equal(h.raft.status().lastIndex, 4, 'an old append removes nothing')
      step(h, 'b', append(3, 4, 3, [], 3))
      assert.deepEqual(h.committed.map((e) => e.term), [1, 3, 3])
    })

    it('commits no further than what it holds (figure 3.1)', () => {
      const h = hand()
      step(h, 'b', append(1, 0, 0, [entry(1, 1)], 50))
      assert.equal(h.raft.commit, 1)
    })

    it('time in entries never goes back', () => {
      const h = lead({ entries: [{ ...entry(1, 1), timeMs: 9_000_000 }] })
      h.raft.propose({ peer: 'a', counter: 1 }, new Uint8Array())
      accept(h, 'b', 3)
      assert.deepEqual(h.committed.map((e) => e.timeMs), [9_000_000, 9_000_000, 9_000_000])
    })

    it('asks a follower behind its log to fetch a state, the leader last in the list (section 5)', () => {
      const h = lead()
      accept(h, 'b', 1)
      accept(h, 'c', 1)
      for (let i = 0; i < 13_000; i++) h.raft.propose({ peer: 'a', counter: i }, new Uint8Array())
      drain(h)
      accept(h, 'b', 13_001)
      h.raft.compact(13_001)
      drain(h)
      step(h, 'c', { kind: 'appendReply', term: h.raft.term, accepted: false, match: 1, matchTerm: 1, round: 0 })
      h.sent.length = 0
      tick(h, heartbeatMs * 2)
      const [need] = take(h, 'needSnapshot')
      assert.ok(need?.kind === 'needSnapshot')
      assert.deepEqual(need.from, ['b', 'a'])
      assert.equal(need.index, h.raft.firstIndex - 1)
    })
  })

  describe('reads', () => {
    it('are confirmed by a round begun after they came, and only once (section 6.4; P11)', () => {
      const h = lead()
      accept(h, 'b', 1, 1)
      tick(h, heartbeatMs)
      const round = Math.max(...take(h, 'append').map((m) => (m.kind === 'append' ? m.round : 0)))
      h.raft.read({ from: 'a', context: 1, purpose: 'read', applied: 0 })
      const ready = h.raft.ready()
      assert.deepEqual(ready?.reads, [])
      h.raft.step('b', { kind: 'appendReply', term: h.raft.term, accepted: true, match: 1, matchTerm: 2, round })
      assert.deepEqual(h.raft.ready()?.reads ?? [], [], 'the answer to an older round says nothing')
      h.raft.step('b', { kind: 'appendReply', term: h.raft.term, accepted: true, match: 1, matchTerm: 2, round: round + 1 })
      assert.deepEqual(h.raft.ready()?.reads.map((read) => [read.request.context, read.index]), [[1, 1]])
      h.raft.step('b', { kind: 'appendReply', term: h.raft.term, accepted: true, match: 1, matchTerm: 2, round: round + 1 })
      assert.deepEqual(h.raft.ready()?.reads ?? [], [])
    })

    it('wait for the no-op of the new leader (section 6.4, step 1; P11)', () => {
      const h = lead()
      h.raft.read({ from: 'a', context: 1, purpose: 'read', applied: 0 })
      drain(h)
      step(h, 'b', { kind: 'appendReply', term: 2, accepted: true, match: 0, matchTerm: 0, round: 99 })
      assert.deepEqual(h.last?.reads, [])
      h.raft.step('b', { kind: 'appendReply', term: 2, accepted: true, match: 1, matchTerm: 2, round: 99 })
      assert.deepEqual(h.raft.ready()?.reads.map((read) => read.index), [1])
    })

    it('are abandoned by a leader that steps down', () => {
      const h = lead()
      h.raft.read({ from: 'a', context: 4, purpose: 'read', applied: 0 })
      h.raft.step('c', append(9, 0, 0))
      assert.deepEqual(h.raft.ready()?.reads.map((read) => read.index), [undefined])
    })
  })

  describe('membership', () => {
    it('changes only after the no-op of the term is committed (Ongaro, raft-dev 2015; P8)', () => {
      const h = lead({ configuration: { ...three, learners: ['d'] } })
      const next: Configuration = { voters: ['a', 'b', 'c', 'd'], learners: [], witnesses: [] }
      assert.ok(h.raft.proposeConfiguration(next))
      accept(h, 'b', 1)
      assert.equal(h.raft.proposeConfiguration(next), undefined)
      assert.deepEqual(h.raft.configuration, next, 'in force when appended (section 4.1)')
      assert.ok(h.raft.proposeConfiguration({ ...next, voters: ['a', 'b', 'c'] }), 'one at a time')
    })

    it('falls back when another leader truncates the change (section 4.1; P8)', () => {
      const h = lead({ configuration: { ...three, learners: ['d'] } })
      accept(h, 'b', 1)
      assert.equal(h.raft.proposeConfiguration({ voters: ['a', 'b', 'c', 'd'], learners: [], witnesses: [] }), undefined)
      drain(h)
      step(h, 'c', append(3, 1, 2, [entry(2, 3)]))
      assert.deepEqual(h.raft.configuration.voters, ['a', 'b', 'c'])
    })

    it('a leader that is removed leads until the change is committed, and does not count itself (section 4.2.2)', () => {
      const h = lead()
      accept(h, 'b', 1)
      assert.equal(h.raft.proposeConfiguration({ voters: ['b', 'c'], learners: [], witnesses: [] }), undefined)
      drain(h)
      accept(h, 'b', 2)
      assert.equal(h.raft.isLeader, true)
      assert.equal(h.raft.commit, 1)
      accept(h, 'c', 2)
      assert.equal(h.raft.isLeader, false)
      assert.equal(h.raft.commit, 2)
    })
  })

  describe('snapshots', () => {
    const mark = { index: 20, term: 3, configuration: three }

    it('start the log anew, saved alone before anything that builds on it (P13)', () => {
      const h = hand({ term: 3, entries: [entry(1, 1), entry(2, 1)] })
      step(h, 'b', append(3, 0, 0))
      h.raft.snapshotInstalled(mark)
      h.raft.step('b', append(3, 20, 3, [entry(21, 3)], 21))
      const first = h.raft.ready()
      assert.deepEqual(first?.save?.compactTo, mark)
      assert.deepEqual(first?.save?.entries, [])
      assert.deepEqual(first?.sendAfterSave, [])
      const second = h.raft.ready()
      assert.deepEqual(second?.save?.entries.map((e) => e.index), [21])
      assert.deepEqual(second?.sendAfterSave.map(({ message }) => message.kind === 'appendReply' && message.match), [20, 21])
    })

    it('a save from before says nothing about entries that came after (P13)', () => {
      const h = hand({ term: 3 })
      h.raft.step('b', append(3, 0, 0, [entry(1, 2), entry(2, 2), entry(3, 2)]))
      const old = h.raft.ready()
      h.raft.snapshotInstalled({ index: 1, term: 3, configuration: three })
      h.raft.step('b', append(3, 1, 3, [entry(2, 3), entry(3, 3)], 3))
      h.raft.ready()
      const fresh = h.raft.ready()
      assert.ok(old?.save !== undefined && fresh?.save !== undefined)
      h.raft.saved(old.save.sequence)
      assert.deepEqual(h.raft.ready()?.committed ?? [], [], 'the entries of the old save are gone')
      h.raft.saved(fresh.save.sequence)
      assert.deepEqual(h.raft.ready()?.committed.map((e) => [e.index, e.term]), [[2, 3], [3, 3]])
    })

    it('an older snapshot changes nothing (P13)', () => {
      const h = hand({ term: 3 })
      step(h, 'b', append(3, 0, 0, [entry(1, 3), entry(2, 3), entry(3, 3)], 3))
      h.raft.snapshotInstalled({ index: 2, term: 3, configuration: three })
      drain(h)
      assert.deepEqual([h.raft.commit, h.raft.status().lastIndex, h.committed.length], [3, 3, 3])
      const compacted = hand({ term: 3 })
      const entries = Array.from({ length: 13_000 }, (_, i) => entry(i + 1, 3))
      compacted.raft.takeCommitted(entries)
      drain(compacted)
      compacted.raft.compact(13_000)
      const { firstIndex } = compacted.raft
      assert.ok(firstIndex > 2000)
      compacted.raft.snapshotInstalled({ index: 1000, term: 3, configuration: three })
      compacted.raft.tick(1000, 1000)
      assert.deepEqual([compacted.raft.firstIndex, compacted.raft.commit], [firstIndex, 13_000])
    })
  })

  describe('entries from elsewhere', () => {
    it('are taken when they follow what is committed, and replace what conflicts (P20)', () => {
      const h = hand({ term: 2, entries: [entry(1, 1), entry(2, 2)] })
      h.raft.takeCommitted([entry(3, 4)])
      assert.equal(h.raft.commit, 0, 'a hole is not jumped over')
      h.raft.takeCommitted([entry(1, 1), entry(2, 3), entry(3, 4)])
      drain(h)
      assert.equal(h.raft.commit, 3)
      assert.equal(h.raft.term, 4)
      assert.deepEqual(h.committed.map((e) => e.term), [1, 3, 4])
    })
  })
})
