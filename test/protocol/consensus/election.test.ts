// Elections by the paper: each test cites the rule of Ongaro's thesis that it holds the machine to.
// One peer is driven by hand; what it answers is asserted. It starts no cluster.
import { strict as assert } from 'node:assert'
import { damagedSilentMs, electionMaxMs, electionMinMs, lostLeaderSpreadMs } from '../../../protocol/consensus/limits.ts'
import { append, entry, hand, lead, step, take, tick } from './hand.ts'

describe('protocol / consensus / election', () => {
  it('asks for pre-votes with the next term and keeps its own (thesis, section 9.6)', () => {
    const h = hand()
    tick(h, electionMaxMs + 20)
    const asked = take(h, 'preVote')
    assert.ok(asked.length >= 2)
    assert.ok(asked.every((message) => message.kind === 'preVote' && message.term === 2))
    assert.equal(h.raft.term, 1)
  })

  it('asks for votes only after its own vote is saved (figure 3.1: persist before responding; P2)', () => {
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

  it('a leader whose connection is gone protects itself no more, until it is heard again (section 4.2.3; P10, P14)', () => {
    const h = hand()
    const asks = (): unknown => {
      h.sent.length = 0
      step(h, 'c', { kind: 'preVote', term: 5, lastIndex: 9, lastTerm: 4, transfer: false })
      const [answer] = take(h, 'preVoteReply')
      return answer?.kind === 'preVoteReply' && answer.granted
    }
    step(h, 'b', append(1, 0, 0))
    h.raft.connectionLost('c')
    assert.equal(asks(), false, 'that another is gone says nothing of the leader')
    h.raft.connectionLost('b')
    assert.equal(asks(), true)
    step(h, 'b', append(1, 0, 0))
    assert.equal(asks(), false)
  })

  it('stands at once when the connection with the leader is gone, and stands back for who asked before', () => {
    const alone = hand()
    step(alone, 'b', append(1, 0, 0))
    alone.raft.connectionLost('b')
    tick(alone, lostLeaderSpreadMs)
    assert.equal(take(alone, 'preVote').length, 2)
    const second = hand()
    step(second, 'b', append(1, 0, 0))
    second.raft.connectionLost('b')
    step(second, 'c', { kind: 'preVote', term: 2, lastIndex: 0, lastTerm: 0, transfer: false })
    tick(second, lostLeaderSpreadMs - 20)
    assert.equal(take(second, 'preVote').length, 0)
    tick(second, lostLeaderSpreadMs + 20)
    assert.equal(take(second, 'preVote').length, 2)
  })

  it('a voter whose own removal is not committed still stands, and one that is removed does not (section 4.2.2)', () => {
    const removal = { kind: 'configuration' as const, configuration: { voters: ['b', 'c'], learners: [], witnesses: [] } }
    const h = hand({ entries: [entry(1, 1), entry(2, 1, removal)] })
    tick(h, electionMaxMs + 20)
    assert.ok(take(h, 'preVote').length >= 2)
    step(h, 'b', append(2, 2, 1, [], 2))
    h.sent.length = 0
    tick(h, electionMaxMs * 3)
    assert.deepEqual(take(h, 'preVote'), [])
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

  it('a peer that may have forgotten its vote acknowledges nothing before old leaders have stepped down (P6)', () => {
    const h = hand({ mayVote: false })
    tick(h, 0)
    const show = (): void => step(h, 'b', { kind: 'append', term: 2, previousIndex: 0, previousTerm: 0, entries: [], commit: 0, round: 1 })
    tick(h, damagedSilentMs - 20)
    show()
    assert.deepEqual(take(h, 'appendReply'), [])
    tick(h, 20)
    show()
    assert.equal(take(h, 'appendReply').length, 1)
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
