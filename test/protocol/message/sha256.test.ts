// The plain SHA-256 against the platform's, on the standard's examples and on random bytes in random portions.
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { Sha256 } from '../../../protocol/message/sha256.ts'

describe('protocol / message / sha256', () => {
  it('gives the standard digests (FIPS 180-4)', () => {
    const digest = new Sha256().add(new TextEncoder().encode('abc')).hex()
    assert.equal(digest, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    assert.equal(new Sha256().hex(), createHash('sha256').digest('hex'))
  })

  it('agrees with the platform, whatever the portions', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
        const ours = new Sha256()
        const theirs = createHash('sha256')
        for (const part of parts) {
          ours.add(part)
          theirs.update(part)
        }
        assert.equal(ours.hex(), theirs.digest('hex'))
      }),
    )
  })
})
