// Bringing statuses to the API: newest only, on top of what was seen, again after failures.
import { deepEqual, equal } from 'node:assert/strict'
import { silentLogger } from '../../../../node/base/logger.ts'
import { createClient } from '../../../../node/client/client.ts'
import type { ApiRequest, Transport } from '../../../../node/client/types.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { StatusWriter } from '../../../../node/kubelet/pod/status-writer.ts'
import { eventually } from '../../../support/eventually.ts'
import { FakeApi, settle } from '../../../support/fake-api.ts'
import { makePod } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / status writer', () => {
  let api: FakeApi
  let pod: Pod
  let isAway: boolean
  let patches: ApiRequest[]
  let writer: StatusWriter
  beforeEach(async () => {
    api = new FakeApi()
    isAway = false
    patches = []
    pod = await api.send({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: makePod({}, { uid: undefined, resourceVersion: undefined }) }) as Pod
    const transport: Transport = {
      send: (request) => {
        if (request.method === 'PATCH') patches.push(request)
        return isAway ? Promise.reject(new Error('no majority')) : api.send(request)
      },
      watch: (request, signal) => api.watch(request, signal),
    }
    writer = new StatusWriter({ client: createClient(transport), clock: api.clock, logger: silentLogger, onPod: () => undefined }, pod)
  })
  afterEach(() => writer.stop())
  const stored = async (): Promise<Pod> => await api.send({ method: 'GET', path: '/api/v1/namespaces/default/pods/web' }) as Pod

  it('writes the newest of several', async () => {
    writer.set({ phase: 'Pending' })
    writer.set({ phase: 'Pending', podIP: '1' })
    writer.set({ phase: 'Running', podIP: '1' })
    await writer.flush()
    equal((await stored()).status?.phase, 'Running')
    equal(patches.length, 2)
  })
  it('writes nothing when nothing changed', async () => {
    writer.set({ phase: 'Running' })
    await writer.flush()
    writer.set({ phase: 'Running' })
    await writer.flush()
    equal(patches.length, 1)
  })
  it('reads again after a conflict', async () => {
    await api.send({ method: 'PATCH', path: '/api/v1/namespaces/default/pods/web', contentType: 'application/merge-patch+json', body: { metadata: { labels: { a: 'b' } } } })
    writer.set({ phase: 'Running' })
    await eventually('the status', async () => {
      api.clock.advance(50)
      return (await stored()).status?.phase === 'Running'
    })
    deepEqual((await stored()).metadata.labels, { a: 'b' })
  })
  it('tries again when the API is back', async () => {
    isAway = true
    writer.set({ phase: 'Running' })
    await writer.flush()
    isAway = false
    await eventually('the status', async () => {
      api.clock.advance(500)
      return (await stored()).status?.phase === 'Running'
    })
  })
  it('a status that is set at any moment around the end of a write is written', async () => {
    for (let microtasks = 0; microtasks < 40; microtasks++) {
      writer.set({ phase: 'Pending', message: `first ${microtasks}` })
      for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
      writer.set({ phase: 'Running', message: `second ${microtasks}` })
      await settle(20)
      equal((await stored()).status?.message, `second ${microtasks}`)
    }
  })
  it('tries nothing again after its end', async () => {
    isAway = true
    writer.set({ phase: 'Running' })
    writer.stop()
    await writer.flush()
    equal(api.clock.pending, 0)
  })
})
