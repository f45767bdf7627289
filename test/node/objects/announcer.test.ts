// Who answers for an address: spread over the peers by hash, and the one that did while it may.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { announcedBy, announcedByAnnotation, announcerOf, ranked, servingNodes } from '../../../node/objects/announcer.ts'
import type { Service } from '../../../node/objects/generated/core-v1.ts'

const names = ['peer-1', 'peer-2', 'peer-3']
const service = (said?: string): Service => ({ metadata: { name: 'web', annotations: said === undefined ? {} : { [announcedByAnnotation]: said } } })

describe('objects / announcer', () => {
  it('addresses spread over the peers, and only those of a peer that goes move', () => {
    const addresses = Array.from({ length: 300 }, (_, i) => `10.0.${i % 3}.${i % 100}`)
    const counts = names.map((name) => addresses.filter((address) => ranked(address, names)[0] === name).length)
    ok(counts.every((count) => count > 50), counts.join())
    for (const address of addresses) {
      const [first, second] = ranked(address, names)
      equal(ranked(address, names.filter((name) => name !== first))[0], second)
    }
  })
  it('the one that answered for this address, while it is a candidate', () => {
    const [first, second = ''] = ranked('10.0.0.7', names)
    equal(announcerOf(service(), '10.0.0.7', names), first)
    equal(announcerOf(service(announcedBy(second, '10.0.0.7')), '10.0.0.7', names), second)
    equal(announcerOf(service(announcedBy(second, '10.0.0.9')), '10.0.0.7', names), first)
    equal(announcerOf(service(announcedBy(second, '10.0.0.7')), '10.0.0.7', names.filter((name) => name !== second)), first)
    equal(announcerOf(service(announcedBy(second, '10.0.0.7')), '10.0.0.7', []), undefined)
  })
  it('nodes of ready endpoints, also of those that name none', () => {
    const slices = [{ metadata: { name: 's' }, addressType: 'IPv4', endpoints: [
      { addresses: ['10.244.0.1'], nodeName: 'peer-1', conditions: { ready: true } },
      { addresses: ['10.244.1.1'], nodeName: 'peer-2', conditions: { ready: false } },
      { addresses: ['10.0.0.3'] },
      { addresses: ['10.0.0.4'] },
    ] }]
    deepEqual(servingNodes(slices, new Map([['10.0.0.3', 'peer-3']])), ['peer-1', 'peer-3'])
  })
})
