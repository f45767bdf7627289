// The judges of chaos have teeth: what must never be is found in a history, in a list and in what a watcher was told. And a
// seed always draws the same faults.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { seededRandom } from '../../protocol/base/random.ts'
import { judgeWrites, samePicture } from './checks.ts'
import { History, type Recorded } from './history.ts'
import { drawFaults } from './nemesis.ts'

const operation = (kind: Recorded['kind'], value: string | undefined, callUs: number, more: Partial<Recorded> = {}): Recorded =>
  ({ client: 1, register: 'r', peer: 'peer-1', kind, value, expected: undefined, callUs, returnUs: callUs + 10, outcome: 'done', version: 0, ...more })

function historyOf(...operations: readonly Recorded[]): History {
  const history = new History()
  for (const one of operations) history.add(one)
  return history
}

describe('chaos / judges', () => {
  it('a read of what was overwritten before it began - is no order of anything', () => {
    const good = [operation('create', 'a', 0), operation('write', 'b', 20), operation('read', 'b', 40)]
    deepStrictEqual(historyOf(...good).verdicts(), { violated: [], undecided: [], registers: 1 })
    deepStrictEqual(historyOf(...good, operation('read', 'a', 60)).verdicts().violated, ['r'])
    deepStrictEqual(historyOf(...good, operation('read', undefined, 60)).verdicts().violated, ['r'])
  })
  it('a write without an answer - may have happened or not', () => {
    const maybe = operation('write', 'b', 20, { outcome: 'maybe', returnUs: Number.POSITIVE_INFINITY })
    deepStrictEqual(historyOf(operation('create', 'a', 0), maybe, operation('read', 'a', 40), operation('read', 'b', 60)).verdicts().violated, [])
    deepStrictEqual(historyOf(operation('create', 'a', 0), maybe, operation('read', 'b', 40), operation('read', 'a', 60)).verdicts().violated, ['r'])
  })
  it('an acknowledged write that is not there - is found', () => {
    const history = historyOf(operation('write', 'a', 0, { version: 7 }))
    const list = (resourceVersion: string) => ({ metadata: { resourceVersion: '9' }, items: [{ metadata: { name: 'r', resourceVersion } }] })
    deepStrictEqual(judgeWrites(history, list('7')).broken, [])
    deepStrictEqual(judgeWrites(history, list('6')).broken, ['r was acknowledged at 7, there is 6'])
  })
  it('pictures - differ by an object or by a version', () => {
    const truth = new Map([['a', '1']])
    ok(samePicture(new Map(truth), truth))
    ok(!samePicture(new Map(), truth) && !samePicture(new Map([['a', '2']]), truth))
  })
  it('histories are lines of JSON', () => {
    const lines = historyOf(operation('read', 'a', 1), operation('read', 'b', 2)).lines().trim().split('\n')
    strictEqual(JSON.parse(lines[1] ?? '').value, 'b')
  })
  it('the same seed draws the same faults, within the time', () => {
    const faults = drawFaults(seededRandom(5), 5, 60_000)
    deepStrictEqual(faults, drawFaults(seededRandom(5), 5, 60_000))
    ok(faults.length >= 5 && faults.every(({ atMs }) => atMs < 55_000))
  })
})
