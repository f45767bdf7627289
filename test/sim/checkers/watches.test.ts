// The checker of watches on made-up tellings: what is right passes, and each kind of mistake is named.
import assert from 'node:assert/strict'
import { watchSafety } from '../../../sim/checkers/watches.ts'
import type { WatchChecker } from '../../../sim/checkers/watches.ts'
import type { RowEvent } from '../../../protocol/state/rows.ts'

function put(key: string, revision: number): RowEvent {
  return { kind: 'put', revision, value: { key: `/registry/${key}`, value: new Uint8Array(), revision, createRevision: revision, terminating: false }, previous: undefined }
}

/** Two transactions: a and b at 1 and 2, a and c at 3 and 4. */
function checker(): WatchChecker {
  const made = watchSafety()
  const events = [[put('a', 1), put('b', 2)], [put('a', 3), put('c', 4)]]
  events.forEach((one, i) => {
    const entry = { term: 1, index: i + 1, timeMs: 0, body: { kind: 'noop' as const } }
    const outcome = { index: i + 1, timeMs: 0, revision: 2 * i + 2, events: one, command: undefined }
    for (const peer of ['p', 'q']) made.applied?.(peer, entry, outcome, '')
  })
  return made
}

const first = { revision: 2, events: [put('a', 1), put('b', 2)] }
const second = { revision: 4, events: [put('a', 3), put('c', 4)] }

describe('sim / checkers / watches', () => {
  it('takes whole transactions in order, the rest of one, and what lies under a prefix', () => {
    checker().told('p', '/registry/', 0, 4, [first, second])
    checker().told('p', '/registry/', 0, 2, [first])
    checker().told('p', '/registry/', 3, 4, [{ revision: 4, events: [put('c', 4)] }])
    checker().told('p', '/registry/b', 0, 4, [{ revision: 2, events: [put('b', 2)] }])
    checker().told('p', '/registry/', 4, 4, [])
  })

  it('refuses what is lost, doubled, out of order, torn apart or of the future (P22)', () => {
    const wrong = [[second], [first, first, second], [second, first], [{ ...first, events: [put('a', 1)] }, second], [first, second, { revision: 6, events: [put('a', 5)] }]]
    for (const batches of wrong) assert.throws(() => checker().told('p', '/registry/', 0, 4, batches), /watches/)
    assert.throws(() => checker().told('p', '/registry/', 1, 2, [first]), /watches/)
  })
})
