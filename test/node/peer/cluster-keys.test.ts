// The cluster's keys lie sealed from the first moment, are sealed anew when the voters change, and a peer that cannot open
// them has others sign. What is signed is checked with the public half alone.
import { strict as assert } from 'node:assert'
import { X509Certificate } from 'node:crypto'
import { createCsr } from '../../../node/identity/certificates.ts'
import { createPrivateKeyPem } from '../../../node/identity/ca.ts'
import { tokenIssuer, Tokens } from '../../../node/identity/tokens.ts'
import { sealingDue, openersOf } from '../../../node/peer/cluster-keys.ts'
import { noSigner } from '../../../node/peer/errors.ts'
import { initCluster } from '../../../node/peer/found.ts'
import { authorityKey, parseObject, tokenKeyKey } from '../../../node/peer/records.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const boxesOf = ({ store }: TestPeer, key: string): readonly string[] => Object.keys(Object(parseObject(store.get(key)?.value)?.['boxes'])).sort()
const tokensOf = ({ peer }: TestPeer): Tokens => new Tokens({
  clock: systemClock(), keys: () => peer.keys.tokenVerifiers(), sign: (keyId, input) => peer.signing.token(keyId, input),
  random: { uid: () => 'id' }, uidOf: () => 'u1',
})

describe('peer / cluster keys', function () {
  this.timeout(60_000)
  const cluster = new TestCluster({ maxVoters: 1 })
  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'bee')
    for (const { peer } of cluster.peers.values()) await peer.agreed.barrier(10_000)
  })
  after(() => cluster.end())

  it('are for voters and learners, but not for witnesses', () => {
    assert.deepEqual(openersOf({ voters: ['a', 'b', 'w'], learners: ['c'], witnesses: ['w'] }), ['a', 'b', 'c'])
    assert.equal(sealingDue({ a: '', b: '' }, ['b', 'a']), false)
    assert.equal(sealingDue({ a: '', b: '' }, ['a']), true)
    assert.equal(sealingDue({ a: '', b: '' }, ['a', 'c']), true)
    // A state that is not here yet names nobody: nothing is sealed to nobody.
    assert.equal(sealingDue({ a: '' }, []), false)
  })

  it('lie nowhere as they are, on no peer and not in the first transaction', async () => {
    const ox = new TestCluster()
    await initCluster(ox.directory('ox'), { name: 'ox', addresses: [], hosts: [], zone: '' }, systemClock())
    assert.doesNotMatch(ox.directory('ox').firstTransaction() ?? '', /PRIVATE/)
    await ox.end()
    for (const { store } of cluster.peers.values()) {
      for (const item of store.range('/shoal/').items) assert.doesNotMatch(Buffer.from(item.value).toString(), /PRIVATE/, item.key)
    }
  })

  it('only the voter opens what signs; every full peer has the data key', async () => {
    const [ant, bee, cat] = ['ant', 'bee', 'cat'].map((name) => cluster.get(name))
    assert.ok(ant !== undefined && bee !== undefined && cat !== undefined)
    await eventually('one opener', () => boxesOf(bee, authorityKey).join() === ant.peer.peerId && boxesOf(bee, tokenKeyKey).join() === ant.peer.peerId)
    assert.notEqual(ant.peer.keys.authority(), undefined)
    for (const mirror of [bee, cat]) {
      assert.equal(mirror.peer.keys.authority(), undefined)
      assert.equal(mirror.peer.keys.authorityCertificate(), mirror.peer.identity.authority)
      assert.deepEqual(mirror.peer.keys.dataKey(), ant.peer.keys.dataKey())
    }
    assert.equal(ant.peer.keys.dataKey()?.length, 32)
  })

  it('a mirror has the voter sign: tokens that all verify, an administrator, and certificates of members alone', async () => {
    const bee = cluster.get('bee')
    const issued = await tokensOf(bee).issue({ namespace: 'team', name: 'robot', uid: 'u1' }, [tokenIssuer], 600)
    for (const each of cluster.peers.values()) {
      assert.equal((await tokensOf(each).verify(issued?.token ?? '', [tokenIssuer]))?.user.name, 'system:serviceaccount:team:robot')
    }
    const csr = await createCsr(createPrivateKeyPem())
    const admin = new X509Certificate(await bee.peer.signing.administrator(csr))
    assert.match(admin.subject, /O=system:masters/)
    assert.ok(admin.verify(new X509Certificate(bee.peer.identity.authority).publicKey))
    const own = { peer: bee.peer.peerId, hosts: [], nodeCsr: csr, servingCsr: csr }
    assert.match((await bee.peer.signing.node({ ...own, name: 'bee' })).node, /BEGIN CERTIFICATE/)
    await assert.rejects(bee.peer.signing.node({ ...own, name: 'ant' }), noSigner.is)
    const [keyId] = bee.peer.keys.tokenVerifiers().map((verifier) => verifier.keyId)
    assert.equal(await bee.peer.signing.token(keyId ?? '', 'e30.e30'), undefined)
  })

  it('without the voter nobody signs, and that is said', async () => {
    await cluster.kill('ant')
    const { peer } = cluster.get('cat')
    await assert.rejects(peer.signing.administrator(await createCsr(createPrivateKeyPem())), noSigner.is)
    assert.equal(await tokensOf(cluster.get('cat')).issue({ namespace: 'team', name: 'robot', uid: 'u1' }, [tokenIssuer], 600), undefined)
  })
})

describe('peer / cluster keys / voters change', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  after(() => cluster.end())

  it('are sealed to each new voter, and survive the first', async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    const bee = cluster.get('bee')
    await eventually('the standby can open them', () => bee.peer.keys.authority() !== undefined)
    await cluster.join('cat', 'bee')
    await eventually('three openers', () => boxesOf(bee, authorityKey).length === 3 && boxesOf(bee, tokenKeyKey).length === 3)
    await eventually('three voters', () => bee.peer.status()?.configuration.voters.length === 3)
    const before = bee.peer.keys.authority()?.privateKey
    await cluster.kill('ant')
    await bee.peer.agreed.barrier(10_000)
    await cluster.join('dog', 'cat')
    assert.equal(bee.peer.keys.authority()?.privateKey, before)
    await cluster.get('dog').peer.agreed.barrier(10_000)
    assert.deepEqual(cluster.get('dog').peer.keys.dataKey(), bee.peer.keys.dataKey())
  })
})
