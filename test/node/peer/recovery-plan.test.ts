// Who recovers: the survivor whose log lacks nothing that another has, and nobody while a majority is there.
import { strict as assert } from 'node:assert'
import { planRecovery } from '../../../node/peer/recovery-plan.ts'
import type { Sight } from '../../../node/peer/sight.ts'
import type { PeerRecord } from '../../../protocol/engine/types.ts'

const sight = (peer: string, more: Partial<Sight> = {}): Sight => ({
  peer, name: peer, version: 'test', messageVersion: 1, lineage: { incarnation: 1, left: [] }, wallMs: 0, role: 'voter', lastTerm: 3, lastIndex: 100, commit: 90,
  applied: 90, newestMs: 0, opensKeys: true, mayVote: true, quorum: false, leader: undefined, voters: ['a', 'b', 'c', 'd', 'e'], misses: [], refused: undefined, ...more,
})
const peers = ['a', 'b', 'c', 'd', 'e'].map((peer): PeerRecord => ({ peer, name: peer, role: 'peer', addresses: [], zone: '' }))

describe('peer / recovery plan', () => {
  it('takes the highest term, then the highest index, then the lower id', () => {
    const chosen = (...others: Sight[]): string | undefined => {
      const plan = planRecovery(sight('b'), others, peers)
      return plan.kind === 'recover' ? plan.chosen.peer : plan.kind
    }
    assert.equal(chosen(), 'b')
    assert.equal(chosen(sight('c', { lastTerm: 4, lastIndex: 60 })), 'c')
    assert.equal(chosen(sight('c', { lastIndex: 101 })), 'c')
    assert.equal(chosen(sight('c', { lastIndex: 99 })), 'b')
    assert.equal(chosen(sight('a')), 'a')
  })

  it('names who is missing, and a witness that holds more than can be brought back', () => {
    const plan = planRecovery(sight('a'), [sight('c', { role: 'witness', lastIndex: 120 })], peers)
    assert.ok(plan.kind === 'recover')
    assert.equal(plan.chosen.peer, 'a')
    assert.deepEqual(plan.missing.map((record) => record.peer), ['b', 'd', 'e'])
    assert.deepEqual(plan.ahead.map(({ peer }) => peer), ['c'])
    assert.equal(planRecovery(sight('c', { role: 'witness' }), [], peers).kind, 'impossible')
  })

  it('is not needed while a majority of voters answers, or says that it agrees', () => {
    assert.equal(planRecovery(sight('a'), [sight('b'), sight('c')], peers).kind, 'notNeeded')
    assert.equal(planRecovery(sight('a'), [sight('b', { quorum: true })], peers).kind, 'notNeeded')
    assert.equal(planRecovery(sight('a'), [sight('b'), sight('c', { mayVote: false })], peers).kind, 'recover')
    assert.equal(planRecovery(sight('a'), [sight('x', { role: 'mirror' }), sight('y', { role: 'mirror' })], peers).kind, 'recover')
  })

  it('goes by the voters of whoever knows most, and leaves other incarnations out', () => {
    const early = sight('a', { voters: ['a'], commit: 2 })
    assert.equal(planRecovery(early, [sight('b', { commit: 90 })], peers).kind, 'recover')
    const elsewhere = sight('b', { lineage: { incarnation: 9, left: [] }, lastTerm: 50 })
    const plan = planRecovery(sight('a'), [elsewhere], peers)
    assert.ok(plan.kind === 'recover')
    assert.deepEqual([plan.chosen.peer, plan.missing.map((record) => record.peer)], ['a', ['b', 'c', 'd', 'e']])
  })
})
