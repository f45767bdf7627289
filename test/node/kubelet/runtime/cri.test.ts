// The CRI client against a private containerd, and the fake against the same contract.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { equal } from 'node:assert/strict'
import { criRuntime } from '../../../../node/kubelet/runtime/cri.ts'
import { runtimeError } from '../../../../node/kubelet/errors.ts'
import type { Runtime } from '../../../../node/kubelet/runtime/types.ts'
import { runtimeContract } from '../../../contract/runtime.ts'
import { startContainerd } from '../../../support/containerd.ts'
import type { TestContainerd } from '../../../support/containerd.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const image = 'docker.io/library/busybox:latest'

describe('kubelet / runtime / fake', () => {
  runtimeContract(() => {
    const runtime = new FakeRuntime(new ManualClock())
    runtime.addImage(image)
    return Promise.resolve({ runtime, image, logDirectory: '/nowhere', cgroup: '/none', isReal: false })
  }, () => Promise.resolve())
})

describe('kubelet / runtime / cri on containerd', () => {
  let containerd: TestContainerd
  let runtime: Runtime
  runtimeContract(async () => {
    containerd = await startContainerd(['busybox'])
    runtime = criRuntime(containerd.endpoint)
    return { runtime, image, logDirectory: mkdtempSync(join(tmpdir(), 'shoal-logs-')), cgroup: containerd.cgroup, isReal: true }
  }, async () => {
    runtime.close()
    await containerd.stop()
  })
})

describe('kubelet / runtime / cri without a runtime', () => {
  it('fails with the name of the call', async () => {
    const runtime = criRuntime('/nonexistent/containerd.sock')
    const error: unknown = await runtime.version().catch((caught: unknown) => caught)
    equal(runtimeError.is(error) && error.details.call, 'Version')
    runtime.close()
  })
})
