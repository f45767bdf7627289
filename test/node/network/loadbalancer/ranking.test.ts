// Who answers for an address: one of the live peers with an endpoint, the next when it seems gone, spread over the peers.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { MemberView } from '../../../../node/base/views.ts'
import { heldAddresses, ranked, type RankingInput } from '../../../../node/network/loadbalancer/ranking.ts'
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
  it('addresses spread over the peers, and only those of a peer that goes move', () => {
    const addresses = Array.from({ length: 300 }, (_, i) => `10.0.${i % 3}.${i % 100}`)
    const counts = names.map((name) => addresses.filter((address) => ranked(address, names)[0] === name).length)
    ok(counts.every((count) => count > 50), counts.join())
    for (const address of addresses) {
      const [first, second] = ranked(address, names)
      equal(ranked(address, names.filter((name) => name !== first))[0], second)
    }
  })
})
