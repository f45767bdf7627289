// Rounds of probes: everybody once in each round (SWIM, section 4.3).
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { ProbeOrder } from '../../../protocol/membership/probe-order.ts'

describe('protocol / membership / probe order', () => {
  it('visits everybody once in each round, and not those that have gone', () => {
    const order = new ProbeOrder(seededRandom(1))
    const peers = new Set(['a', 'b', 'c', 'd'])
    for (let round = 0; round < 5; round++) {
      assert.deepEqual(Array.from({ length: 4 }, () => order.next(peers)).sort(), ['a', 'b', 'c', 'd'])
    }
    order.next(peers)
    peers.delete('b')
    for (let i = 0; i < 10; i++) assert.notEqual(order.next(peers), 'b')
    assert.equal(order.next(new Set()), undefined)
  })
})
