// Certificates in the course of time: looked at while a peer runs, renewed by whoever holds the authority's key, and a peer
// that slept beyond the end of its own is let in by its key and has new ones at once. Time goes by on the wall clock only.
import { strict as assert } from 'node:assert'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { validity } from '../../../node/identity/certificates.ts'
import { certificateLifeDays } from '../../../node/identity/limits.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import { noSigner } from '../../../node/peer/errors.ts'
import { renewRetryMs } from '../../../node/peer/limits.ts'
import { Renewal, renewCertificates, servesUnder } from '../../../node/peer/renewal.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const dayMs = 86_400_000
const endOf = ({ peer }: TestPeer): number => Math.min(...[peer.identity.node, peer.identity.serving].map((pair) => validity(pair.certificate).toMs))

describe('peer / renewal', function () {
  this.timeout(60_000)
  const cluster = new TestCluster({ maxVoters: 1 })
  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    for (const { peer } of cluster.peers.values()) await peer.agreed.barrier(10_000)
  })
  after(() => cluster.end())

  it('is due late in the life of a certificate, and then gives new ones for new keys', async () => {
    for (const { store, peer } of cluster.peers.values()) {
      const renew = (days: number) => renewCertificates((request) => peer.signing.node(request), store, peer.identity, Date.now() + days * dayMs)
      assert.equal(await renew(certificateLifeDays * 0.4), undefined)
      const renewed = await renew(certificateLifeDays * 0.9)
      assert.ok(renewed !== undefined && renewed.node.privateKey !== peer.identity.node.privateKey)
      const authority = new X509Certificate(peer.identity.authority)
      for (const pair of [renewed.node, renewed.serving]) assert.ok(new X509Certificate(pair.certificate).verify(authority.publicKey))
      assert.match(new X509Certificate(renewed.node.certificate).subjectAltName ?? '', new RegExp(peer.peerId))
    }
  })

  it('is due at once when clients come under another address, for the same keys, and by the peer that holds the authority', async () => {
    const { peer } = cluster.get('bee')
    const before = peer.identity
    assert.equal(servesUnder(before.serving.certificate, ['192.0.2.200']), false)
    peer.renewal.reachedUnder(['192.0.2.200', 'no address', '192.0.2.200'])
    await peer.renewal.look()
    const { node, serving } = peer.identity
    assert.ok(servesUnder(serving.certificate, ['127.0.0.1', '192.0.2.200']))
    assert.deepEqual([node.privateKey, serving.privateKey], [before.node.privateKey, before.serving.privateKey])
    assert.ok(new X509Certificate(serving.certificate).checkPrivateKey(createPrivateKey(serving.privateKey)))
    assert.equal(cluster.directory('bee').read().serving.certificate, serving.certificate)
    await peer.renewal.look()
    assert.equal(peer.identity.serving.certificate, serving.certificate, 'nothing is due any more')
  })

  it('is tried again soon when nobody could sign, and not before', async () => {
    const clock = new ManualClock()
    const { store, peer } = cluster.get('bee')
    let asked = 0
    const renewal = new Renewal({
      store, clock, logger: silentLogger, identity: () => peer.identity, renewed: () => undefined,
      sign: () => (++asked < 3 ? Promise.reject(noSigner.make({ asked: 1 })) : Promise.resolve({ node: '', serving: '' })),
    })
    renewal.reachedUnder(['192.0.2.201'])
    await eventually('the first question', () => asked === 1)
    renewal.untilDone()
    await eventually('the second', () => asked === 2)
    renewal.untilDone()
    assert.equal(asked, 2)
    clock.advance(renewRetryMs)
    renewal.untilDone()
    await eventually('the third', () => asked === 3)
    clock.advance(renewRetryMs)
    renewal.untilDone()
    assert.equal(asked, 3)
  })

  it('a mirror that slept for a year, beyond its certificates, takes part by its key, and has new ones from the voter', async () => {
    await cluster.stop('bee')
    await cluster.stop('ant')
    const yearMs = 365 * dayMs
    assert.ok(yearMs > 2 * certificateLifeDays * dayMs)
    cluster.passTime(yearMs)
    const nowMs = Date.now() + yearMs
    const ant = await cluster.start('ant')
    const bee = await cluster.start('bee')
    await bee.peer.agreed.barrier(10_000)
    await eventually('both have new certificates', () => endOf(ant) > nowMs && endOf(bee) > nowMs)
    assert.ok(validity(cluster.directory('bee').read().node.certificate).toMs > nowMs)
    // A newcomer, who knows the authority alone, believes the renewed ones.
    const cat = await cluster.join('cat', 'bee')
    await cat.peer.agreed.barrier(10_000)
  })
})
