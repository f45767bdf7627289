// Addresses and ports that are given out: never twice, never reserved ones, and an error when the range is used up.
import assert from 'node:assert/strict'
import { objectIn, objectsIn, stringIn } from '../../../node/objects/access.ts'
import { allocateAddress, allocateNodePort } from '../../../node/resources/allocation.ts'
import { allocationExhausted, allocationRefused } from '../../../node/resources/errors.ts'
import { nodes } from '../../../node/resources/node.ts'
import { services } from '../../../node/resources/service.ts'
import type { JsonObject } from '../../../node/objects/json.ts'
import type { StrategyContext } from '../../../node/resources/types.ts'

const context: StrategyContext = { nowMs: 0, operation: 'create', subresource: '', random: { uid: () => '0badcafe', suffix: () => 'x' } }

describe('resources / allocation', () => {
  it('gives out every node port once and then says that none is left', () => {
    const taken = new Set<string>()
    for (let count = 0; count < 2768; count += 1) taken.add(`nodeports/${allocateNodePort('f', 0, (key) => taken.has(key), count * 7919)}`)
    assert.equal(taken.size, 2768)
    assert.throws(() => allocateNodePort('f', 0, (key) => taken.has(key), 1), allocationExhausted.is)
  })

  it('never draws a reserved address', () => {
    for (let seed = 0; seed < 1000; seed += 1) assert.match(allocateAddress('', () => false, seed), /^10\.96\.(?!0\.)\d+\.\d+$/)
    assert.equal(allocateAddress('10.96.0.10', () => false, 0), '10.96.0.10')
    assert.throws(() => allocateAddress('10.97.0.1', () => false, 0), allocationRefused.is)
    assert.throws(() => allocateAddress('10.96.0.0', () => false, 0), allocationRefused.is)
  })

  it('gives a load balancer an address and ports, keeps them at an update, and gives the ports back with the type', () => {
    const given = services.defaults({ metadata: { name: 's' }, spec: { type: 'LoadBalancer', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } })
    const stored = services.allocate?.(services.prepare(given, undefined, context), undefined, () => false, context) ?? {}
    const keys = services.allocations?.(stored).map((allocation) => allocation.key) ?? []
    assert.equal(new Set(keys).size, 3)
    const plain: JsonObject = { metadata: { name: 's' }, spec: { type: 'LoadBalancer', ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] } }
    const update: StrategyContext = { ...context, operation: 'update' }
    const again = services.prepare(services.defaults(plain), stored, update)
    assert.deepEqual(again.spec, stored.spec)
    const cluster = services.prepare(services.defaults({ ...plain, spec: { ...objectIn(plain, 'spec'), type: 'ClusterIP' } }), stored, update)
    assert.ok(objectsIn(cluster, 'spec', 'ports').every((port) => port.nodePort === undefined))
    assert.equal(stringIn(cluster, 'spec', 'clusterIP'), stringIn(stored, 'spec', 'clusterIP'))
  })

  it('gives each node the first free range', () => {
    const taken = new Set(['podcidrs/10.244.0.0/24', 'podcidrs/10.244.1.0/24'])
    const node = nodes.allocate?.({ metadata: { name: 'n' } }, undefined, (key) => taken.has(key), context) ?? {}
    assert.deepEqual(node.spec, { podCIDR: '10.244.2.0/24', podCIDRs: ['10.244.2.0/24'] })
    assert.deepEqual(nodes.allocations?.(node), [{ key: 'podcidrs/10.244.2.0/24' }])
    assert.throws(() => nodes.allocate?.({ metadata: { name: 'n' } }, undefined, () => true, context), allocationExhausted.is)
  })
})
