// Ending what runs of Pods that the API no longer has, and nothing else.
import { deepEqual, equal } from 'node:assert/strict'
import { removeOrphan } from '../../../node/kubelet/orphans.ts'
import { FakeRuntime } from '../../support/fake-runtime.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { makeContainer, makeSandbox } from '../../support/pod-fixtures.ts'

describe('kubelet / orphans', () => {
  it('stops and removes everything of that Pod and nothing else', async () => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.sandboxes.set('s0', { ...makeSandbox(), address: '10.0.0.1' })
    runtime.sandboxes.set('s1', { ...makeSandbox({ id: 's1', podUid: 'uid-2' }), address: '10.0.0.2' })
    runtime.containers.set('a', makeContainer({ id: 'a' }))
    await removeOrphan(runtime, 'uid-1')
    deepEqual([...runtime.sandboxes.keys()], ['s1'])
    equal(runtime.containers.size, 0)
    await removeOrphan(runtime, 'uid-1')
  })
})
