// The envelope of gossiped batches: only what the named leader signed is opened.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { createPeerKey, peerPublicKey, type PeerKey } from '../../../node/identity/peer-key.ts'
import { openEnvelope, sealBatch } from '../../../node/peer/gossip.ts'
import { decodeGossipBatch } from '../../../protocol/message/codec.ts'
import type { GossipBatch } from '../../../protocol/message/message.ts'

const cluster = { cluster: 'c0ffee', incarnation: 1 }

describe('peer / gossip envelope', () => {
  let key: PeerKey
  let batch: GossipBatch
  before(async () => {
    key = await createPeerKey()
    const entries = [{ term: 1, index: 5, timeMs: 9, body: { kind: 'noop' } }] as const
    batch = { cluster, leader: key.peerId, term: 1, first: 5, last: 5, chain: 'abcd', entries }
  })

  it('opens whole batches and announcements of the leader', () => {
    const { whole, announcement } = sealBatch(batch, key)
    const opened = openEnvelope(whole, peerPublicKey)
    assert.equal(opened?.leader, key.peerId)
    assert.deepEqual(decodeGossipBatch(cluster, opened?.body ?? new Uint8Array()), batch)
    assert.equal(openEnvelope(announcement, peerPublicKey)?.body.length, 0)
  })

  it('opens nothing of which a signed byte was changed, and nothing signed by another', async () => {
    const { announcement } = sealBatch(batch, key)
    fc.assert(fc.property(fc.nat({ max: announcement.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Uint8Array.from(announcement)
      changed[at] = (changed[at] ?? 0) ^ flip
      assert.equal(openEnvelope(changed, peerPublicKey), undefined)
    }), { seed: 3, numRuns: 200 })
    const forged = sealBatch(batch, await createPeerKey())
    assert.equal(openEnvelope(forged.whole, peerPublicKey), undefined)
  })
})
