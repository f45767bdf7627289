// The overlay's plan: what the kernel is told when machines come, move and go.
import { deepEqual, equal } from 'node:assert/strict'
import { addressBefore, cniConfiguration, gatewayOf, macOf, overlayChange, overlayPeers } from '../../../../node/network/overlay/plan.ts'

const nodes = [
  { name: 'a', address: '192.0.2.1', podCidr: '10.244.0.0/24' },
  { name: 'b', address: '192.0.2.2', podCidr: '10.244.1.0/24' },
  { name: 'c', address: '192.0.2.3', podCidr: '' },
]

describe('network / overlay / plan', () => {
  it('wants every other machine that has Pods', () => {
    deepEqual(overlayPeers(nodes, 'a'), [{ address: '192.0.2.2', podCidr: '10.244.1.0/24', gateway: '10.244.1.0', mac: '02:00:0a:f4:01:00' }])
  })
  it('hardware addresses are local and differ', () => equal(macOf('10.244.255.0/24'), '02:00:0a:f4:ff:00'))
  it('the bridge has the first host address', () => equal(gatewayOf('10.244.7.0/24'), '10.244.7.1'))
  it('a machine that moved is taken down at its old address and put up at its new one', () => {
    const before = overlayPeers(nodes, 'a')
    const after = overlayPeers(nodes.map((node) => (node.name === 'b' ? { ...node, address: '192.0.2.9' } : node)), 'a')
    deepEqual(overlayChange(before, after).bridge, ['fdb del 02:00:0a:f4:01:00 dev shoal.vx dst 192.0.2.2', 'fdb replace 02:00:0a:f4:01:00 dev shoal.vx dst 192.0.2.9'])
    deepEqual(overlayChange(after, after), { ip: [], bridge: [] })
  })
  it('an address is preferred by naming the one before it; addresses that no Pod here can have are not', () => {
    equal(addressBefore('10.244.1.2', '10.244.1.0/24'), '10.244.1.1')
    equal(addressBefore('10.244.2.0', '10.244.0.0/16'), '10.244.1.255')
    for (const address of ['10.244.1.0', '10.244.1.1', '10.244.1.255', '10.244.2.2', '10.213.0.1', '', 'fd00::1']) equal(addressBefore(address, '10.244.1.0/24'), undefined)
    equal(addressBefore('10.244.1.2', ''), undefined)
  })
  it('the CNI configuration gives Pods addresses of this machine', () => {
    const [plugin] = (JSON.parse(cniConfiguration('10.244.1.0/24', 1450, '/x')) as { plugins: { ipam: { ranges: unknown } }[] }).plugins
    deepEqual(plugin?.ipam.ranges, [[{ subnet: '10.244.1.0/24' }]])
  })
})
