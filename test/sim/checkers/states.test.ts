// State machine safety: one entry and one hash at each index, however a peer got there.
import assert from 'node:assert/strict'
import type { Entry } from '../../../protocol/message/entry.ts'
import { stateMachineSafety } from '../../../sim/checkers/states.ts'
import { allWatchers } from '../../../sim/watcher.ts'

const outcome = { index: 1, timeMs: 0, revision: 0, events: [], command: undefined }
const entry = (term: number): Entry => ({ index: 1, term, timeMs: 0, body: { kind: 'noop' } })

describe('sim / checkers / states', () => {
  it('compares entries, hashes and fetched states (P18)', () => {
    const states = stateMachineSafety()
    const checker = allWatchers([states])
    checker.applied('a', entry(1), outcome, 'x')
    checker.applied('b', entry(1), outcome, 'x')
    checker.restored('c', 1, 'x')
    assert.equal(states.highest(), 1)
    assert.equal(states.hashAt(1), 'x')
    assert.throws(() => checker.applied('b', entry(2), outcome, 'x'), /state machine safety: at 1/)
    assert.throws(() => checker.applied('b', entry(1), outcome, 'y'), /state machine safety: at 1/)
    assert.throws(() => checker.restored('c', 1, 'z'), /c has z/)
  })
})
