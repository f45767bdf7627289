// Sealed secrets: only the right key under the right label opens them, and damage is noticed anywhere.
import { deepStrictEqual, notStrictEqual, strictEqual } from 'node:assert/strict'
import { createPeerKey } from '../../../node/identity/peer-key.ts'
import { openSealed, sealTo } from '../../../node/identity/sealing.ts'

const secret = Buffer.from('the key of the authority')

describe('identity / sealing', () => {
  it('opens for the peer that it was sealed to, many peers over', async () => {
    for (let round = 0; round < 20; round++) {
      const own = await createPeerKey()
      const box = sealTo(own.peerId, 'a label', secret) ?? ''
      deepStrictEqual(openSealed(own, 'a label', box), secret)
      notStrictEqual(sealTo(own.peerId, 'a label', secret), box)
    }
  })

  it('stays closed for another peer and under another label', async () => {
    const own = await createPeerKey()
    const box = sealTo(own.peerId, 'a label', secret) ?? ''
    strictEqual(openSealed(await createPeerKey(), 'a label', box), undefined)
    strictEqual(openSealed(own, 'another label', box), undefined)
  })

  it('stays closed when a bit is flipped anywhere, or bytes are missing', async () => {
    const own = await createPeerKey()
    const box = Buffer.from(sealTo(own.peerId, 'a label', secret) ?? '', 'base64')
    for (let at = 0; at < box.length; at++) {
      const damaged = Buffer.from(box)
      // X25519 ignores the highest bit of a public key (RFC 7748, 5); the key derivation does not.
      damaged[at] = (damaged[at] ?? 0) ^ 0x80
      strictEqual(openSealed(own, 'a label', damaged.toString('base64')), undefined)
      strictEqual(openSealed(own, 'a label', box.subarray(0, at).toString('base64')), undefined)
    }
  })

  it('seals to nobody under a name that is no key', () => {
    strictEqual(sealTo('nobody', 'a label', secret), undefined)
  })
})
