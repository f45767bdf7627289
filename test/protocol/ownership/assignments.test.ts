// The plan of assignments: sticky, spread, never onto who is unable; a second plan on top of the first changes nothing.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { planAssignments } from '../../../protocol/ownership/assignments.ts'
import type { Candidate } from '../../../protocol/ownership/types.ts'

const works = ['controllers', 'scheduler']

function peer(name: string, state: Candidate['state'] = 'alive', able = true): Candidate {
  return { peer: name, state, able }
}

describe('protocol / ownership / assignments', () => {
  it('gives new works to different peers', () => {
    const plan = planAssignments(works, [], [peer('a'), peer('b'), peer('c')], [], 0)
    assert.deepEqual(plan, [{ work: 'controllers', peer: 'a', epoch: 1 }, { work: 'scheduler', peer: 'b', epoch: 1 }])
  })
  it('leaves a work with a suspect and takes it from the dead', () => {
    const table = [{ work: 'controllers', peer: 'a', epoch: 4 }, { work: 'scheduler', peer: 'b', epoch: 1 }]
    assert.deepEqual(planAssignments(works, table, [peer('a', 'suspect'), peer('b'), peer('c')], [], 0), [])
    const plan = planAssignments(works, table, [peer('a', 'dead'), peer('b'), peer('c')], [], 0)
    assert.deepEqual(plan, [{ work: 'controllers', peer: 'c', epoch: 5 }])
  })
  it('takes a work from a holder that is unable, gone, or without progress for 10 s', () => {
    const table = [{ work: 'controllers', peer: 'a', epoch: 1 }]
    const one = ['controllers']
    assert.equal(planAssignments(one, table, [peer('a', 'alive', false), peer('b')], [], 0)[0]?.peer, 'b')
    assert.equal(planAssignments(one, table, [peer('b')], [], 0)[0]?.peer, 'b')
    const progress = [{ work: 'controllers', lastProgressMs: 1000 }]
    assert.deepEqual(planAssignments(one, table, [peer('a'), peer('b')], progress, 10_999), [])
    assert.equal(planAssignments(one, table, [peer('a'), peer('b')], progress, 11_000)[0]?.peer, 'b')
    assert.deepEqual(planAssignments(one, table, [peer('a')], progress, 11_000), [])
  })
  it('holds its promises for every table and every set of candidates', () => {
    const candidates = fc.uniqueArray(fc.record({
      peer: fc.constantFrom('a', 'b', 'c', 'd', 'e'), state: fc.constantFrom('alive' as const, 'suspect' as const, 'dead' as const, 'left' as const), able: fc.boolean(),
    }), { selector: (one) => one.peer })
    const tables = fc.uniqueArray(fc.record({ work: fc.constantFrom(...works), peer: fc.constantFrom('a', 'b', 'c', 'z'), epoch: fc.integer({ min: 1, max: 9 }) }), { selector: (one) => one.work })
    fc.assert(fc.property(candidates, tables, (peers, table) => {
      const plan = planAssignments(works, table, peers, [], 0)
      for (const change of plan) {
        const chosen = peers.find((one) => one.peer === change.peer)
        assert.ok(chosen?.able === true && chosen.state === 'alive')
        assert.equal(change.epoch, (table.find((row) => row.work === change.work)?.epoch ?? 0) + 1)
      }
      const after = works.flatMap((work) => plan.find((one) => one.work === work) ?? table.find((one) => one.work === work) ?? [])
      assert.deepEqual(planAssignments(works, after, peers, [], 0), [])
    }))
  })
})
