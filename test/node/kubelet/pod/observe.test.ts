// Looking at one Pod in the runtime: what is newest, and what is asked once.
import { deepEqual, equal } from 'node:assert/strict'
import { Observer } from '../../../../node/kubelet/pod/observe.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { ended, makeContainer, makeSandbox } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / observe', () => {
  it('sorts newest first and asks for ended containers once', async () => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.sandboxes.set('s0', { ...makeSandbox({ ready: false }), address: '10.0.0.1' })
    runtime.sandboxes.set('s1', { ...makeSandbox({ id: 's1', attempt: 1 }), address: '10.0.0.2' })
    runtime.containers.set('a', ended(1, 0, { id: 'a' }))
    runtime.containers.set('b', makeContainer({ id: 'b', attempt: 1, sandboxId: 's1' }))
    runtime.containers.set('x', makeContainer({ id: 'x', labels: { 'io.kubernetes.pod.uid': 'uid-2' } }))
    let asked = 0
    const status = runtime.containerStatus.bind(runtime)
    runtime.containerStatus = (id) => {
      asked++
      return status(id)
    }
    const observer = new Observer(runtime, 'uid-1')
    const first = await observer.observe()
    deepEqual([first.sandboxes.map((each) => each.id), first.addresses, first.containers.map((each) => [each.id, each.sandboxId])], [['s1', 's0'], ['10.0.0.2'], [['b', 's1'], ['a', 's0']]])
    await observer.observe()
    equal(asked, 3)
  })
  it('leaves out what vanishes between list and look', async () => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.containers.set('a', makeContainer({ id: 'gone' }))
    deepEqual((await new Observer(runtime, 'uid-1').observe()).containers, [])
  })
})
