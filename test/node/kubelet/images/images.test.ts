// Images by policy, on the fake runtime: present, pulled, backed off, cut off.
import { deepEqual, equal } from 'node:assert/strict'
import { Images } from '../../../../node/kubelet/images/images.ts'
import type { ImageResult } from '../../../../node/kubelet/images/images.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

describe('kubelet / images', () => {
  let clock: ManualClock
  let runtime: FakeRuntime
  let images: Images
  beforeEach(() => {
    clock = new ManualClock()
    runtime = new FakeRuntime(clock)
    images = new Images({ runtime, clock }, { ctrPath: 'false', endpoint: '' })
  })
  const ensure = (image: string, imagePullPolicy?: string): Promise<ImageResult> => images.ensure({ name: 'c', image, imagePullPolicy }, [], () => undefined)
  const pulls = (): number => runtime.calls.filter((each) => each.startsWith('pullImage')).length

  it('takes what is there', async () => {
    runtime.addImage('docker.io/library/nginx:1', ['nginx@sha256:1'])
    const result = await ensure('nginx:1', 'IfNotPresent')
    deepEqual([result.ok, pulls()], [true, 0])
  })
  it('pulls what is missing, and always what must be fresh', async () => {
    equal((await ensure('nginx:1', 'IfNotPresent')).ok, true)
    await ensure('nginx:1', 'Always')
    equal(pulls(), 2)
  })
  it('never pulls where that is forbidden', async () => {
    const result = await ensure('nginx:1', 'Never')
    deepEqual([!result.ok && result.reason, pulls()], ['ErrImageNeverPull', 0])
  })
  it('takes an image that was loaded by hand as it is, whatever the policy', async () => {
    runtime.addImage('docker.io/library/nginx:latest')
    deepEqual([(await ensure('nginx', 'Always')).ok, pulls()], [true, 0])
  })
  it('starts from the present image when the registry is away, but not when it refuses', async () => {
    runtime.addImage('docker.io/library/nginx:latest', ['nginx@sha256:1'])
    runtime.failures.set('pullImage', 'dial tcp: connection refused')
    equal((await ensure('nginx', 'Always')).ok, true)
    runtime.failures.set('pullImage', 'pull access denied')
    clock.advance(400_000)
    equal((await ensure('nginx', 'Always')).ok, false)
  })
  it('backs off after failures, twice as long each time', async () => {
    runtime.failures.set('pullImage', 'no route')
    const first = await ensure('app:1')
    const second = await ensure('app:1')
    deepEqual([!first.ok && first.reason, !second.ok && second.reason, pulls()], ['ErrImagePull', 'ImagePullBackOff', 1])
    clock.advance(10_000)
    await ensure('app:1')
    clock.advance(10_000)
    await ensure('app:1')
    equal(pulls(), 2)
    clock.advance(10_000)
    await ensure('app:1')
    equal(pulls(), 3)
  })
  it('pulls a name once for all who wait', async () => {
    await Promise.all([ensure('app:1'), ensure('app:1')])
    equal(pulls(), 1)
  })
})
