// Recovery without a majority over real sockets and disks: the survivor goes on with everything in its log under a new
// incarnation, those who come back follow it by themselves, and whoever agreed on more since is refused until it gives that up.
import { strict as assert } from 'node:assert'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { recoveryNotNeeded } from '../../../node/peer/errors.ts'
import { revisionRaise } from '../../../node/peer/recovery.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})
const has = ({ store }: TestPeer, name: string): boolean => store.get(`/registry/core/configmaps/default/${name}`) !== undefined
const votersOf = ({ peer }: TestPeer): number => peer.status()?.configuration.voters.length ?? 0
const incarnationOf = ({ peer }: TestPeer): number => peer.identity.file.incarnation

async function three(): Promise<TestCluster> {
  const cluster = new TestCluster()
  await cluster.init('ant')
  await cluster.join('bee', 'ant')
  await cluster.join('cat', 'bee')
  await eventually('three voters', () => [...cluster.peers.values()].every((peer) => votersOf(peer) === 3))
  return cluster
}

describe('peer / recovery', function () {
  this.timeout(60_000)
  let cluster: TestCluster
  before(async () => { cluster = await three() })
  after(() => cluster.end())

  it('is refused while a majority is there', async () => {
    await cluster.kill('cat')
    await assert.rejects(cluster.get('ant').peer.survivors.plan(), recoveryNotNeeded.is)
    await cluster.start('cat')
    await cluster.get('cat').peer.agreed.barrier(10_000)
  })

  it('goes on alone with everything that was agreed, under versions that no client has seen', async () => {
    const before = await cluster.get('bee').peer.agreed.commit(put('before'), 5_000)
    await cluster.get('ant').peer.agreed.barrier(5_000)
    await cluster.kill('bee')
    await cluster.kill('cat')
    const ant = cluster.get('ant')
    await eventually('the loss is noticed', () => !ant.peer.agreed.quorum())
    const plan = await ant.peer.survivors.plan()
    assert.equal(plan.chosen.name, 'ant')
    assert.deepEqual(plan.missing.map(({ name }) => name), ['bee', 'cat'])
    await ant.peer.survivors.recover(1)
    assert.ok(cluster.recovering.has('ant'))
    await cluster.recover('ant')
    const back = cluster.get('ant')
    assert.equal((await back.peer.agreed.commit(put('alone'), 5_000)).kind, 'applied')
    assert.ok(has(back, 'before'))
    assert.ok(incarnationOf(back) > 1)
    assert.ok(back.store.revision() > before.revision + revisionRaise)
    assert.deepEqual(back.peer.status()?.configuration.voters, [back.peer.peerId])
  })

  it('those who come back, even both at once, take the new incarnation by themselves', async () => {
    await Promise.all([cluster.start('bee'), cluster.start('cat')])
    await eventually('all are at the new incarnation', () => ['bee', 'cat'].every((name) => cluster.peers.has(name) && incarnationOf(cluster.get(name)) === incarnationOf(cluster.get('ant'))), 20_000)
    await Promise.all(cluster.restarts)
    await eventually('three voters again', () => [...cluster.peers.values()].every((peer) => votersOf(peer) === 3), 20_000)
    assert.equal((await cluster.get('cat').peer.agreed.commit(put('together'), 5_000)).kind, 'applied')
    for (const peer of cluster.peers.values()) await eventually('has all', () => ['before', 'alone', 'together'].every((name) => has(peer, name)))
    assert.equal(new Set([...cluster.peers.values()].map(({ store }) => store.hash())).size, 1)
  })
})

describe('peer / recovery / two peers', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  after(() => cluster.end())

  it('a lone voter goes on without its standby; the standby recovers with all that was acknowledged', async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    const ant = cluster.get('ant')
    await eventually('a standby', () => ant.peer.status()?.configuration.learners.length === 1)
    await ant.peer.agreed.commit(put('both'), 5_000)
    await cluster.kill('bee')
    assert.equal((await ant.peer.agreed.commit(put('without the standby'), 5_000)).kind, 'applied')
    await cluster.start('bee')
    await cluster.get('bee').peer.agreed.barrier(10_000)
    assert.equal((await cluster.get('bee').peer.agreed.commit(put('last'), 5_000)).kind, 'applied')
    await cluster.kill('ant')
    await eventually('the loss is noticed', () => !cluster.get('bee').peer.agreed.quorum())
    assert.equal((await cluster.get('bee').peer.survivors.plan()).chosen.name, 'bee')
    await cluster.recover('bee')
    const alone = cluster.get('bee')
    assert.equal((await alone.peer.agreed.commit(put('alone'), 5_000)).kind, 'applied')
    for (const name of ['both', 'without the standby', 'last']) assert.ok(has(alone, name), name)
  })

  it('a voter that agreed on more since is refused, with the reason, until it gives that up', async () => {
    await cluster.stop('bee')
    const ant = await cluster.start('ant')
    // A lone voter: it goes on by itself, and so there are two clusters now.
    assert.equal((await ant.peer.agreed.commit(put('apart'), 5_000)).kind, 'applied')
    await cluster.stop('ant')
    await cluster.start('bee')
    const again = await cluster.start('ant')
    await eventually('the newer incarnation is met', () => again.peer.survivors.sight().refused !== undefined)
    assert.equal(incarnationOf(again), 1)
    assert.ok(has(again, 'apart'))
    again.peer.survivors.rejoin()
    await eventually('it has come over', () => cluster.peers.has('ant') && incarnationOf(cluster.get('ant')) === incarnationOf(cluster.get('bee')) && has(cluster.get('ant'), 'alone'), 20_000)
    await Promise.all(cluster.restarts)
    assert.equal(has(cluster.get('ant'), 'apart'), false)
  })
})
