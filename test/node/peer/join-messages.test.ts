// What strangers send is read with care, and the signed words differ whenever anything in them does.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { encodeJson, readApplication, readChallenge, readKnock, readWelcome, transcript } from '../../../node/peer/join-messages.ts'

const parts = {
  cluster: 'c', authorityHash: 'h', joiner: 'j', member: 'm', joinerNonce: '1', memberNonce: '2', nodeCsr: 'n', servingCsr: 's', name: 'ant', instead: undefined,
}

describe('peer / join messages', () => {
  it('come back as they were', () => {
    const knock = { kind: 'knock', invitation: 'i', nonce: 'n', wallMs: 5 } as const
    assert.deepEqual(readKnock(encodeJson(knock)), knock)
    const refusal = { kind: 'refusal', code: 'expired', detail: 'yesterday' } as const
    assert.deepEqual(readChallenge(encodeJson(refusal)), refusal)
    assert.deepEqual(readWelcome(encodeJson(refusal)), refusal)
  })

  it('are nothing when they are anything else', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map((text) => Buffer.from(text))), (bytes) => {
      assert.equal(readKnock(bytes), undefined)
      assert.equal(readApplication(bytes), undefined)
      assert.equal(readChallenge(bytes), undefined)
      assert.equal(readWelcome(bytes), undefined)
    }), { seed: 5, numRuns: 200 })
  })

  it('sign every part', () => {
    const whole = Buffer.from(transcript(parts)).toString()
    for (const part of Object.keys(parts)) assert.notEqual(Buffer.from(transcript({ ...parts, [part]: 'x' })).toString(), whole, part)
  })
})
