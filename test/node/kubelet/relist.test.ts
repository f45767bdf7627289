// Noticing changes by listing: at two paces, naming the Pods, over failures.
import { deepEqual, equal } from 'node:assert/strict'
import { silentLogger } from '../../../node/base/logger.ts'
import { Relist } from '../../../node/kubelet/relist.ts'
import { FakeRuntime } from '../../support/fake-runtime.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { makeContainer } from '../../support/pod-fixtures.ts'

describe('kubelet / relist', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  let clock: ManualClock
  let runtime: FakeRuntime
  let relist: Relist
  let isBusy: boolean
  let seen: string[]
  beforeEach(() => {
    clock = new ManualClock()
    runtime = new FakeRuntime(clock)
    isBusy = false
    seen = []
    relist = new Relist({ runtime, clock, logger: silentLogger, isBusy: () => isBusy, onChange: (changed, all) => seen.push(`${[...changed].join()}/${[...all].join()}`) })
  })
  afterEach(() => relist.stop())
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settle()
    await settle()
  }

  it('names the Pods in which something changed', async () => {
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    relist.start()
    await pass(0)
    await pass(1_000)
    runtime.endContainer('main', 0)
    await pass(1_000)
    runtime.containers.clear()
    await pass(1_000)
    deepEqual(seen, ['uid-1/uid-1', '/uid-1', 'uid-1/uid-1', 'uid-1/'])
  })
  it('looks more often while something is going on, and hurries when told', async () => {
    isBusy = true
    relist.start()
    await pass(0)
    await pass(150)
    equal(seen.length, 2)
    isBusy = false
    await pass(150)
    await pass(150)
    equal(seen.length, 3)
    relist.hurry()
    await pass(0)
    equal(seen.length, 4)
  })
  it('goes on after the runtime was away', async () => {
    const list = runtime.listSandboxes.bind(runtime)
    runtime.listSandboxes = () => Promise.reject(new Error('away'))
    relist.start()
    await pass(0)
    equal(relist.healthy, false)
    runtime.listSandboxes = list
    await pass(1_000)
    deepEqual([relist.healthy, seen.length], [true, 1])
  })
})
