// Addresses for Services: which one, from which pool, and what is said when there is none. Then the controller on the fake API.
import { deepEqual, equal, match } from 'node:assert/strict'
import type { AddressPool } from '../../../../node/objects/address-pool.ts'
import type { Event, Service, ServiceSpec } from '../../../../node/objects/generated/core-v1.ts'
import { overlappedPool, planBalancer } from '../../../../node/controllers/load-balancer/plan.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const pool = (name: string, addresses: readonly string[], autoAssign?: boolean): AddressPool => ({ metadata: { name, creationTimestamp: `2026-01-01T00:00:0${name.length}Z` }, spec: { addresses, autoAssign } })
const service = (spec: Partial<ServiceSpec>, ip?: string): Service => ({ metadata: { name: 'web', namespace: 'default' }, spec: { type: 'LoadBalancer', ...spec }, status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip, ipMode: 'VIP' }] } } })
const taken = (...addresses: readonly string[]): ReadonlyMap<string, string> => new Map(addresses.map((address) => [address, 'the Service default/other']))
const two = [pool('b', ['10.0.1.1']), pool('a', ['10.0.0.1-10.0.0.2'])]

describe('controllers / load balancer / plan', () => {
  it('gives the first free address of the pools by name', () => {
    deepEqual(planBalancer(service({}), two, taken()), { kind: 'assign', address: '10.0.0.1', pool: 'a' })
    deepEqual(planBalancer(service({}), two, taken('10.0.0.1')), { kind: 'assign', address: '10.0.0.2', pool: 'a' })
    deepEqual(planBalancer(service({}), two, taken('10.0.0.1', '10.0.0.2')), { kind: 'assign', address: '10.0.1.1', pool: 'b' })
  })
  it('keeps what a Service has, also when the pool is gone', () => {
    deepEqual(planBalancer(service({}, '10.7.7.7'), [], taken()), { kind: 'nothing' })
  })
  it('leaves pools alone that give only what is asked for, and gives what is asked for', () => {
    const asked = [pool('a', ['10.0.0.1'], false)]
    equal(planBalancer(service({}), asked, taken()).kind, 'waiting')
    deepEqual(planBalancer(service({ loadBalancerIP: '10.0.0.1' }), asked, taken()), { kind: 'assign', address: '10.0.0.1', pool: 'a' })
    deepEqual(planBalancer(service({ loadBalancerIP: '10.0.0.2' }, '10.0.0.1'), two, taken()), { kind: 'assign', address: '10.0.0.2', pool: 'a' })
  })
  it('says why a Service waits, and what to do', () => {
    const reason = (plan: ReturnType<typeof planBalancer>): string => (plan.kind === 'waiting' ? plan.reason : plan.kind)
    equal(reason(planBalancer(service({}), [], taken())), 'NoAddressPool')
    equal(reason(planBalancer(service({}), two, taken('10.0.0.1', '10.0.0.2', '10.0.1.1'))), 'AddressPoolEmpty')
    equal(reason(planBalancer(service({ loadBalancerIP: '10.9.9.9' }), two, taken())), 'AddressNotInPool')
    equal(reason(planBalancer(service({ loadBalancerIP: '10.0.0.1' }), two, taken('10.0.0.1'))), 'AddressTaken')
  })
  it("takes back an address from what is no load balancer any more, and touches nobody else's", () => {
    deepEqual(planBalancer(service({ type: 'ClusterIP' }, '10.0.0.1'), two, taken()), { kind: 'release' })
    deepEqual(planBalancer(service({ loadBalancerClass: 'example.test/other' }, '10.0.0.1'), two, taken()), { kind: 'nothing' })
    equal(planBalancer(service({ loadBalancerClass: 'shoal.dev/address' }), two, taken()).kind, 'assign')
  })
  it('tells the younger of two pools that they overlap', () => {
    const pools = [pool('a', ['10.0.0.0/24']), pool('bb', ['10.0.0.9-10.0.3.1']), pool('ccc', ['10.0.4.0/24'])]
    deepEqual(pools.map((one) => overlappedPool(one, pools)), [undefined, 'a', undefined])
  })
})

describe('controllers / load balancer', () => {
  let plane: ControlPlane
  const add = (name: string): void => plane.api.put('/api/v1/namespaces/default/services', { metadata: { name }, spec: { type: 'LoadBalancer', clusterIP: 'None', ports: [] }, status: { loadBalancer: {} } } as never)
  const address = (name: string): string | undefined => plane.api.get<Service>(`/api/v1/namespaces/default/services/${name}`)?.status?.loadBalancer?.ingress?.[0]?.ip

  beforeEach(async () => {
    plane = new ControlPlane()
    plane.addNode('a')
    await plane.start()
  })
  afterEach(() => plane.stop())

  it('gives each Service its own address, tells who has to wait, and goes on when there is room', async () => {
    plane.api.put('/apis/shoal.dev/v1alpha1/addresspools', { metadata: { name: 'small' }, spec: { addresses: ['192.0.2.1-192.0.2.2'] } } as never)
    for (const name of ['x', 'y', 'z']) add(name)
    await plane.runKubelets()
    const given = ['x', 'y', 'z'].map(address)
    deepEqual(given.filter((one) => one !== undefined).sort(), ['192.0.2.1', '192.0.2.2'])
    const waiting = ['x', 'y', 'z'].find((name) => address(name) === undefined) ?? ''
    match(plane.api.all<Event>('/api/v1/events').find((event) => event.involvedObject.name === waiting)?.message ?? '', /No address is free in small/)
    const other = ['x', 'y', 'z'].find((name) => name !== waiting) ?? ''
    const freed = address(other)
    plane.api.change(`/api/v1/namespaces/default/services/${other}`, (old: { spec: object }) => ({ ...old, spec: { ...old.spec, type: 'ClusterIP' } }))
    await plane.runKubelets()
    equal(address(other), undefined)
    equal(address(waiting), freed)
  })
})
