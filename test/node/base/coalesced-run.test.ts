// Changes become runs: one for a burst, one more for what came meanwhile, none lost, and again after a failure.
import { deepEqual, equal } from 'node:assert/strict'
import { CoalescedRun } from '../../../node/base/coalesced-run.ts'
import { settle } from '../../support/fake-api.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('base / coalesced run', () => {
  let clock: ManualClock
  let runs: number
  let failures: unknown[]
  /** What the next runs do; resolves when there is nothing. */
  let next: (() => Promise<void>)[]
  let task: CoalescedRun

  beforeEach(() => {
    clock = new ManualClock()
    runs = 0
    failures = []
    next = []
    task = new CoalescedRun({
      clock,
      run: () => {
        runs++
        return next.shift()?.() ?? Promise.resolve()
      },
      failed: (error) => { failures.push(error) },
    }, 1000)
  })

  it('a burst of changes is one run', async () => {
    for (let change = 0; change < 3; change++) task.changed()
    await task.whenIdle()
    equal(runs, 1)
  })

  it('what changes during a run is one further run, however often', async () => {
    next = [() => {
      task.changed()
      task.changed()
      return Promise.resolve()
    }]
    task.changed()
    await task.whenIdle()
    equal(runs, 2)
  })

  it('a change at any moment around the end of a run is seen by a run that begins after it', async () => {
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      task.changed()
      for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
      const before = runs
      task.changed()
      await settle(2)
      equal(runs, before + 1, `after ${microtasks} microtasks`)
    }
  })

  it('a failure is told once and tried again after the delay', async () => {
    const refused = new Error('refused')
    next = [() => Promise.reject(refused)]
    task.changed()
    await task.whenIdle()
    deepEqual([runs, failures, clock.pending], [1, [refused], 1])
    clock.advance(1000)
    await task.whenIdle()
    deepEqual([runs, failures.length, clock.pending], [2, 1, 0])
  })

  it('a change after a failure does not wait, and nothing is left to be tried', async () => {
    next = [() => Promise.reject(new Error('refused'))]
    task.changed()
    await task.whenIdle()
    task.changed()
    await task.whenIdle()
    deepEqual([runs, clock.pending], [2, 0])
  })

  it('stopping waits for the run in progress, and nothing begins after it', async () => {
    let end: () => void = () => undefined
    next = [() => new Promise((resolve) => { end = resolve })]
    task.changed()
    await settle(2)
    let stopped = false
    const stopping = task.stop().then(() => { stopped = true })
    await settle(2)
    equal(stopped, false)
    end()
    await stopping
    task.changed()
    await settle(4)
    deepEqual([runs, clock.pending], [1, 0])
  })
})
