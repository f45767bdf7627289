// Who answers for an address: one of the live peers with an endpoint, the next when it seems gone, spread over the peers.
import { deepEqual, equal } from 'node:assert/strict'
import type { MemberView } from '../../../../node/base/views.ts'
import { heldAddresses, type RankingInput } from '../../../../node/network/loadbalancer/ranking.ts'
import { ranked } from '../../../../node/objects/announcer.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'

const names = ['peer-1', 'peer-2', 'peer-3']
const member = (name: string, state: MemberView['state'] = 'alive'): MemberView => ({ name, peerId: name, state, sinceMs: 0 })
const slice = (...nodes: readonly (readonly [node: string, ready: boolean])[]): EndpointSlice => ({
  metadata: { name: 's' }, addressType: 'IPv4', endpoints: nodes.map(([nodeName, ready]) => ({ addresses: ['10.244.0.1'], nodeName, conditions: { ready } })),
})
const input = (self: string, endpoints: readonly EndpointSlice[], change: Partial<RankingInput> = {}): RankingInput => ({
  services: [{ metadata: { name: 'web', namespace: 'default' }, spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.7' }] } } }],
  slicesOf: () => endpoints, members: names.map((name) => member(name)), self, nodeByAddress: new Map(names.map((name, i) => [`10.0.0.${i}`, name])), ...change,
})
const holders = (endpoints: readonly EndpointSlice[], change: Partial<RankingInput> = {}): readonly string[] => names.filter((name) => heldAddresses(input(name, endpoints, change)).length > 0)

describe('network / load balancer / ranking', () => {
  const everywhere = [slice(['peer-1', true], ['peer-2', true], ['peer-3', true])]

  it('exactly one peer holds the address, and the next in rank when that one is suspected', () => {
    const order = ranked('10.0.0.7', names)
    deepEqual(holders(everywhere), [order[0]])
    const without = { members: names.map((name) => member(name, name === order[0] ? 'suspect' : 'alive')) }
    deepEqual(holders(everywhere, without).filter((name) => name !== order[0]), [order[1]])
  })
  it('only peers with a ready endpoint are asked; without any, some peer refuses', () => {
    deepEqual(holders([slice(['peer-2', true], ['peer-3', false])]), ['peer-2'])
    equal(holders([]).length, 1)
    deepEqual(holders([slice(['peer-2', true])], { members: [member('peer-1'), member('peer-2', 'dead'), member('peer-3')] }).filter((name) => name !== 'peer-2').length, 1)
  })
  it("another implementation's Services are left alone", () => {
    const services = [{ metadata: { name: 'web', namespace: 'default' }, spec: { type: 'LoadBalancer', loadBalancerClass: 'example.test/other' }, status: { loadBalancer: { ingress: [{ ip: '10.0.0.7' }] } } }]
    deepEqual(holders(everywhere, { services }), [])
  })
  it('the peer that is known to have answered goes on while it can, and the next in rank answers when it seems gone', () => {
    const order = ranked('10.0.0.7', names)
    const second = order[1] ?? ''
    const services = (address: string): RankingInput['services'] => input('', []).services.map((service) => ({ ...service, metadata: { ...service.metadata, annotations: { 'shoal.dev/announced-by': `${second}/${address}` } } }))
    deepEqual(holders(everywhere, { services: services('10.0.0.7') }), [second])
    deepEqual(holders(everywhere, { services: services('10.0.0.8') }), [order[0]])
    deepEqual(holders([slice([order[0] ?? '', true], [second, false])], { services: services('10.0.0.7') }), [order[0]])
    const suspected = { services: services('10.0.0.7'), members: names.map((name) => member(name, name === second ? 'suspect' : 'alive')) }
    deepEqual(holders(everywhere, suspected).filter((name) => name !== second), [order[0]])
  })
})
