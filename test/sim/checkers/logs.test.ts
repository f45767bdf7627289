// The log checkers see what they are for: another entry in the same place, another past, a hole, a leader that lacks something.
import assert from 'node:assert/strict'
import type { Entry } from '../../../protocol/message/entry.ts'
import { leaderCompleteness, logMatching } from '../../../sim/checkers/logs.ts'
import { allWatchers } from '../../../sim/watcher.ts'

function entry(index: number, term: number, timeMs = 0): Entry {
  return { index, term, timeMs, body: { kind: 'noop' } }
}

const outcome = { index: 0, timeMs: 0, revision: 0, events: [], command: undefined }

describe('sim / checkers / logs', () => {
  it('log matching: equal index and term mean equal entries after equal pasts', () => {
    const checker = allWatchers([logMatching()])
    const log = (): [] => []
    checker.written('a', [entry(1, 1), entry(2, 2)], log)
    checker.written('b', [entry(1, 1), entry(2, 1)], log)
    assert.throws(() => checker.written('b', [entry(2, 2, 9)], log), /another entry 2/)
    checker.written('b', [entry(1, 2)], log)
    assert.throws(() => checker.written('b', [entry(1, 2), entry(2, 2)], log), /before 2 of 2/)
    assert.throws(() => checker.written('c', [entry(1, 1), entry(3, 1)], log), /then 3/)
    assert.throws(() => checker.written('c', [entry(1, 2), entry(2, 1)], log), /then 2/)
  })
  it('leader completeness: a later leader has what was committed', () => {
    const checker = allWatchers([leaderCompleteness()])
    checker.led('a', 1, () => [], 0)
    checker.applied('a', entry(1, 1), outcome, '')
    checker.applied('a', entry(2, 1), outcome, '')
    checker.led('b', 2, () => [entry(1, 1), entry(2, 1)], 0)
    checker.led('b', 3, () => [entry(2, 1)], 1)
    assert.throws(() => checker.led('c', 4, () => [entry(1, 1)], 0), /c leads term 4 without the committed entry 2/)
  })
})
