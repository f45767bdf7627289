// Log and state joined at a start, in every relation that they can have.
import assert from 'node:assert/strict'
import { startingPoint } from '../../../../node/store/log/starting-point.ts'
import { mark, range } from '../../../contract/log.ts'
import type { RecoveredLog } from '../../../../node/store/log/types.ts'

const log = (fields: Partial<RecoveredLog>): RecoveredLog => ({
  fresh: false,
  hardState: { term: 3, vote: undefined, commit: 0 },
  mark: mark(10),
  entries: range(11, 20),
  mayVote: true,
  problem: undefined,
  ...fields,
})
const shown = (found: RecoveredLog, state: number, term = 1) => {
  const { snapshot, begin, entries, mayVote, stateMissing, saveMark } = startingPoint(found, mark(state, term))
  assert.equal(entries[0]?.index ?? begin.index + 1, begin.index + 1)
  return [snapshot.index, begin.index, entries.at(-1)?.index, mayVote, stateMissing, saveMark]
}

describe('store / log / starting point', () => {
  it('goes on from the state within the log, and keeps what is before it for others', () => {
    assert.deepEqual(shown(log({}), 10), [10, 10, 20, true, false, false])
    assert.deepEqual(shown(log({}), 15), [15, 10, 20, true, false, false])
    assert.deepEqual(shown(log({}), 20), [20, 10, 20, true, false, false])
  })

  it('drops entries that the state proves replaced, and wants its mark saved first', () => {
    assert.deepEqual(shown(log({}), 25), [25, 25, undefined, true, false, true])
    assert.deepEqual(shown(log({}), 15, 2), [15, 15, undefined, true, false, true])
  })

  it('says that a state has to be fetched when the log begins behind it', () => {
    assert.deepEqual(shown(log({}), 4), [10, 10, 20, true, true, false])
  })

  it('does not vote with a state whose log is gone', () => {
    const gone = log({ mark: mark(0, 0), entries: [], mayVote: false })
    assert.deepEqual(shown(gone, 7), [7, 7, undefined, false, false, true])
    assert.deepEqual(shown(gone, 0, 0), [0, 0, undefined, false, false, false])
  })
})
