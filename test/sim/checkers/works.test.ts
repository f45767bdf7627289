// One epoch of a work has one holder for ever: two peers that are told of the same epoch are a violation, and a later
// epoch may have any holder.
import assert from 'node:assert/strict'
import { oneHolder } from '../../../sim/checkers/works.ts'
import { allWatchers } from '../../../sim/watcher.ts'

describe('sim / checkers / works', () => {
  it('lets epochs change hands and no epoch have two', () => {
    const checker = allWatchers([oneHolder()])
    checker.works('a', [{ work: 'w', peer: 'a', epoch: 1 }])
    checker.works('a', [{ work: 'w', peer: 'b', epoch: 2 }])
    assert.throws(() => checker.works('c', [{ work: 'w', peer: 'c', epoch: 1 }]), /one holder/)
  })
})
