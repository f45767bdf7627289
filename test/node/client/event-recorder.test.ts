// Events: equal ones are counted in one object, and no object may cause a flood.
// Sending is in the background; the tests let it settle.
import assert from 'node:assert/strict'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { createClient } from '../../../node/client/client.ts'
import { createEventRecorder, type EventRecorder } from '../../../node/client/event-recorder.ts'
import type { Event } from '../../../node/objects/generated/core-v1.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'

const pod = { kind: 'Pod', apiVersion: 'v1', namespace: 'default', name: 'p', uid: 'u' }

describe('client / event recorder', () => {
  let api: FakeApi
  let recorder: EventRecorder
  const all = (): Event[] => api.all<Event>('/api/v1/events')

  beforeEach(() => {
    api = new FakeApi()
    recorder = createEventRecorder({ client: createClient(api), clock: api.clock, random: seededRandom(1), logger: silentLogger, metrics: noMetrics }, 'tester', 'host')
  })

  it('writes an Event that says who, what, when and why', async () => {
    recorder.event(pod, 'Warning', 'Failed', 'It failed.')
    await settle()
    const [event] = all()
    assert.match(event?.metadata.name ?? '', /^p\.[0-9a-f]{16}$/)
    assert.deepEqual([event?.type, event?.reason, event?.message, event?.count], ['Warning', 'Failed', 'It failed.', 1])
    assert.deepEqual(event?.source, { component: 'tester', host: 'host' })
    assert.equal(event?.involvedObject.uid, 'u')
  })

  it('names Events so that those of one moment are listed in the order in which they happened', async () => {
    const reasons = Array.from({ length: 20 }, (_, i) => `Step${i}`)
    for (const reason of reasons.slice(0, 10)) recorder.event(pod, 'Normal', reason, 'Done.')
    api.clock.advance(1)
    for (const reason of reasons.slice(10)) recorder.event(pod, 'Normal', reason, 'Done.')
    await settle()
    const byName = all().toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
    assert.deepEqual(byName.map((event) => event.reason), reasons)
  })

  it('counts equal events in one object, also while the first is on its way', async () => {
    for (let i = 0; i < 3; i++) recorder.event(pod, 'Normal', 'Again', 'Again.')
    recorder.event(pod, 'Normal', 'Other', 'Other.')
    await settle()
    assert.deepEqual(all().map((one) => [one.reason, one.count]), [['Again', 3], ['Other', 1]])
  })

  it('starts a new Event after ten minutes, or when the old one is gone', async () => {
    recorder.event(pod, 'Normal', 'Again', 'Again.')
    await settle()
    api.clock.advance(11 * 60_000)
    recorder.event(pod, 'Normal', 'Again', 'Again.')
    await settle()
    assert.equal(all().length, 2)
  })

  it('cuts an object short that causes too many, and lets it speak again later', async () => {
    for (let i = 0; i < 100; i++) recorder.event(pod, 'Normal', 'Many', `Number ${i}.`)
    await settle()
    assert.equal(all().length, 25)
    api.clock.advance(60_000)
    recorder.event(pod, 'Normal', 'Many', 'One more.')
    await settle()
    assert.equal(all().length, 26)
  })

  it('files events of cluster-scoped objects under default', async () => {
    recorder.event({ kind: 'Node', name: 'n' }, 'Normal', 'Up', 'Up.')
    await settle()
    assert.equal(all()[0]?.metadata.namespace, 'default')
  })
})
