// A worker that is woken looks, whenever that is: also in the moment in which it goes to rest.
import { equal } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { createClient } from '../../../../node/client/client.ts'
import { PodWorker } from '../../../../node/kubelet/pod/worker.ts'
import type { WorkerDeps } from '../../../../node/kubelet/pod/worker.ts'
import { FakeApi, settle } from '../../../support/fake-api.ts'
import { FakeRuntime } from '../../../support/fake-runtime.ts'
import { makePod } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / waking', () => {
  it('no wake is lost at the end of a pass', async () => {
    const api = new FakeApi()
    let passes = 0
    // Enough for passes that fail at their first question, which end like any other.
    const deps: Pick<WorkerDeps, 'client' | 'clock' | 'logger' | 'runtime' | 'guard'> = {
      client: createClient(api), clock: api.clock, logger: silentLogger, runtime: new FakeRuntime(api.clock),
      guard: {
        held: () => {
          passes++
          return Promise.reject(new Error('not now'))
        },
        claim: () => Promise.resolve(undefined),
      },
    }
    const worker = new PodWorker(deps as WorkerDeps, makePod())
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      worker.wake()
      for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
      const before = passes
      worker.wake()
      await settle(2)
      equal(passes > before, true, `after ${microtasks} microtasks`)
    }
    await worker.stop()
  })
})
