// The cluster's zone, question by question, as the Kubernetes DNS specification (1.1.0) has it.
import { deepEqual, equal } from 'node:assert/strict'
import { answer, type ZoneView } from '../../../../node/network/dns/zone.ts'
import { trusted } from '../../../../node/network/proxy/model.ts'
import type { Service } from '../../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'

const web: Service = { metadata: { name: 'web', namespace: 'default' }, spec: { clusterIP: '10.96.0.80', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } }
const headless: Service = { metadata: { name: 'db', namespace: 'default' }, spec: { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] } }
const external: Service = { metadata: { name: 'out', namespace: 'default' }, spec: { type: 'ExternalName', externalName: 'example.test' } }
const slice: EndpointSlice = {
  metadata: { name: 'db-1', namespace: 'default' },
  addressType: 'IPv4',
  ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
  endpoints: [
    { addresses: ['10.244.1.2'], hostname: 'db-0', nodeName: 'a', conditions: { ready: true } },
    { addresses: ['10.244.2.2'], nodeName: 'b', conditions: { ready: true } },
    { addresses: ['10.244.3.2'], nodeName: 'c', conditions: { ready: false } },
  ],
}

const view = (suspended: readonly string[] = []): ZoneView => ({
  domain: 'cluster.local',
  service: (namespace, name) => [web, headless, external].find((s) => s.metadata.namespace === namespace && s.metadata.name === name),
  slices: (_namespace, name) => (name === 'db' ? [slice] : []),
  hasNamespace: (namespace) => namespace === 'default',
  serviceByAddress: (address) => (address === '10.96.0.80' ? web : undefined),
  namedEndpoint: (address) => (address === '10.244.1.2' ? { hostname: 'db-0', service: 'db', namespace: 'default' } : undefined),
  trusted: (endpoints) => trusted(endpoints, { nodes: new Set(suspended), odd: false }, 'z'),
})

const data = (name: string, type: string, suspended: readonly string[] = []): readonly unknown[] | string => {
  const result = answer(view(suspended), { name, type })
  return result.kind === 'found' ? result.records.map((record) => record.data) : result.kind
}

describe('network / dns / zone', () => {
  it('a Service is its cluster address', () => deepEqual(data('web.default.svc.cluster.local', 'A'), ['10.96.0.80']))
  it('names are found in any case', () => deepEqual(data('WEB.Default.SVC.cluster.local', 'A'), ['10.96.0.80']))
  it('a headless Service is its ready endpoints', () => deepEqual(data('db.default.svc.cluster.local', 'A'), ['10.244.1.2', '10.244.2.2']))
  it('endpoints of suspected peers are out, unless nothing would be left', () => {
    deepEqual(data('db.default.svc.cluster.local', 'A', ['b']), ['10.244.1.2'])
    equal(data('db.default.svc.cluster.local', 'A', ['a', 'b']).length, 2)
  })
  it('an endpoint with a host name has a name of its own, others go by their address', () => {
    deepEqual(data('db-0.db.default.svc.cluster.local', 'A'), ['10.244.1.2'])
    deepEqual(data('10-244-2-2.db.default.svc.cluster.local', 'A'), ['10.244.2.2'])
    equal(data('db-9.db.default.svc.cluster.local', 'A'), 'missing')
  })
  it('ports are SRV records', () => {
    deepEqual(data('_http._tcp.web.default.svc.cluster.local', 'SRV'), [{ target: 'web.default.svc.cluster.local', port: 80, priority: 0, weight: 100 }])
    equal(data('_sql._tcp.db.default.svc.cluster.local', 'SRV').length, 2)
    equal(data('_nope._tcp.web.default.svc.cluster.local', 'SRV'), 'missing')
  })
  it('an ExternalName is an alias', () => deepEqual(data('out.default.svc.cluster.local', 'A'), ['example.test']))
  it('Pods go by their dashed address', () => deepEqual(data('10-244-1-7.default.pod.cluster.local', 'A'), ['10.244.1.7']))
  it('addresses lead back to names', () => {
    deepEqual(data('80.0.96.10.in-addr.arpa', 'PTR'), ['web.default.svc.cluster.local'])
    deepEqual(data('2.1.244.10.in-addr.arpa', 'PTR'), ['db-0.db.default.svc.cluster.local'])
  })
  it('a name that exists without such a record is empty, a name that does not exist is missing, the rest is not ours', () => {
    deepEqual(data('web.default.svc.cluster.local', 'AAAA'), [])
    equal(data('nope.default.svc.cluster.local', 'A'), 'missing')
    equal(data('web.nope.svc.cluster.local', 'A'), 'missing')
    equal(data('example.test', 'A'), 'outside')
  })
})
