// The work queue's promises: one run at a time per key, no lost additions, growing back-off, bounded size.
// Time is a manual clock.
import assert from 'node:assert/strict'
import { WorkQueue, type WorkQueueDeps, type WorkQueueOptions } from '../../../node/base/work-queue.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { settle } from '../../support/fake-api.ts'

const options: WorkQueueOptions = { capacity: 100, concurrency: 4, backoffBaseMs: 10, backoffMostMs: 1_000 }

function queueOf(run: WorkQueueDeps['run'], more: Partial<WorkQueueOptions> = {}, overflowed?: () => void) {
  const clock = new ManualClock()
  const failures: number[] = []
  const queue = new WorkQueue(
    { clock, run, failed: (_, __, attempts) => failures.push(attempts), ...(overflowed === undefined ? {} : { overflowed }) },
    { ...options, ...more },
  )
  return { queue, clock, failures }
}

describe('base / work queue', () => {
  it('runs a key once for several additions', async () => {
    const runs: string[] = []
    const { queue } = queueOf((key) => Promise.resolve(runs.push(key)).then(() => ({})))
    queue.add('a')
    queue.add('a')
    queue.add('b')
    await queue.idle()
    assert.deepEqual(runs, ['a', 'b'])
  })

  it('runs a key again that was added during its run, never twice at once', async () => {
    let active = 0
    let most = 0
    let runs = 0
    const { queue } = queueOf(async () => {
      most = Math.max(most, ++active)
      if (++runs === 1) queue.add('a')
      await settle(2)
      active--
      return {}
    })
    queue.add('a')
    await queue.idle()
    assert.equal(runs, 2)
    assert.equal(most, 1)
  })

  it('says how many keys wait, also when none does any more', async () => {
    const depths: number[] = []
    const queue = new WorkQueue({
      clock: new ManualClock(), run: () => Promise.resolve({}), failed: () => undefined,
      recorder: { depth: (keys) => { depths.push(keys) }, ran: () => undefined },
    }, { ...options, concurrency: 1 })
    queue.add('a')
    queue.add('b')
    await queue.idle()
    assert.deepEqual(depths, [1, 2, 1, 0])
  })

  it('keeps to its concurrency', async () => {
    let active = 0
    let most = 0
    const { queue } = queueOf(async () => {
      most = Math.max(most, ++active)
      await settle(1)
      active--
      return {}
    }, { concurrency: 2 })
    for (const key of 'abcdef') queue.add(key)
    await queue.idle()
    assert.equal(most, 2)
  })

  it('waits longer after each failure of a key, and forgets after a success', async () => {
    let failing = true
    let runs = 0
    const { queue, clock, failures } = queueOf(() => {
      runs++
      return failing ? Promise.reject(new Error('no')) : Promise.resolve({})
    })
    queue.add('a')
    await queue.idle()
    for (const waitMs of [10, 20]) {
      clock.advance(waitMs - 1)
      await settle(2)
      const before = runs
      clock.advance(1)
      await settle(2)
      assert.equal(runs, before + 1)
    }
    failing = false
    clock.advance(40)
    await settle(2)
    failing = true
    queue.add('a')
    await queue.idle()
    assert.deepEqual(failures, [1, 2, 3, 1])
  })

  it('runs delayed keys at the earliest of their delays', async () => {
    let runs = 0
    const { queue, clock } = queueOf(() => Promise.resolve(++runs).then(() => ({})))
    queue.addAfter('a', 100)
    queue.addAfter('a', 50)
    queue.addAfter('a', 200)
    clock.advance(50)
    await queue.idle()
    clock.advance(500)
    await queue.idle()
    assert.equal(runs, 1)
  })

  it('refuses what is beyond its capacity and asks for everything when it is empty again', async () => {
    let asked = 0
    const runs: string[] = []
    const { queue } = queueOf((key) => Promise.resolve(runs.push(key)).then(() => ({})), { capacity: 2 }, () => asked++)
    for (const key of 'abc') queue.add(key)
    await queue.idle()
    assert.deepEqual(runs, ['a', 'b'])
    assert.equal(asked, 1)
  })

  it('stops: waits for what runs, starts nothing more', async () => {
    const runs: string[] = []
    const { queue, clock } = queueOf(async (key, signal) => {
      runs.push(key)
      await settle(2)
      assert.equal(signal.aborted, true)
      return { againAfterMs: 1 }
    }, { concurrency: 1 })
    queue.add('a')
    queue.add('b')
    await settle(1)
    await queue.stop()
    queue.add('c')
    clock.advance(1_000)
    await settle(2)
    assert.deepEqual(runs, ['a'])
    assert.equal(clock.pending, 0)
  })
})
