// Ending Pods: Kubernetes documentation, Pod Lifecycle, Termination of Pods.
import { deepEqual, equal } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { Ending } from '../../../../node/kubelet/pod/ending.ts'
import type { PodView } from '../../../../node/kubelet/pod/view.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { makeContainer, makePod, makeSandbox, makeView, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / ending', () => {
  let clock: ManualClock
  let runtime: FakeRuntime
  let isOut: Promise<void>
  let rules: Promise<void>
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate)
  }
  const ending = (graceSeconds: number): Ending => new Ending({ runtime, clock, logger: silentLogger, recorder: { event: () => undefined }, rulesInForce: () => rules, endpointsWithdrawn: () => isOut }, graceSeconds)
  const view = (lifecycle?: object): PodView => makeView({
    pod: makePod({ containers: [named('main', lifecycle === undefined ? {} : { lifecycle })] }), sandboxes: [makeSandbox()], containers: [...runtime.containers.values()],
  })
  beforeEach(() => {
    clock = new ManualClock()
    runtime = new FakeRuntime(clock)
    runtime.sandboxes.set('s0', { ...makeSandbox(), address: '10.0.0.1' })
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    isOut = Promise.resolve()
    rules = Promise.resolve()
  })

  for (const { grace, waitMs, left } of [{ grace: 60, waitMs: 5_000, left: 55 }, { grace: 4, waitMs: 2_000, left: 2 }]) {
    it(`of ${grace} s it waits at most ${waitMs} ms for the rules to let go, and sends no signal before`, async () => {
      isOut = new Promise(() => undefined)
      const done = ending(grace).run(view())
      await settle()
      clock.advance(waitMs - 1)
      await settle()
      deepEqual(runtime.calls, [])
      clock.advance(1)
      await done
      deepEqual(runtime.calls, [`stopContainer main ${left}`, 'stopSandbox s0'])
    })
  }
  it('waits longer for the first rules of a daemon that has just started: those of its last life lead here', async () => {
    const first = Promise.withResolvers<void>()
    rules = first.promise
    const done = ending(10).run(view())
    clock.advance(3_000)
    await settle()
    deepEqual(runtime.calls, [])
    first.resolve()
    await done
    deepEqual(runtime.calls, ['stopContainer main 7', 'stopSandbox s0'])
  })
  it('goes on at once when the rules are out, or when nobody can tell', async () => {
    await ending(10).run(view())
    equal(runtime.calls[0], 'stopContainer main 10')
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    isOut = Promise.reject(new Error('no peers'))
    await ending(10).run(view())
    equal(runtime.calls.length, 4)
  })
  it('gives even the hurried two seconds', async () => {
    await ending(0).run(view())
    equal(runtime.calls[0], 'stopContainer main 2')
  })
  it('runs preStop inside the grace period', async () => {
    const done = ending(10).run(view({ preStop: { sleep: { seconds: 4 } } }))
    await settle()
    clock.advance(4_000)
    await done
    equal(runtime.calls[0], 'stopContainer main 6')
  })
  it('cuts preStop short when there is less time all of a sudden', async () => {
    const one = ending(60)
    const done = one.run(view({ preStop: { sleep: { seconds: 50 } } }))
    await settle()
    one.shorten(3)
    await done
    equal(runtime.calls[0], 'stopContainer main 3')
  })
  it('can be repeated', async () => {
    const one = ending(10)
    await one.run(view())
    await one.run(view())
    deepEqual(runtime.calls, ['stopContainer main 10', 'stopSandbox s0', 'stopSandbox s0'])
  })
})
