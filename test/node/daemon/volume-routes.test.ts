// What the command is told of volumes, and when giving one up is refused.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createClient } from '../../../node/client/client.ts'
import { noLocalVolume, noSuchClaim, volumePeerLives } from '../../../node/daemon/errors.ts'
import { claimsAt, summaryOf, volumeRoutes } from '../../../node/daemon/volume-routes.ts'
import type { PersistentVolumeClaim } from '../../../node/objects/generated/core-v1.ts'
import { FakeApi } from '../../support/fake-api.ts'
import { makeClaim, makeNode, makeUser, makeVolume, onNode } from '../../support/volume-fixtures.ts'

const claim = makeClaim({ volumeName: 'v' }, { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' }, creationTimestamp: '2026-01-01T00:00:00Z' }, { phase: 'Bound' })
const volume = makeVolume('v', { nodeAffinity: onNode('n1'), claimRef: { namespace: 'default', name: 'data', uid: 'c1' } })
const nowMs = Date.parse('2026-01-01T02:00:00Z')

describe('daemon / volume routes', () => {
  it('says where the data lies and who uses it', () => {
    deepEqual(summaryOf(claim, volume, [makeNode('n1', { gone: true })], [makeUser('data', 'n1'), makeUser('other')], nowMs), {
      claim: 'default/data', uid: 'c1', phase: 'Bound', volume: 'v', size: '1Gi', storageClass: 'local-path', reclaimPolicy: 'Delete', age: '120m', peer: 'n1', peerState: 'gone', pods: [{ name: 'web', node: 'n1' }],
    })
    const stateOf = (nodes: Parameters<typeof summaryOf>[2]): string => summaryOf(claim, volume, nodes, [], nowMs).peerState
    deepEqual([stateOf([makeNode('n1')]), stateOf([]), summaryOf(makeClaim(), undefined, [], [], nowMs).peer], ['alive', 'removed', ''])
  })

  it('names what lies on one peer alone, by claim where there is one', async () => {
    const api = new FakeApi()
    const client = createClient(api)
    const kept = makeVolume('kept', { nodeAffinity: onNode('n1') })
    for (const one of [volume, kept, makeVolume('elsewhere', { nodeAffinity: onNode('n2') }), makeVolume('anywhere', {})]) api.put('/api/v1/persistentvolumes', one as never)
    deepEqual(await claimsAt(client, 'n1'), ['default/data', 'kept'])
    deepEqual(await claimsAt(client, 'n3'), [])
  })

  it('gives up the volume of a peer that is gone, and of a living one only when forced', async () => {
    const api = new FakeApi()
    const routes = volumeRoutes({ client: createClient(api), clock: api.clock })
    const abandon = async (name: string, force = false): Promise<unknown> =>
      routes['POST /volumes/abandon']?.({ argument: '', query: new URLSearchParams(), body: () => Promise.resolve({ claim: name, force }), stream: process.stdin })
    const path = '/api/v1/namespaces/default/persistentvolumeclaims'
    for (const name of ['data', 'forced']) api.put(path, { ...claim, metadata: { ...claim.metadata, name } } as never)
    api.put(path, makeClaim({}, { name: 'unbound' }) as never)
    api.put('/api/v1/persistentvolumes', volume as never)
    api.put('/api/v1/nodes', makeNode('n1') as never)
    const noted = (name: string): string | undefined => api.get<PersistentVolumeClaim>(`${path}/${name}`)?.metadata.annotations?.['shoal.dev/abandon-volume']
    await rejects(abandon('default/data'), volumePeerLives.is)
    await rejects(abandon('default/unbound'), noLocalVolume.is)
    await rejects(abandon('default/none'), noSuchClaim.is)
    equal(noted('data'), undefined)
    await abandon('default/forced', true)
    api.change('/api/v1/nodes/n1', () => makeNode('n1', { gone: true }))
    await abandon('default/data')
    deepEqual([noted('forced'), noted('data')], ['v', 'v'])
  })
})
