// What an Ingress says of itself: where it is reached, and what in it leads nowhere. Then the controller on the fake API.
import { deepEqual, equal, match } from 'node:assert/strict'
import { ingressAddresses, ingressFaults } from '../../../../node/controllers/ingress/plan.ts'
import type { Event, Node, Secret, Service } from '../../../../node/objects/generated/core-v1.ts'
import type { Ingress } from '../../../../node/objects/generated/networking-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const node = (ip: string, ready: string): Node => ({ metadata: { name: ip }, status: { addresses: [{ type: 'Hostname', address: 'x' }, { type: 'InternalIP', address: ip }], conditions: [{ type: 'Ready', status: ready }] } })
const pem = Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64')
const services: { readonly [name: string]: Service } = { web: { metadata: { name: 'web' }, spec: { ports: [{ port: 80, name: 'http' }] } } }
const secrets: { readonly [name: string]: Secret } = { good: { metadata: { name: 'good' }, data: { 'tls.crt': pem, 'tls.key': pem } }, bad: { metadata: { name: 'bad' }, data: { 'tls.crt': 'eA==', 'tls.key': pem } } }
const spec = (service: string, port: number, secretName: string): Ingress => ({
  metadata: { name: 'i', namespace: 'default' },
  spec: { tls: [{ secretName, hosts: ['a.test'] }], rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: port } } } }] } }] },
})
const faults = (ingress: Ingress): readonly string[] => ingressFaults(ingress, (name) => services[name], (name) => secrets[name]).map(({ reason }) => reason)

describe('controllers / ingress / plan', () => {
  it('is reached at every peer that is Ready', () => {
    deepEqual(ingressAddresses([node('10.0.0.2', 'True'), node('10.0.0.1', 'True'), node('10.0.0.3', 'Unknown')]), [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }])
  })
  it('names what is missing or broken, each once', () => {
    deepEqual(faults(spec('web', 80, 'good')), [])
    deepEqual(faults(spec('gone', 80, 'gone')), ['ServiceNotFound', 'SecretNotFound'])
    deepEqual(faults(spec('web', 81, 'bad')), ['ServicePortNotFound', 'CertificateBroken'])
    deepEqual(faults({ metadata: { name: 'i' }, spec: { defaultBackend: { resource: { kind: 'X', name: 'y' } } } }), ['BackendNotSupported'])
  })
})

describe('controllers / ingress', () => {
  let plane: ControlPlane
  beforeEach(async () => {
    plane = new ControlPlane()
    plane.api.put('/api/v1/nodes', { metadata: { name: 'a' }, spec: {}, status: node('10.0.0.1', 'True').status } as never)
    plane.api.put('/apis/networking.k8s.io/v1/ingressclasses', { metadata: { name: 'shoal' }, spec: { controller: 'shoal.dev/ingress' } } as never)
    await plane.start()
  })
  afterEach(() => plane.stop())

  it("writes addresses into its own Ingresses only, and tells of a missing Service until it is there", async () => {
    for (const [name, ingressClassName] of [['mine', 'shoal'], ['theirs', 'other']]) plane.api.put('/apis/networking.k8s.io/v1/namespaces/default/ingresses', { metadata: { name }, spec: { ...spec('web', 80, '').spec, ingressClassName } } as never)
    await plane.runKubelets()
    const status = (name: string): unknown => plane.api.get<Ingress>(`/apis/networking.k8s.io/v1/namespaces/default/ingresses/${name}`)?.status?.loadBalancer?.ingress
    deepEqual([status('mine'), status('theirs')], [[{ ip: '10.0.0.1' }], undefined])
    const told = plane.api.all<Event>('/api/v1/events').filter((event) => event.involvedObject.kind === 'Ingress')
    equal(told.length, 1)
    match(told[0]?.message ?? '', /no Service web/)
  })
})
