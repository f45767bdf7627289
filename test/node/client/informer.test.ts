// An informer's life on the fake API: list, watch, resume, list again after 410, frozen objects.
// No time passes but what the manual clock gives.
import assert from 'node:assert/strict'
import { createClient } from '../../../node/client/client.ts'
import { Informer } from '../../../node/client/informer.ts'
import { configMaps } from '../../../node/client/resource-types.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import type { ConfigMap } from '../../../node/objects/generated/core-v1.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'

const path = '/api/v1/namespaces/default/configmaps'

describe('client / informer', () => {
  let api: FakeApi
  let informer: Informer<ConfigMap>
  let seen: string[]

  beforeEach(() => {
    api = new FakeApi()
    informer = new Informer({ client: createClient(api), clock: api.clock, logger: silentLogger }, configMaps, { freeze: true })
    seen = []
    informer.onChange((change) => seen.push(`${change.kind} ${change.object.metadata.name}`))
  })

  afterEach(() => informer.stop())

  it('shows what is there, then what changes', async () => {
    api.put(path, { metadata: { name: 'a' } })
    informer.start()
    await informer.whenSynced()
    api.put(path, { metadata: { name: 'b' } })
    api.change(`${path}/a`, (old: object) => ({ ...old, data: { key: 'value' } }))
    api.remove(`${path}/b`)
    await settle()
    assert.deepEqual(seen, ['added a', 'added b', 'updated a', 'deleted b'])
    assert.equal(informer.cache.size, 1)
  })

  it('lists again when its version is too old, and tells what it missed', async () => {
    api.put(path, { metadata: { name: 'a' } })
    informer.start()
    await informer.whenSynced()
    await settle()
    api.expireWatches()
    api.remove(`${path}/a`)
    api.put(path, { metadata: { name: 'b' } })
    await settle()
    for (let round = 0; round < 3; round++) {
      api.clock.advance(1_000)
      await settle()
    }
    assert.deepEqual(seen.sort(), ['added a', 'added b', 'deleted a'])
    assert.deepEqual(informer.cache.keys(), ['default/b'])
  })

  it('waits and tries again while the API refuses', async () => {
    api.put(path, { metadata: { name: 'a' } })
    api.breakAfter(0)
    informer.start()
    await settle()
    assert.equal(informer.hasSynced(), false)
    api.repair()
    api.clock.advance(100)
    await informer.whenSynced()
    assert.deepEqual(informer.cache.keys(), ['default/a'])
  })

  it('hands out frozen objects that know their kind', async () => {
    api.put(path, { metadata: { name: 'a' } })
    informer.start()
    await informer.whenSynced()
    const object = informer.cache.get('default/a')
    assert.ok(object !== undefined && Object.isFrozen(object) && Object.isFrozen(object.metadata))
    assert.deepEqual({ ...object, metadata: undefined }, { apiVersion: 'v1', kind: 'ConfigMap', metadata: undefined })
  })

  it('stops with its watch, and tells a late listener what is known', async () => {
    api.put(path, { metadata: { name: 'a' } })
    informer.start()
    await informer.whenSynced()
    const late: string[] = []
    informer.onChange((change) => late.push(change.kind))
    assert.deepEqual(late, ['added'])
    await informer.stop()
    api.put(path, { metadata: { name: 'b' } })
    await settle()
    assert.deepEqual(late, ['added'])
  })
})
