// Every past revision within history, as ranges and as watches show it, against copies of the state taken on the way.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { StateMachine } from '../../../protocol/state/machine.ts'
import { History } from '../../../node/store/history.ts'
import { ByteWriter } from '../../../node/store/bytes.ts'
import { decodePast, rebuildPast, writePast } from '../../../node/store/row-codec.ts'
import { EntryMaker, put } from '../../contract/store.ts'
import type { PastTransaction } from '../../../node/store/history.ts'
import type { StoredPast } from '../../../node/store/row-codec.ts'
import type { Row } from '../../../protocol/state/rows.ts'
import type { Write } from '../../../protocol/message/transaction.ts'

const base = '/registry/core/pods/'

function asStored(past: PastTransaction): StoredPast {
  const out = new ByteWriter()
  writePast(out, past)
  return decodePast(out.finish())
}

describe('store / history', () => {
  it('shows each past state and page as it was, also after a restart', () => {
    const random = seededRandom(7)
    const machine = new StateMachine()
    const history = new History()
    const make = new EntryMaker()
    const states = new Map<number, readonly Row[]>([[0, []]])
    for (let i = 0; i < 120; i++) {
      const key = (): string => `${base}${random.pick(['a', 'b'])}/${random.integer(12)}`
      const write = (): Write => (random.chance(0.4) ? { kind: 'delete', key: key() } : put(key(), `${i}`))
      history.add(machine.apply(make.writes(...Array.from({ length: 1 + random.integer(3) }, write))))
      states.set(machine.revision, machine.keys.all())
    }
    const stored = history.since(0).map(asStored)
    const rebuilt = rebuildPast((key) => machine.keys.get(key), stored)
    assert.deepEqual(rebuilt, history.since(0))
    for (const [revision, rows] of states) {
      for (const prefix of [base, `${base}a/`]) {
        const expected = rows.filter((row) => row.key.startsWith(prefix))
        const after = expected[expected.length >> 1]?.key
        assert.deepEqual(history.rangeAt(machine.keys, revision, prefix, {}).items, expected)
        if (after === undefined) continue
        const page = history.rangeAt(machine.keys, revision, prefix, { after, limit: 2 })
        const behind = expected.filter((row) => row.key > after)
        assert.deepEqual(page.items, behind.slice(0, 2))
        assert.equal(page.remaining, Math.max(0, behind.length - 2), `at ${revision} after ${after}`)
      }
    }
  })

  it('is told from a past that does not lead to the present', () => {
    const machine = new StateMachine()
    const history = new History()
    const make = new EntryMaker()
    for (const value of ['1', '2']) history.add(machine.apply(make.put(`${base}a/x`, value)))
    const stored = history.since(0).map(asStored)
    assert.equal(rebuildPast(() => undefined, stored), undefined)
    assert.equal(rebuildPast((key) => machine.keys.get(key), stored.slice(0, 1)), undefined)
  })
})
