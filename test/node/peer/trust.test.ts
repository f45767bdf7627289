// Trust: members by the table, newcomers by certificate, removed peers never again.
import { strict as assert } from 'node:assert'
import { createAuthority } from '../../../node/identity/ca.ts'
import { certificateRefused } from '../../../node/identity/errors.ts'
import { issueNode } from '../../../node/identity/certificates.ts'
import { createPeerKey } from '../../../node/identity/peer-key.ts'
import { newCertificates } from '../../../node/peer/renewal.ts'
import { Trust } from '../../../node/peer/trust.ts'

const nowMs = Date.parse('2026-11-23T12:00:00Z')

describe('peer / trust', () => {
  it('admits by certificate, and a removal outweighs it', async () => {
    const authority = await createAuthority('00', nowMs)
    const { peerId } = await createPeerKey()
    const { node } = await newCertificates((request) => issueNode(authority, request, nowMs), 'bee', peerId, [])
    const trust = new Trust(authority.certificate, ['member'], [])
    const heard: string[] = []
    trust.onChange((peer, trusted) => heard.push(`${peer === peerId ? 'bee' : peer} ${trusted}`))
    assert.equal(trust.trusted('member'), true)
    assert.equal(trust.trusted(peerId), false)
    assert.throws(() => trust.admit('somebody', node.certificate, nowMs), certificateRefused.is)
    assert.equal(trust.admit(peerId, node.certificate, nowMs), 'bee')
    assert.equal(trust.trusted(peerId), true)
    trust.agreed(['other'], [peerId])
    assert.equal(trust.trusted(peerId), false)
    assert.equal(trust.trusted('member'), false)
    trust.admit(peerId, node.certificate, nowMs)
    assert.equal(trust.trusted(peerId), false)
    assert.deepEqual(heard, ['bee true', 'member false', 'bee false', 'other true'])
  })
})
