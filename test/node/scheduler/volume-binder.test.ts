// The binder of a Pod's volumes before the Pod is bound: it waits for all claims, and gives up with a reason.
import { equal, rejects } from 'node:assert/strict'
import { silentLogger } from '../../../node/base/logger.ts'
import { createClient } from '../../../node/client/client.ts'
import { Informers } from '../../../node/client/informers.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../node/objects/generated/core-v1.ts'
import { volumeBindingMostMs } from '../../../node/scheduler/limits.ts'
import { VolumeBinder } from '../../../node/scheduler/volume-binder.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'
import { makeClaim, makeClass, makeNode, makeUser, makeVolume } from '../../support/volume-fixtures.ts'

const claimPath = '/api/v1/namespaces/default/persistentvolumeclaims'

describe('scheduler / volume binder', () => {
  let api: FakeApi
  let informers: Informers
  let binder: VolumeBinder
  let abort: AbortController
  let end: () => void
  const start = async (): Promise<void> => {
    informers.start()
    await informers.whenSynced()
    end = binder.onChange(() => undefined)
  }
  const change = (edit: (claim: PersistentVolumeClaim) => PersistentVolumeClaim): void => api.change(`${claimPath}/data`, edit as never)
  const annotated = (claim: PersistentVolumeClaim, annotations: { readonly [key: string]: string }): PersistentVolumeClaim => ({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...annotations } } })
  const bind = (): Promise<void> => binder.bind(makeUser('data'), makeNode('n1'), abort.signal)

  beforeEach(() => {
    api = new FakeApi()
    abort = new AbortController()
    const client = createClient(api)
    informers = new Informers({ client, clock: api.clock, logger: silentLogger }, { freeze: true })
    binder = new VolumeBinder({ client, informers, clock: api.clock })
    api.put('/apis/storage.k8s.io/v1/storageclasses', makeClass() as never)
    api.put(claimPath, makeClaim() as never)
  })
  afterEach(async () => {
    end()
    await informers.stop()
  })

  it('names the Node to the maker and resolves when the claim is bound', async () => {
    await start()
    let isDone = false
    const work = bind().then(() => { isDone = true })
    await settle()
    equal(api.get<PersistentVolumeClaim>(`${claimPath}/data`)?.metadata.annotations?.['volume.kubernetes.io/selected-node'], 'n1')
    equal(isDone, false)
    change((claim) => annotated({ ...claim, spec: { ...claim.spec, volumeName: 'v' } }, { 'pv.kubernetes.io/bind-completed': 'yes' }))
    await work
  })

  it('takes a free volume for the claim instead', async () => {
    api.put('/api/v1/persistentvolumes', makeVolume('v') as never)
    await start()
    const work = bind()
    await settle()
    equal(api.get<PersistentVolume>('/api/v1/persistentvolumes/v')?.spec?.claimRef?.name, 'data')
    change((claim) => annotated({ ...claim, spec: { ...claim.spec, volumeName: 'v' } }, { 'pv.kubernetes.io/bind-completed': 'yes' }))
    await work
  })

  it('gives up when the maker refuses the Node, the claim goes, time runs out or the scheduler stops', async () => {
    await start()
    const refused = rejects(bind(), /the peer n1 cannot have the volume/)
    await settle()
    change((claim) => ({ ...claim, metadata: { ...claim.metadata, annotations: {} } }))
    await refused
    const late = rejects(bind(), /is not bound yet/)
    await settle()
    api.clock.advance(volumeBindingMostMs)
    await late
    const stopped = rejects(bind(), /the scheduler stops/)
    await settle()
    abort.abort()
    await stopped
    await rejects(bind(), /the scheduler stops/)
    abort = new AbortController()
    const gone = rejects(bind(), /"data" not found/)
    await settle()
    api.remove(`${claimPath}/data`)
    await gone
  })

  it('has nothing to do for Pods without claims that wait', async () => {
    await start()
    const writes = api.writes.length
    await binder.bind({ metadata: { name: 'p', namespace: 'default' }, spec: { containers: [] } }, makeNode('n1'), abort.signal)
    equal(api.writes.length, writes)
  })
})
