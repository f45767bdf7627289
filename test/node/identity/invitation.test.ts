// Invitations survive the clipboard, and a damaged one is told apart with its reason.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { invitationDamaged } from '../../../node/identity/errors.ts'
import { createInvitation, formatInvitation, parseInvitation } from '../../../node/identity/invitation.ts'
import { ed25519Private, ed25519Public, verifyEd25519 } from '../../../node/identity/peer-key.ts'
import { sign } from 'node:crypto'

const fresh = createInvitation('ab'.repeat(32), { expiresMs: 1, uses: 2, role: 'peer' })
const made = { record: fresh.record, invitation: { ...fresh.invitation, addresses: ['/ip4/192.0.2.1/tcp/7447/p2p/12D3KooWx'] } }
const text = formatInvitation(made.invitation)

describe('identity / invitation', () => {
  it('comes back as it was, white space forgiven', () => {
    const parsed = parseInvitation(` ${text}\n`)
    assert.deepEqual({ ...parsed, seed: Buffer.from(parsed.seed) }, { ...made.invitation, seed: Buffer.from(made.invitation.seed) })
  })

  it('names every damage: cut, changed, foreign, newer, too long', () => {
    const why = (damaged: string, reason: RegExp): void =>
      assert.throws(() => parseInvitation(damaged), (error: unknown) => invitationDamaged.is(error) && reason.test(error.message))
    why(text.slice(0, -5), /checksum/)
    why(text.replace('shoal1.', ''), /begin/)
    why(text.replace('shoal1.', 'shoal2.'), /newer/)
    why(`${text}!`, /characters/)
    why('shoal1.'.padEnd(5000, 'a'), /long/)
    why('shoal1.', /characters/)
  })

  it('never accepts a string with one character changed', () => {
    fc.assert(fc.property(fc.nat({ max: text.length - 8 }), fc.constantFrom(...'abcXYZ019-_'), (offset, character) => {
      const at = offset + 7
      // The last character may carry unused bits only; equal bytes are the same invitation.
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      if (Buffer.from(changed.slice(7), 'base64url').equals(Buffer.from(text.slice(7), 'base64url'))) return
      assert.throws(() => parseInvitation(changed), invitationDamaged.is)
    }), { seed: 7, numRuns: 300 })
  })

  it('lets the seed prove itself by the public key alone', () => {
    const bytes = Buffer.from('transcript')
    const signature = sign(null, bytes, ed25519Private(made.invitation.seed))
    const key = ed25519Public(Buffer.from(made.record.publicKey, 'base64url'))
    assert.equal(verifyEd25519(key, bytes, signature), true)
    assert.equal(verifyEd25519(key, Buffer.from('other'), signature), false)
    assert.equal(JSON.stringify(made.record).includes(Buffer.from(made.invitation.seed).toString('base64url')), false)
  })
})
