// Reads through the one door: confirmed by a round begun after they came, once, or abandoned.
// One peer is driven by hand; what it answers is asserted. It starts no cluster.
import { strict as assert } from 'node:assert'
import { heartbeatMs } from '../../../protocol/consensus/limits.ts'
import { accept, append, drain, lead, step, take, tick } from './hand.ts'

describe('protocol / consensus / raft', () => {
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
