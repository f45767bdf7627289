// From objects to routes: classes, ports by number and name, who was first, endpoints less what is suspected, certificates.
import { deepEqual } from 'node:assert/strict'
import { type IngressInput, routeTable } from '../../../../node/network/ingress/model.ts'
import type { Secret, Service } from '../../../../node/objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'
import type { Ingress, IngressSpec } from '../../../../node/objects/generated/networking-v1.ts'

const web: Service = { metadata: { name: 'web', namespace: 'default' }, spec: { type: 'ClusterIP', ports: [{ port: 80, name: 'http' }] } }
const slice: EndpointSlice = {
  metadata: { name: 's' }, addressType: 'IPv4', ports: [{ port: 8080, name: 'http' }],
  endpoints: [{ addresses: ['10.244.1.2'], nodeName: 'a', conditions: { ready: true } }, { addresses: ['10.244.2.2'], nodeName: 'b', conditions: { ready: true } }],
}
const classes = [{ metadata: { name: 'shoal', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }, spec: { controller: 'shoal.dev/ingress' } }, { metadata: { name: 'other' }, spec: { controller: 'example.test/x' } }]
const tls: Secret = { metadata: { name: 'pair', namespace: 'default' }, data: { 'tls.crt': Buffer.from('C').toString('base64'), 'tls.key': Buffer.from('K').toString('base64') } }
const member = (name: string, state: 'alive' | 'suspect') => ({ name, peerId: name, state, sinceMs: 0 }) as const
const ingress = (name: string, spec: IngressSpec, at = '1'): Ingress => ({ metadata: { name, namespace: 'default', creationTimestamp: `2026-01-0${at}T00:00:00Z` }, spec })
const to = (service: string, port: { readonly number?: number; readonly name?: string }, path = '/', pathType = 'Prefix') => ({ path, pathType, backend: { service: { name: service, port } } })
const input = (ingresses: readonly Ingress[], change: Partial<IngressInput> = {}): IngressInput => ({
  ingresses, classes, service: (key) => (key === 'default/web' ? web : undefined), secret: (key) => (key === 'default/pair' ? tls : undefined),
  slicesOf: () => [slice], members: [member('a', 'alive'), member('b', 'alive'), member('c', 'alive')], self: 'c', nodeByAddress: new Map(), ...change,
})
const backends = (table: ReturnType<typeof routeTable>): readonly string[] => table.routes.map((route) => route.backends.map(({ address, port }) => `${address}:${port}`).join(' '))

describe('network / ingress / model', () => {
  const plain = ingress('i', { ingressClassName: 'shoal', rules: [{ host: 'Web.test', http: { paths: [to('web', { number: 80 }), to('web', { name: 'http' }, '', 'ImplementationSpecific'), to('web', { number: 81 }), to('none', { number: 80 })] } }] })

  it('leads host and path to the endpoints of the Service port; a missing Service or port to none', () => {
    const table = routeTable(input([plain]))
    deepEqual(backends(table), ['10.244.1.2:8080 10.244.2.2:8080', '10.244.1.2:8080 10.244.2.2:8080', '', ''])
    deepEqual(table.routes.map(({ host, path, match }) => `${host}${path} ${match}`), Array.from({ length: 4 }, () => 'web.test/ prefix'))
  })
  it('speaks HTTP/2 where the port of the Service says so', () => {
    const service: Service = { ...web, spec: { type: 'ClusterIP', ports: [{ port: 80, name: 'http', appProtocol: 'kubernetes.io/h2c' }, { port: 81, name: 'other', appProtocol: 'http' }] } }
    const rules = [{ http: { paths: [to('web', { number: 80 }), to('web', { number: 81 })] } }]
    deepEqual(routeTable(input([ingress('i', { rules })], { service: () => service })).routes.map((route) => route.isHttp2), [true, false])
  })
  it('suspected endpoints leave as they leave the proxy', () => {
    deepEqual(backends(routeTable(input([plain], { members: [member('a', 'suspect'), member('b', 'alive'), member('c', 'alive')] })))[0], '10.244.2.2:8080')
  })
  it("another class is somebody else's; no class is the default's", () => {
    const spec = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } }
    deepEqual([undefined, 'shoal', 'other', 'unknown'].map((ingressClassName) => routeTable(input([ingress('i', { ...spec, ingressClassName })])).routes.length), [1, 1, 0, 0])
  })
  it('the older Ingress comes first', () => {
    const of = (path: string): IngressSpec => ({ rules: [{ host: 'x.test', http: { paths: [to('web', { number: 80 }, path)] } }] })
    deepEqual(routeTable(input([ingress('young', of('/young'), '2'), ingress('old', of('/old'))])).routes.map((route) => route.path), ['/old', '/young'])
  })
  it('takes certificates that are there, for the hosts of the entry or of the rules', () => {
    const rules = [{ host: 'r.test', http: { paths: [to('web', { number: 80 })] } }]
    const table = routeTable(input([ingress('i', { rules, tls: [{ secretName: 'pair', hosts: ['A.test'] }, { secretName: 'pair' }, { secretName: 'gone', hosts: ['b.test'] }] })]))
    deepEqual(table.certificates, [{ hosts: ['a.test'], certificate: 'C', key: 'K' }, { hosts: ['r.test'], certificate: 'C', key: 'K' }])
  })
})
