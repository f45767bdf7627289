// What a leader may do to the membership, by the paper and by the correction of 2015.
// One peer is driven by hand; what it answers is asserted. It starts no cluster.
import { strict as assert } from 'node:assert'
import { accept, append, drain, entry, lead, step, three } from './hand.ts'
import type { Configuration } from '../../../protocol/message/entry.ts'

describe('protocol / consensus / leading', () => {
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
