// The table of works: who gained and lost what, and what the leader proposes when a holder stands still.
import { strict as assert } from 'node:assert'
import { assignRetryMs } from '../../../protocol/engine/limits.ts'
import { Works } from '../../../protocol/engine/works.ts'
import { planAssignments } from '../../../protocol/ownership/assignments.ts'
import type { Candidate } from '../../../protocol/ownership/types.ts'

const alive: readonly Candidate[] = ['a', 'b'].map((peer) => ({ peer, state: 'alive', able: true }))

describe('protocol / engine / works', () => {
  it('tells gains, losses and new epochs, once each', () => {
    const works = new Works('a', ['w'], planAssignments)
    assert.deepEqual(works.agreed([{ work: 'w', peer: 'a', epoch: 1 }]).length, 1)
    assert.deepEqual(works.agreed([{ work: 'w', peer: 'a', epoch: 1 }]), [])
    assert.deepEqual(works.agreed([{ work: 'w', peer: 'a', epoch: 2 }]).length, 1)
    assert.deepEqual(works.agreed([{ work: 'w', peer: 'b', epoch: 3 }]), [{ work: 'w', peer: 'b', epoch: 3 }])
    assert.deepEqual(works.agreed([{ work: 'w', peer: 'b', epoch: 4 }]), [])
  })

  it('proposes a change once until it had time to come into force', () => {
    const works = new Works('a', ['w'], planAssignments)
    assert.equal(works.plan(alive, 0).length, 1)
    assert.equal(works.plan(alive, assignRetryMs - 1).length, 0)
    assert.equal(works.plan(alive, assignRetryMs).length, 1)
  })

  it('moves a work whose holder shows no progress, and counts only the current epoch', () => {
    const works = new Works('a', ['w'], planAssignments)
    works.agreed([{ work: 'w', peer: 'b', epoch: 2 }])
    works.plan(alive, 0)
    for (let nowMs = 0; nowMs <= 20_000; nowMs += 2000) {
      works.reported('b', [{ work: 'w', epoch: 2, progress: nowMs }], nowMs)
      assert.deepEqual(works.plan(alive, nowMs), [])
    }
    for (let nowMs = 22_000; nowMs < 30_000; nowMs += 2000) {
      works.reported('b', [{ work: 'w', epoch: 1, progress: nowMs }], nowMs)
      assert.deepEqual(works.plan(alive, nowMs), [])
    }
    assert.deepEqual(works.plan(alive, 30_001), [{ work: 'w', peer: 'a', epoch: 3 }])
  })
})
