// Exactly once: a proposal that is in the log twice must have had its effect once.
import assert from 'node:assert/strict'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { AppliedEntry } from '../../../protocol/state/machine.ts'
import { exactlyOnce } from '../../../sim/checkers/writes.ts'
import { allWatchers } from '../../../sim/watcher.ts'

const proposal = { peer: 'a', counter: 7 }
const result = { kind: 'applied', revision: 1 } as const
const entry = (index: number): Entry => ({ index, term: 1, timeMs: 0, body: { kind: 'command', proposal, command: new Uint8Array() } })
const outcome = (index: number, repeated: boolean): AppliedEntry => {
  const remembered = repeated ? undefined : { ...proposal, result }
  return { index, timeMs: 0, revision: 1, events: [], command: { proposal, result, remembered } }
}

describe('sim / checkers / writes', () => {
  it('lets a repetition be recognised and not be applied', () => {
    const writes = exactlyOnce()
    const checker = allWatchers([writes])
    checker.applied('a', entry(1), outcome(1, false), '')
    checker.applied('b', entry(1), outcome(1, false), '')
    checker.applied('a', entry(2), outcome(2, true), '')
    assert.equal(writes.count(), 1)
    assert.throws(() => checker.applied('a', entry(3), outcome(3, false), ''), /exactly once: a#7 was applied at 1 and again at 3/)
  })
})
