// Replication by the paper: each test cites the rule of Ongaro's thesis that it holds the machine to.
// One peer is driven by hand; what it answers is asserted. It starts no cluster.
import { strict as assert } from 'node:assert'
import { heartbeatMs, maxInflightBytes, maxInflightMessages } from '../../../protocol/consensus/limits.ts'
import { accept, append, drain, entry, hand, lead, step, take, tick } from './hand.ts'

describe('protocol / consensus / replication', () => {
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

    it('acknowledges entries only after they are saved (section 3.5: persist before responding; P2)', () => {
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

  it('a follower that conflicts with the place where the log was cut must fetch a state (P13)', () => {
    const h = lead()
    for (let i = 0; i < 13_000; i++) h.raft.propose({ peer: 'a', counter: i }, new Uint8Array())
    drain(h)
    accept(h, 'b', 13_001)
    h.raft.compact(13_001)
    drain(h)
    const cut = h.raft.firstIndex - 1
    step(h, 'c', { kind: 'appendReply', term: h.raft.term, accepted: false, match: cut, matchTerm: 1, round: 0 })
    h.sent.length = 0
    tick(h, heartbeatMs * 2)
    assert.equal(take(h, 'needSnapshot').length, 1)
  })

  it('a save calls committed only what was on disk before it, for its head may survive alone (P4)', () => {
    const h = hand({ term: 1, entries: [entry(1, 1), entry(2, 1)] })
    h.raft.step('b', append(3, 1, 1, [entry(2, 3), entry(3, 3)], 3))
    const ready = h.raft.ready()
    assert.equal(h.raft.commit, 3)
    assert.equal(ready?.save?.entries.length, 2)
    assert.equal(ready.save.hardState?.commit, 1)
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

  describe('flow control', () => {
    const sentTo = (h: ReturnType<typeof lead>, peer: string): { readonly messages: number; readonly sizeBytes: number; readonly last: number } => {
      const appends = h.sent.filter(({ to }) => to === peer).map(({ message }) => message).filter((message) => message.kind === 'append')
      const entries = appends.flatMap((message) => message.entries)
      const sizeBytes = entries.reduce((sum, one) => sum + (one.body.kind === 'command' ? one.body.command.length : 0), 0)
      return { messages: appends.filter((message) => message.entries.length > 0).length, sizeBytes, last: entries.at(-1)?.index ?? 0 }
    }
    const write = (h: ReturnType<typeof lead>, counter: number, sizeBytes: number): void => {
      assert.equal(h.raft.propose({ peer: 'a', counter }, new Uint8Array(sizeBytes)).kind, 'appended')
      drain(h)
    }

    it('a follower that answers nothing gets no more than fits the window, and stops nobody (section 10.2.1)', () => {
      const h = lead()
      accept(h, 'b', 1)
      accept(h, 'c', 1)
      h.sent.length = 0
      for (let counter = 1; counter <= 500; counter++) {
        write(h, counter, 1000)
        accept(h, 'c', 1 + counter)
      }
      assert.equal(h.raft.commit, 501)
      assert.equal(sentTo(h, 'b').messages, maxInflightMessages)
      assert.equal(sentTo(h, 'c').last, 501)
      assert.ok(sentTo(h, 'c').messages >= 400)
      h.sent.length = 0
      tick(h, heartbeatMs * 3)
      assert.equal(sentTo(h, 'b').messages, 0, 'heartbeats carry no entries')
      accept(h, 'b', 65)
      assert.ok(sentTo(h, 'b').last > 65, 'an answer opens the window again')
    })

    it('bounds the bytes on the way to it, not only the messages', () => {
      const h = lead()
      accept(h, 'b', 1)
      accept(h, 'c', 1)
      h.sent.length = 0
      for (let counter = 1; counter <= 40; counter++) {
        write(h, counter, 512 * 1024)
        accept(h, 'c', 1 + counter)
      }
      assert.equal(h.raft.commit, 41)
      const { sizeBytes } = sentTo(h, 'b')
      assert.ok(sizeBytes >= maxInflightBytes - 512 * 1024 && sizeBytes <= maxInflightBytes + 1024 * 1024, `${sizeBytes} bytes`)
    })
  })
})
