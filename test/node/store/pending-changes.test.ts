// What waits to be written is the latest of each row, under the keys that the files have, whatever order it came in.
import assert from 'node:assert/strict'
import { History } from '../../../node/store/history.ts'
import { PendingChanges } from '../../../node/store/pending-changes.ts'
import { StateMachine } from '../../../protocol/state/machine.ts'
import { EntryMaker, text } from '../../contract/store.ts'
import type { DiskChange } from '../../../node/store/level-files.ts'
import type { StateChange } from '../../../node/store/local-state.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

/** Applies entries as the store does, one after the other. */
function applier(): (entry: Entry) => StateChange {
  const machine = new StateMachine()
  const history = new History()
  return (entry) => {
    const applied = machine.apply(entry)
    return { applied, past: history.add(applied), forgotten: [] }
  }
}

const shown = ({ key, value }: DiskChange): string =>
  value === undefined ? `${key} gone` : value.kind === 'row' ? `${key} ${text(value.row.value)}` : value.kind === 'result' ? `${key} ${value.row.counter}` : `${key} past`

const all = (pending: PendingChanges): string[] => [...pending.changes()].map(shown).sort()

describe('store / pending changes', () => {
  it('keeps the latest of each row, each result and each past transaction', () => {
    const apply = applier()
    const make = new EntryMaker()
    const pending = new PendingChanges()
    assert.ok(pending.empty)
    const changes = [make.put('/registry/a', '1'), make.put('/registry/b', '1'), make.put('/registry/a', '2'), make.del('/registry/b')].map(apply)
    for (const change of changes) pending.add(change)
    const [first] = changes
    assert.ok(first?.past !== undefined && !pending.empty)
    pending.add({ ...first, applied: { ...first.applied, events: [], command: undefined }, past: undefined, forgotten: [first.past] })
    const rows = all(pending)
    assert.deepEqual(rows.filter((row) => row.startsWith('k')), ['k/registry/a 2', 'k/registry/b gone'])
    assert.deepEqual(rows.filter((row) => row.startsWith('h')), [
      'h0000000000000001 gone', 'h0000000000000002 past', 'h0000000000000003 past', 'h0000000000000004 past',
    ])
    assert.equal(rows.filter((row) => row.startsWith('r')).length, 4)
  })

  it('takes what came later over what it has, and is the same as if one had taken all', () => {
    const apply = applier()
    const make = new EntryMaker()
    const changes = [make.put('/registry/a', '1'), make.put('/registry/b', '1'), make.put('/registry/a', '2'), make.del('/registry/b'), make.put('/registry/c', '1')].map(apply)
    const [whole, older, newer] = [new PendingChanges(), new PendingChanges(), new PendingChanges()]
    for (const [at, change] of changes.entries()) {
      whole.add(change)
      if (at < 2) older.add(change)
      else newer.add(change)
    }
    older.addLater(newer)
    assert.deepEqual(all(older), all(whole))
    assert.equal(older.sizeBytes, whole.sizeBytes)
  })

  it('weighs at least the values that are to be written', () => {
    const apply = applier()
    const make = new EntryMaker()
    const pending = new PendingChanges()
    pending.add(apply(make.put('/registry/a', 'x'.repeat(10_000))))
    assert.ok(pending.sizeBytes >= 10_000 && pending.sizeBytes < 11_000, `${pending.sizeBytes}`)
    pending.add(apply(make.put('/registry/a', '')))
    assert.ok(pending.sizeBytes >= 20_000, 'what is replaced is still in history')
  })
})
