// The store on level keeps the contract of stores, and besides it survives: restarts, kills at any moment, damage.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { directoryInUse, stateDamaged, stateUnwritable } from '../../../node/store/errors.ts'
import { discardState, openStore } from '../../../node/store/level-store.ts'
import { openDatabase } from '../../../node/store/level-files.ts'
import { persistDelayMs } from '../../../node/store/limits.ts'
import { describeStore, EntryMaker, text } from '../../contract/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Clock } from '../../../node/base/clock.ts'
import type { StateStore } from '../../../node/store/types.ts'

const pods = '/registry/core/pods/default/'

describe('store / level', () => {
  let base: string
  let made = 0
  const openAt = (directory: string, clock: Clock = new ManualClock()): Promise<StateStore> =>
    openStore({ clock, logger: silentLogger, metrics: noMetrics }, { directory })

  before(() => {
    base = mkdtempSync(join(tmpdir(), 'shoal-store-'))
  })
  after(() => rmSync(base, { recursive: true, force: true }))

  describeStore({ open: (clock) => openAt(join(base, `contract${made++}`), clock) })

  describe('on disk', () => {
    let directory: string
    beforeEach(() => {
      directory = join(base, `disk${made++}`)
    })

    it('finds everything again: rows, mark, results, history', async () => {
      const make = new EntryMaker()
      const first = await openAt(directory)
      const configuration = { voters: ['p1'], learners: [], witnesses: [] }
      first.apply([make.put(`${pods}a`, '1'), make.put(`${pods}b`, '2'), make.del(`${pods}a`), make.put(`${pods}b`, '3')])
      first.apply([make.entry({ kind: 'configuration', configuration })])
      const hash = first.hash()
      await first.close()
      const second = await openAt(directory)
      assert.equal(second.hash(), hash)
      assert.deepEqual(second.durableMark(), { index: 5, term: 1, configuration })
      assert.equal(second.oldestRevision(), 0)
      const watch = second.watch(pods, 1)
      const seen = [await watch.next(), await watch.next(), await watch.next()].flatMap((batch) => batch.events)
      assert.deepEqual(seen.map((event) => [event.kind, event.revision, text(event.previous?.value)]), [
        ['put', 2, undefined],
        ['delete', 3, '1'],
        ['put', 4, '2'],
      ])
      assert.deepEqual(second.rangeAt(2, pods).items.map((item) => text(item.value)), ['1', '2'])
      await second.close()
    })

    it('lags behind memory and says how far', async () => {
      const clock = new ManualClock()
      const make = new EntryMaker()
      const store = await openAt(directory, clock)
      store.apply([make.put(`${pods}a`, '1')])
      assert.equal(store.durableIndex(), 0)
      assert.equal(store.appliedIndex(), 1)
      clock.advance(persistDelayMs)
      assert.equal(await store.flush(), 1)
      assert.equal(store.durableMark().index, 1)
      await store.close()
    })

    it('keeps a fetched state across a restart and nothing of the old one', async () => {
      const make = new EntryMaker()
      const source = await openAt(join(base, `disk${made++}`))
      source.apply([make.put(`${pods}new`, '1'), make.put(`${pods}new2`, '1')])
      const target = await openAt(directory)
      target.apply([new EntryMaker().put(`${pods}old`, '1')])
      const snapshot = await source.snapshot()
      const sink = await target.receive(snapshot.mark)
      await sink.add(0, await snapshot.chunk(0))
      await sink.finish()
      target.apply([make.put(`${pods}more`, '1')])
      const hash = target.hash()
      await target.close()
      await source.close()
      const again = await openAt(directory)
      assert.equal(again.hash(), hash)
      assert.deepEqual(again.range(pods).items.map((item) => item.key.slice(pods.length)), ['more', 'new', 'new2'])
      await again.close()
    })

    it('notices a row that is not as it was written', async () => {
      const make = new EntryMaker()
      const store = await openAt(directory)
      store.apply([make.put(`${pods}a`, '1'), make.put(`${pods}b`, '2')])
      await store.close()
      const database = await openDatabase(directory)
      await database.del(`g0000000001/k${pods}a`)
      await database.close()
      await assert.rejects(openAt(directory), stateDamaged.is)
      await discardState({ directory })
      const empty = await openAt(directory)
      assert.equal(empty.appliedIndex(), 0)
      await empty.close()
    })

    it('notices every damaged region of level\'s journal, or finds an older state whole', async () => {
      const make = new EntryMaker()
      const store = await openAt(directory)
      const hashes = [store.hash()]
      for (let i = 0; i < 5; i++) {
        store.apply([make.put(`${pods}p${i}`, 'x'.repeat(200))])
        await store.flush()
        hashes.push(store.hash())
      }
      await store.close()
      const journal = readdirSync(directory).find((name) => name.endsWith('.log')) ?? ''
      const bytes = readFileSync(join(directory, journal))
      for (let at = 3; at < bytes.length; at += 97) {
        const broken = join(base, `broken${made++}`)
        cpSync(directory, broken, { recursive: true })
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ 0x10
        writeFileSync(join(broken, journal), flipped)
        try {
          const opened = await openAt(broken)
          assert.equal(opened.hash(), hashes[opened.appliedIndex()], `a flip at ${at} of ${bytes.length}`)
          await opened.close()
        } catch (error) {
          assert.ok(stateDamaged.is(error), `a flip at ${at}: ${error}`)
        }
      }
    })

    it('takes a disk that fails for no damage of the state', async () => {
      await (await openAt(directory)).close()
      const manifest = readdirSync(directory).find((name) => name.startsWith('MANIFEST')) ?? ''
      rmSync(join(directory, manifest))
      mkdirSync(join(directory, manifest))
      await assert.rejects(openAt(directory), (error: unknown) => stateUnwritable.is(error) && /Is a directory/.test(error.details.found))
    })

    it('refuses a second opener', async () => {
      const store = await openAt(directory)
      await assert.rejects(openAt(directory), directoryInUse.is)
      await store.close()
    })
  })
})
