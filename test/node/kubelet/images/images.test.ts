// Images by policy, on the fake runtime: present, pulled, backed off, cut off.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { imageExportFailed } from '../../../../node/kubelet/errors.ts'
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
    images = new Images({ runtime, clock, logger: silentLogger }, { ctrPath: 'false', endpoint: '' })
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

  it('takes a missing image from another peer before it asks a registry, even where pulling is forbidden', async () => {
    const wanted: string[] = []
    // The program that imports, in place of ctr: the runtime has the image then.
    images = new Images({ runtime, clock, logger: silentLogger, imageFromPeers: (image) => {
      wanted.push(image)
      runtime.addImage(image)
      return Promise.resolve(true)
    } }, { ctrPath: 'true', endpoint: '' })
    deepEqual([(await ensure('app:1', 'Never')).ok, (await ensure('app:1', 'Always')).ok, wanted, pulls()], [true, true, ['docker.io/library/app:1'], 0])
  })
  it('turns to the registry when no peer has it, and asks them again only after a while', async () => {
    let asked = 0
    images = new Images({ runtime, clock, logger: silentLogger, imageFromPeers: () => Promise.resolve(++asked < 0) }, { ctrPath: 'false', endpoint: '' })
    runtime.failures.set('pullImage', 'no route')
    await ensure('app:1')
    await ensure('app:1', 'Never')
    deepEqual([asked, pulls()], [1, 1])
    clock.advance(10_000)
    await ensure('app:1')
    deepEqual([asked, pulls()], [2, 2])
  })
  it('turns to the registry when what a peer gave cannot be loaded', async () => {
    let asked = 0
    images = new Images({ runtime, clock, logger: silentLogger, imageFromPeers: () => Promise.resolve(++asked > 0) }, { ctrPath: 'false', endpoint: '' })
    deepEqual([(await ensure('app:1')).ok, asked, pulls()], [true, 1, 1])
  })
  it('is not held back by a digest that reads like a refusal', async () => {
    runtime.addImage('docker.io/library/nginx:latest', ['nginx@sha256:1'])
    runtime.failures.set('pullImage', 'sha256:a4030404: connection refused')
    equal((await ensure('nginx', 'Always')).ok, true)
  })
  it('hands on what was loaded by hand and nothing else; a failure names the image', async () => {
    runtime.addImage('docker.io/library/pulled:1', ['pulled@sha256:1'])
    runtime.addImage('docker.io/library/loaded:1')
    equal(await images.archiveOf('docker.io/library/pulled:1'), undefined)
    equal(await images.archiveOf('docker.io/library/other:1'), undefined)
    const archive = await images.archiveOf('docker.io/library/loaded:1')
    await rejects(async () => archive?.(), (error) => imageExportFailed.is(error))
  })
})
