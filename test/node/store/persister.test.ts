// Writing behind memory: what could not be written is tried again with what came since, in the right order.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { stateUnwritable } from '../../../node/store/errors.ts'
import { loadState, openDatabase } from '../../../node/store/level-files.ts'
import { persistRetryMs } from '../../../node/store/limits.ts'
import { Persister } from '../../../node/store/persister.ts'
import { StateMachine } from '../../../protocol/state/machine.ts'
import { EntryMaker, text } from '../../contract/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

describe('store / persister', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'shoal-persister-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('opens its files anew after a failed write and loses nothing', async () => {
    const clock = new ManualClock()
    const database = await openDatabase(directory)
    const machine = new StateMachine()
    const make = new EntryMaker()
    const persister = new Persister({ clock, logger: silentLogger, metrics: noMetrics }, database, { directory, generation: 1, mark: machine.header().mark, header: () => machine.header() })
    const apply = (entry: Entry): void => persister.add({ applied: machine.apply(entry), past: undefined, forgotten: [] })
    apply(make.put('/registry/a', '1'))
    apply(make.put('/registry/b', '1'))
    // Closed under its hands: every write fails, as after a full disk.
    await database.close()
    await assert.rejects(persister.flush(), stateUnwritable.is)
    assert.equal(persister.durable.index, 0)
    apply(make.put('/registry/a', '2'))
    clock.advance(persistRetryMs)
    await persister.flush()
    assert.equal(persister.durable.index, 3)
    await persister.close()
    const again = await openDatabase(directory)
    const loaded = await loadState(again, directory)
    await again.close()
    assert.deepEqual(loaded?.machine.header(), machine.header())
    assert.deepEqual(loaded?.machine.keys.all().map((row) => text(row.value)), ['2', '1'])
  })
  it('writes many changes in several turns, with the header that they lead to, while others come', async () => {
    const database = await openDatabase(directory)
    const machine = new StateMachine()
    const make = new EntryMaker()
    const persister = new Persister({ clock: new ManualClock(), logger: silentLogger, metrics: noMetrics }, database, { directory, generation: 1, mark: machine.header().mark, header: () => machine.header() })
    const apply = (entry: Entry): void => persister.add({ applied: machine.apply(entry), past: undefined, forgotten: [] })
    for (let at = 0; at < 700; at++) apply(make.put(`/registry/\u00e9${at % 350}`, `${at}`))
    const first = machine.header()
    const flushed = persister.flush()
    const turns = [false, false]
    for (const at of turns.keys()) {
      await new Promise((resolve) => { setImmediate(resolve) })
      turns[at] = persister.durable.index < first.mark.index
      apply(make.put(`/registry/later${at}`, 'new'))
    }
    assert.deepEqual(turns, [true, true], 'the loop had its turns before all was written')
    await flushed
    assert.equal(persister.durable.index, first.mark.index, 'what came meanwhile is not in it')
    await persister.close()
    const again = await openDatabase(directory)
    const loaded = await loadState(again, directory)
    await again.close()
    assert.deepEqual(loaded?.machine.header(), machine.header())
    assert.equal(loaded?.machine.keys.size, 352)
  })
})
