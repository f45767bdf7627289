// Two peers and a witness over real sockets and disks: three voters, so either peer may die; the witness holds no objects and
// no keys of the cluster, and passes the leadership on when it got it.
import { strict as assert } from 'node:assert'
import { rmSync } from 'node:fs'
import { silentLogger } from '../../../node/base/logger.ts'
import { joinAnew } from '../../../node/peer/join-anew.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/secrets/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})
const has = ({ store }: TestPeer, name: string): boolean => store.get(`/registry/core/secrets/default/${name}`) !== undefined

describe('peer / witness', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('wit', 'bee', 'witness')
    await eventually('three voters, one of them a witness', () => {
      const configuration = cluster.get('ant').peer.status()?.configuration
      return configuration?.voters.length === 3 && configuration.witnesses.length === 1
    })
  })
  after(() => cluster.end())

  it('either peer may die: writes go on, and a peer leads', async () => {
    for (const name of ['ant', 'bee']) {
      const other = name === 'ant' ? 'bee' : 'ant'
      await cluster.get(name).peer.agreed.commit(put(`by-${name}`), 10_000)
      await cluster.kill(name)
      assert.equal((await cluster.get(other).peer.agreed.commit(put(`without-${name}`), 10_000)).kind, 'applied')
      assert.equal((await cluster.leader()).name, other)
      const back = await cluster.start(name)
      await back.peer.agreed.barrier(10_000)
      assert.ok(has(back, `without-${name}`))
    }
  })

  it('holds who belongs to the cluster, and neither objects nor keys', async () => {
    const { store, peer } = cluster.get('wit')
    const ant = cluster.get('ant')
    await eventually('it has applied everything', () => store.appliedIndex() >= ant.store.appliedIndex())
    assert.deepEqual(peer.peers().map(({ name, role }) => `${name} ${role}`), ['ant peer', 'bee peer', 'wit witness'])
    const keys = store.range('/').items.map(({ key }) => key)
    assert.deepEqual(keys.filter((key) => key.startsWith('/registry/') || key.startsWith('/shoal/keys/')), [])
    assert.ok(keys.length > 0)
    for (const work of ['controllers', 'scheduler']) assert.equal(peer.works.epoch(work), undefined)
  })

  it('joins anew as a witness when its log is gone (P6)', async () => {
    await cluster.kill('wit')
    const directory = cluster.directory('wit')
    const old = directory.read().key.peerId
    rmSync(directory.log, { recursive: true })
    assert.equal(await joinAnew(directory, { name: '', addresses: [], hosts: [], zone: '' }, systemClock(), silentLogger), true)
    const { peer, store } = await cluster.start('wit')
    await eventually('it votes, and its old id does not', () => {
      const { voters = [], witnesses = [] } = cluster.get('ant').peer.status()?.configuration ?? {}
      return voters.length === 3 && witnesses.includes(peer.peerId) && !voters.includes(old)
    }, 30_000)
    assert.deepEqual(store.range('/').items.filter(({ key }) => key.startsWith('/registry/') || key.startsWith('/shoal/keys/')), [])
  })

  it('comes back from its disk and votes', async () => {
    await cluster.kill('wit')
    await cluster.get('ant').peer.agreed.commit(put('meanwhile'), 5_000)
    await cluster.start('wit')
    await eventually('it follows', () => cluster.get('wit').store.appliedIndex() >= cluster.get('ant').store.appliedIndex())
    await cluster.kill('bee')
    assert.equal((await cluster.get('ant').peer.agreed.commit(put('with the witness'), 10_000)).kind, 'applied')
  })

  it('cannot recover the cluster: it has no state to go on with', async () => {
    const wit = cluster.get('wit')
    await eventually('it knows that there is a majority again', () => wit.peer.agreed.quorum())
    await cluster.kill('ant')
    await eventually('the loss is noticed', () => !wit.peer.agreed.quorum())
    await assert.rejects(wit.peer.survivors.plan(), /witness/)
  })
})
