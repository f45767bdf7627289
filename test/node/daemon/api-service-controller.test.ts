// What a cluster begins with, and the endpoints of the API's own Service, by the real controller loop on the fake API.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import type { Startable } from '../../../node/base/lifecycle.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { createControllers } from '../../../node/controllers/manager.ts'
import { apiServiceController } from '../../../node/daemon/api-service-controller.ts'
import type { Endpoints, Service } from '../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../node/objects/generated/discovery-v1.ts'
import { HandMembership, HandTakeover, HandWorks } from '../../support/control-plane.ts'
import { FakeApi, settle } from '../../support/fake-api.ts'

describe('daemon / api service controller', () => {
  let api: FakeApi
  let controllers: Startable
  beforeEach(async () => {
    api = new FakeApi()
    const { clock } = api
    controllers = createControllers({
      transport: () => api, clock, logger: silentLogger, metrics: noMetrics, random: seededRandom(1), membership: new HandMembership(clock), takeover: new HandTakeover(), works: new HandWorks(), freeze: true,
      rootCa: 'PEM', agreedTimeMs: () => clock.wallMs(), more: [apiServiceController(6443)],
    })
    await controllers.start()
    await run()
  })
  afterEach(() => controllers.stop())

  async function run(): Promise<void> {
    for (let round = 0; round < 8; round++) {
      await settle(20)
      api.clock.advance(10)
    }
  }

  const addNode = (name: string, address: string): unknown =>
    api.put('/api/v1/nodes', { metadata: { name }, status: { addresses: [{ type: 'Hostname', address: name }, { type: 'InternalIP', address }] } } as never)
  const addPool = (name = 'office', spec: object = { addresses: ['192.0.2.200-192.0.2.201'] }): unknown => api.put('/apis/shoal.dev/v1alpha1/addresspools', { metadata: { name }, spec } as never)
  const subsets = (): unknown => api.get<Endpoints>('/api/v1/namespaces/default/endpoints/kubernetes')?.subsets
  const addressesIn = (path: string): unknown => api.get<EndpointSlice>(`/apis/discovery.k8s.io/v1/namespaces/${path}`)?.endpoints?.flatMap((one) => one.addresses)
  const sliceAddresses = (): unknown => addressesIn('default/endpointslices/kubernetes')

  it('makes namespaces, roles and the Service of the API', () => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) ok(api.get(`/api/v1/namespaces/${name}`), name)
    ok(api.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin'))
    ok(api.get('/api/v1/namespaces/default/services/kubernetes'))
  })

  it('makes the Service for clients outside once there is a pool of addresses for whoever comes', async () => {
    addNode('a', '192.0.2.1')
    addPool('one', { addresses: ['192.0.2.220'] })
    addPool('named', { addresses: ['192.0.2.230-192.0.2.239'], autoAssign: false })
    await run()
    equal(api.get('/api/v1/namespaces/kube-system/services/shoal-api'), undefined)
    equal(addressesIn('kube-system/endpointslices/shoal-api'), undefined)
    addPool()
    await run()
    ok(api.get('/api/v1/namespaces/kube-system/services/shoal-api'))
    deepEqual(addressesIn('kube-system/endpointslices/shoal-api'), ['192.0.2.1'])
  })

  it('makes a Service of the API anew that somebody deleted, and leaves one alone that somebody changed', async () => {
    addPool()
    await run()
    for (const path of ['/api/v1/namespaces/default/services/kubernetes', '/api/v1/namespaces/kube-system/services/shoal-api']) {
      api.remove(path)
      await run()
      ok(api.get(path), path)
      api.change(path, (service: object) => ({ ...service, spec: { type: 'ClusterIP' } }))
      await run()
      deepEqual(api.get<Service>(path)?.spec, { type: 'ClusterIP' })
    }
  })

  it('leads the Service to the peers whose Nodes are known', async () => {
    addNode('b', '192.0.2.2')
    addNode('a', '192.0.2.1')
    await run()
    deepEqual(subsets(), [{ addresses: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }])
    deepEqual(sliceAddresses(), ['192.0.2.1', '192.0.2.2'])
    api.remove('/api/v1/nodes/b')
    await run()
    deepEqual(sliceAddresses(), ['192.0.2.1'])
  })

  it('writes nothing when a Node changes otherwise, and follows a changed address', async () => {
    addNode('a', '192.0.2.1')
    await run()
    const writes = (): readonly string[] => api.writes.filter((write) => write.includes('endpoint'))
    const before = writes().length
    api.change('/api/v1/nodes/a', (node: object) => ({ ...node, spec: { unschedulable: true } }))
    await run()
    equal(writes().length, before)
    api.change('/api/v1/nodes/a', (node: object) => ({ ...node, status: { addresses: [{ type: 'InternalIP', address: '192.0.2.9' }] } }))
    await run()
    deepEqual(sliceAddresses(), ['192.0.2.9'])
  })
})
