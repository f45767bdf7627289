// The queue of rumours: bounded messages, least told first, each told a logarithmic number of times.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { maxRumourBytes, maxRumoursPerMessage } from '../../../protocol/membership/limits.ts'
import { rumourBytes, RumourQueue, transmissions } from '../../../protocol/membership/rumour-queue.ts'
import type { Rumour } from '../../../protocol/message/membership.ts'

function rumour(peer: string, state: Rumour['state'] = 'alive', by = peer, incarnation = 1): Rumour {
  return { peer, state, incarnation, by, addresses: [], addressSequence: 0 }
}

describe('protocol / membership / rumour queue', () => {
  it('tells each rumour as often as the logarithm says', () => {
    const queue = new RumourQueue()
    queue.put(rumour('a'))
    let told = 0
    while (queue.length > 0) told += queue.take('z', 10, []).length
    assert.equal(told, transmissions(10))
  })
  it('the newest claim replaces the ones before it', () => {
    const queue = new RumourQueue()
    queue.put(rumour('a', 'suspect', 'b'))
    queue.put(rumour('a', 'suspect', 'c'))
    assert.equal(queue.length, 2)
    queue.put(rumour('a', 'alive', 'a', 2))
    assert.deepEqual(queue.take('z', 10, []).map((one) => one.state), ['alive'])
  })
  it('does not tell a peer what it said itself', () => {
    const queue = new RumourQueue()
    queue.put(rumour('a'))
    assert.deepEqual(queue.take('a', 10, []), [])
  })
  it('messages stay within their bounds, and everything is told in the end', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 12 })), { maxLength: 40 }), (claims) => {
      const queue = new RumourQueue()
      for (const [peer, count] of claims) queue.put({ ...rumour(peer), addresses: Array.from({ length: count }, () => '/ip4/192.0.2.1/tcp/7447') })
      for (let i = 0; queue.length > 0; i++) {
        const taken = queue.take('nobody at all', 3, [])
        assert.ok(taken.length > 0 && taken.length <= maxRumoursPerMessage)
        assert.ok(taken.reduce((sum, one) => sum + rumourBytes(one), 0) <= maxRumourBytes)
        assert.ok(i < 1000)
      }
    }), { numRuns: 50 })
  })
})
