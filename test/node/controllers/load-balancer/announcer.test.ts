// The controller on the fake API: it writes down who answers, keeps that while the peer has an endpoint, and asks for no move.
import { deepEqual, equal } from 'node:assert/strict'
import { announcedByAnnotation, ranked } from '../../../../node/objects/announcer.ts'
import type { Event, Service } from '../../../../node/objects/generated/core-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const path = '/api/v1/namespaces/default/services'
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
const address = '192.0.2.7'
const [first = '', second = ''] = ranked(address, ['a', 'b'])

describe('controllers / load balancer / announcer', () => {
  let plane: ControlPlane
  const said = (): string | undefined => plane.api.get<Service>(`${path}/web`)?.metadata.annotations?.[announcedByAnnotation]
  const endpoints = async (...nodes: readonly string[]): Promise<void> => {
    const endpoints = nodes.map((nodeName) => ({ addresses: ['10.244.0.1'], nodeName, conditions: { ready: true } }))
    plane.api.change(`${slices}/web-1`, (old: object) => ({ ...old, endpoints }))
    await plane.runKubelets()
  }

  beforeEach(async () => {
    plane = new ControlPlane()
    plane.addNode('a')
    plane.addNode('b')
    await plane.start()
    plane.api.put(slices, { metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } }, addressType: 'IPv4', endpoints: [] } as never)
    plane.api.put(path, { metadata: { name: 'web' }, spec: { type: 'LoadBalancer', ports: [] }, status: { loadBalancer: { ingress: [{ ip: address, ipMode: 'VIP' }] } } } as never)
    await plane.runKubelets()
  })
  afterEach(() => plane.stop())

  it('says nothing while nobody serves', () => equal(said(), undefined))

  it('stays with the peer that answered when one before it in rank serves too, and moves when that one has no endpoint', async () => {
    await endpoints(second)
    equal(said(), `${second}/${address}`)
    await endpoints(first, second)
    equal(said(), `${second}/${address}`)
    await endpoints()
    equal(said(), `${second}/${address}`)
    await endpoints(first)
    equal(said(), `${first}/${address}`)
    deepEqual(plane.api.all<Event>('/api/v1/events').filter((event) => event.reason === 'AddressAnnounced').map((event) => event.message), [`The peer ${second} answers for ${address}.`, `The peer ${first} answers for ${address}.`])
  })

  it("leaves another implementation's Service alone", async () => {
    plane.api.change(`${path}/web`, (old: { spec: object }) => ({ ...old, spec: { ...old.spec, loadBalancerClass: 'example.test/other' } }))
    await endpoints(first)
    equal(said(), undefined)
  })
})
