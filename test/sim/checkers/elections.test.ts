// Election safety is broken by a second leader of one term, and by nothing else.
import assert from 'node:assert/strict'
import { electionSafety } from '../../../sim/checkers/elections.ts'
import { allWatchers } from '../../../sim/watcher.ts'

describe('sim / checkers / elections', () => {
  it('lets each term have one leader', () => {
    const checker = allWatchers([electionSafety()])
    const log = (): [] => []
    checker.led('a', 1, log, 0)
    checker.led('a', 1, log, 0)
    checker.led('b', 2, log, 0)
    assert.throws(() => checker.led('b', 1, log, 0), /election safety: a and b both led term 1/)
  })
})
