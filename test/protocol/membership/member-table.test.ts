// Which claim wins: SWIM, section 4.2, with departure above all at the same incarnation.
import assert from 'node:assert/strict'
import { MemberTable, supersedes } from '../../../protocol/membership/member-table.ts'
import type { MemberState } from '../../../protocol/membership/types.ts'

describe('protocol / membership / member table', () => {
  const states: readonly MemberState[] = ['alive', 'suspect', 'dead', 'left']
  it('a greater incarnation wins over every state', () => {
    for (const a of states) for (const b of states) assert.equal(supersedes({ state: a, incarnation: 2 }, { state: b, incarnation: 1 }), true)
  })
  it('at the same incarnation the order is alive, suspect, dead, left', () => {
    states.forEach((a, i) => states.forEach((b, j) => {
      assert.equal(supersedes({ state: a, incarnation: 1 }, { state: b, incarnation: 1 }), i > j)
    }))
  })
  it('only newer hints are taken, and changes are reported once', () => {
    const table = new MemberTable()
    const record = table.add('a', { addresses: ['/x'], sequence: 2 }, 5)
    assert.equal(table.takeChanged().length, 1)
    assert.equal(table.hint(record, ['/y'], 2), false)
    assert.equal(table.hint(record, ['/y'], 3), true)
    assert.deepEqual(table.takeChanged().map((member) => member.hint.addresses), [['/y']])
    assert.deepEqual(table.takeChanged(), [])
  })
  it('refuses a suspect without a suspicion', () => {
    const table = new MemberTable()
    const record = table.add('a', { addresses: [], sequence: 0 }, 5)
    assert.throws(() => table.move(record, 'suspect', 0, undefined, 6), /suspicion/)
    assert.throws(() => table.move(record, 'alive', -1, undefined, 6), /never goes back/)
  })
})
