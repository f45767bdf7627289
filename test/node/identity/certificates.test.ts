// Certificates: what they say, who accepts them, and when they renew. The judge is node:crypto, which did not make them.
import { strict as assert } from 'node:assert'
import { X509Certificate } from 'node:crypto'
import { authorityHash, createAuthority, createPrivateKeyPem, type KeyedCertificate } from '../../../node/identity/ca.ts'
import {
  checkNodeName, createCsr, issueAdministrator, issueCertificate, nodeClientRequest, renewalDue, servingNames, servingRequest, validity, verifyNodeCertificate,
} from '../../../node/identity/certificates.ts'
import { certificateRefused, nodeNameInvalid } from '../../../node/identity/errors.ts'
import { createPeerKey } from '../../../node/identity/peer-key.ts'

const nowMs = Date.parse('2026-11-23T12:00:00Z')
const dayMs = 86_400_000

describe('identity / certificates', () => {
  let authority: KeyedCertificate
  let peerId: string
  let client: string
  before(async () => {
    authority = await createAuthority('0123456789abcdef', nowMs)
    peerId = (await createPeerKey()).peerId
    client = await issueCertificate(authority, nodeClientRequest('ant', peerId, await createCsr(createPrivateKeyPem())), nowMs)
  })

  it('binds a node name to a peer id', () => {
    assert.equal(verifyNodeCertificate(client, authority.certificate, peerId, nowMs), 'ant')
    const parsed = new X509Certificate(client)
    assert.match(parsed.subject, /O=system:nodes/)
    assert.equal(parsed.ca, false)
  })

  it('refuses another peer, another authority, and a certificate outside its time', async () => {
    const refused = (text: RegExp) => (error: unknown) => certificateRefused.is(error) && text.test(error.message)
    const stranger = await createAuthority('fedcba9876543210', nowMs)
    const other = (await createPeerKey()).peerId
    assert.throws(() => verifyNodeCertificate(client, authority.certificate, other, nowMs), refused(/another peer/))
    assert.throws(() => verifyNodeCertificate(client, stranger.certificate, peerId, nowMs), refused(/authority/))
    assert.throws(() => verifyNodeCertificate(client, authority.certificate, peerId, nowMs + 91 * dayMs), refused(/expired/))
    assert.throws(() => verifyNodeCertificate(client, authority.certificate, peerId, nowMs - 2 * dayMs), refused(/before/))
    assert.throws(() => verifyNodeCertificate('nonsense', authority.certificate, peerId, nowMs), refused(/read/))
  })

  it('is good at once on right clocks when the one that signed is hours ahead', async () => {
    for (const aheadMs of [3_600_000, 20 * 3_600_000]) {
      const pem = await issueCertificate(authority, nodeClientRequest('ant', peerId, await createCsr(createPrivateKeyPem())), nowMs + aheadMs)
      assert.equal(verifyNodeCertificate(pem, authority.certificate, peerId, nowMs), 'ant')
      const { certificate } = await createAuthority('0123456789abcdef', nowMs + aheadMs)
      assert.ok(validity(certificate).fromMs < nowMs)
    }
  })

  it('serves under the fixed names, the node and its addresses only', async () => {
    const pem = await issueCertificate(authority, servingRequest('ant', ['192.0.2.7', 'evil.example'], await createCsr(createPrivateKeyPem())), nowMs)
    const parsed = new X509Certificate(pem)
    for (const host of ['localhost', 'ant', 'kubernetes.default.svc.cluster.local', 'shoal']) assert.equal(parsed.checkHost(host), host)
    for (const ip of ['127.0.0.1', '10.96.0.1', '192.0.2.7']) assert.equal(parsed.checkIP(ip), ip)
    assert.equal(parsed.checkHost('evil.example'), undefined)
    assert.deepEqual(servingNames('localhost', ['127.0.0.1']), servingNames('localhost', []))
  })

  it('makes an administrator of the masters group', async () => {
    const admin = await issueAdministrator(authority, 'shoal-admin', nowMs)
    assert.match(new X509Certificate(admin.certificate).subject, /O=system:masters/)
  })

  it('refuses a request that cannot be read, and names that are no names', async () => {
    await assert.rejects(issueCertificate(authority, nodeClientRequest('ant', peerId, 'nonsense'), nowMs), certificateRefused.is)
    for (const name of ['', 'Ant', 'a_b', '-a', 'a..b', 'x'.repeat(254)]) assert.throws(() => checkNodeName(name), nodeNameInvalid.is)
    for (const name of ['ant', 'a-1.lan']) checkNodeName(name)
  })

  it('renews between half and four fifths of the life, spread by peer', () => {
    const { fromMs, toMs } = validity(client)
    const at = (share: number): number => fromMs + (toMs - fromMs) * share
    assert.equal(renewalDue(fromMs, toMs, 0, at(0.49)), false)
    assert.equal(renewalDue(fromMs, toMs, 0, at(0.51)), true)
    assert.equal(renewalDue(fromMs, toMs, 0.99, at(0.75)), false)
    assert.equal(renewalDue(fromMs, toMs, 0.99, at(0.81)), true)
  })

  it('pins the authority by its public key', async () => {
    assert.match(authorityHash(authority.certificate), /^[0-9a-f]{64}$/)
    assert.notEqual(authorityHash(authority.certificate), authorityHash((await createAuthority('00', nowMs)).certificate))
  })
})
