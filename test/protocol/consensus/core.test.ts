// How the log, its saves and its configurations stay together when a snapshot comes in between.
// One peer is driven by hand; what it answers is asserted. It starts no cluster.
import { strict as assert } from 'node:assert'
import { accept, append, drain, entry, hand, lead, step, take, three } from './hand.ts'

describe('protocol / consensus / core', () => {
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
  it('after a restart a follower that lacks what the state holds is sent entries and no state, with the members of their time', () => {
    const four = { ...three, learners: ['d'] }
    const entries = [entry(11, 1), entry(12, 1, { kind: 'configuration', configuration: four }), entry(13, 2), entry(14, 2)]
    const recovered = { hardState: { term: 2, vote: undefined, commit: 14 }, begin: { index: 10, term: 1, configuration: three }, snapshot: { index: 13, term: 2, configuration: four }, entries, mayVote: true }
    const h = lead({ recovered })
    assert.deepEqual(h.raft.configuration, four)
    h.sent.length = 0
    step(h, 'b', { kind: 'appendReply', term: h.raft.term, accepted: false, match: 11, matchTerm: 1, round: 0 })
    const appends = take(h, 'append')
    assert.deepEqual(appends.map((message) => message.kind === 'append' && [message.previousIndex, message.previousTerm, message.entries.map((one) => one.index)]), [[11, 1, [12, 13, 14, 15]]])
    accept(h, 'b', 15)
    assert.deepEqual(h.committed.map((one) => one.index), [14, 15], 'what the state holds is not applied again')
  })
})
