// Peers in one process over real sockets and disks, each with its own peer thread as in the daemon: they join, agree, lose
// their leader without a goodbye, and come back.
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { noAgreement, onlyLogDamaged } from '../../../node/peer/errors.ts'
import { removePeer } from '../../../node/peer/removal.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { createMetrics } from '../../../node/telemetry/metrics.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})
const has = ({ store }: TestPeer, name: string): boolean => store.get(`/registry/core/configmaps/default/${name}`) !== undefined

const wasRemoved = (error: unknown): boolean => noAgreement.is(error) && error.details.reason === 'removed'

describe('peer / three peers', function () {
  this.timeout(60_000)
  const metrics = createMetrics()
  const cluster = new TestCluster({ threads: true, metrics })
  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'bee')
    await eventually('three voters', () => cluster.get('ant').peer.status()?.configuration.voters.length === 3)
  })
  after(() => cluster.end())

  it('write through each, and read it through each other at once', async () => {
    for (const writer of cluster.peers.values()) {
      const result = await writer.peer.agreed.commit(put(`of-${writer.name}`), 5_000)
      assert.equal(result.kind, 'applied')
      for (const reader of cluster.peers.values()) {
        assert.ok(await reader.peer.agreed.barrier(5_000) >= result.revision)
        assert.ok(has(reader, `of-${writer.name}`))
      }
    }
  })

  it('tell what their peer threads measured', async () => {
    const syncs = async (): Promise<number> => Number(/^shoal_log_append_seconds_count (\d+)$/m.exec(await metrics.text())?.[1] ?? 0)
    for (const untilMs = Date.now() + 5_000; (await syncs()) === 0 && Date.now() < untilMs;) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.ok((await syncs()) > 0)
  })

  it('refuse a transaction whose condition does not hold, the same on every peer (P25)', async () => {
    const absent: Transaction = { ...put('of-ant'), conditions: [{ kind: 'absent', key: '/registry/core/configmaps/default/of-ant' }] }
    for (const { peer } of cluster.peers.values()) assert.deepEqual((await peer.agreed.commit(absent, 5_000)).kind, 'refused')
  })

  it('share the works, each with one holder', async () => {
    for (const work of ['controllers', 'scheduler']) {
      await eventually(`a holder of ${work}`, () => [...cluster.peers.values()].filter(({ peer }) => peer.works.epoch(work) !== undefined).length === 1)
    }
  })

  it('agree again within 3 s when the leader is killed, and lose nothing', async () => {
    const { name } = await cluster.leader()
    const [first, second] = [...cluster.peers.values()].filter((peer) => peer.name !== name)
    assert.ok(first !== undefined && second !== undefined)
    await first.peer.agreed.commit(put('before'), 5_000)
    const killedMs = Date.now()
    await cluster.kill(name)
    assert.equal((await first.peer.agreed.commit(put('after'), 5_000)).kind, 'applied')
    assert.ok(Date.now() - killedMs < 3_000, `took ${Date.now() - killedMs} ms`)
    await eventually('seen as gone', () => first.peer.members.members().some((member) => member.name === name && member.state !== 'alive'))
    const back = await cluster.start(name)
    await back.peer.agreed.barrier(10_000)
    assert.ok(has(back, 'before') && has(back, 'after'))
    await eventually('equal states', () => new Set([...cluster.peers.values()].map(({ store }) => `${store.appliedIndex()} ${store.hash()}`)).size === 1)
  })

  it('refuse writes without a majority, with the reason, and go on when it is back', async () => {
    const [survivor, ...others] = [...cluster.peers.values()]
    assert.ok(survivor !== undefined)
    for (const { name } of others) await cluster.kill(name)
    await eventually('the loss is noticed', () => !survivor.peer.agreed.quorum())
    await assert.rejects(survivor.peer.agreed.commit(put('lonely'), 300), (error: unknown) => noAgreement.is(error) && error.details.reason === 'noMajority')
    assert.ok(has(survivor, 'after'))
    for (const { name } of others) await cluster.start(name)
    assert.equal((await survivor.peer.agreed.commit(put('together'), 10_000)).kind, 'applied')
    assert.equal(has(survivor, 'lonely'), false)
  })

  it('come back from their disks when all were killed', async () => {
    const names = [...cluster.peers.keys()]
    for (const name of names) await cluster.kill(name)
    await Promise.all(names.map((name) => cluster.start(name)))
    const { peer, store } = cluster.get('cat')
    await peer.agreed.barrier(10_000)
    for (const key of ['of-ant', 'after', 'together']) assert.ok(store.get(`/registry/core/configmaps/default/${key}`) !== undefined)
  })

  it('find each other when all were off and all but one come back at new addresses', async () => {
    const names = [...cluster.peers.keys()]
    const before = new Map(names.map((name) => [name, cluster.get(name).peer.addresses()[0]]))
    for (const name of names) await cluster.kill(name)
    for (const name of ['bee', 'cat']) cluster.moves(name)
    await Promise.all(names.map((name) => cluster.start(name)))
    for (const name of names) assert.equal((await cluster.get(name).peer.agreed.commit(put(`moved-${name}`), 10_000)).kind, 'applied')
    for (const name of ['bee', 'cat']) assert.notEqual(cluster.get(name).peer.addresses()[0], before.get(name))
    await eventually('the table tells the new addresses', () => cluster.get('ant').peer.peers().every(({ name, addresses }) => addresses[0] === cluster.get(name).peer.addresses()[0]), 20_000)
  })

  it('remove one for good: it is let in no more (P6, P10)', async () => {
    const { store, peer } = cluster.get('ant')
    await peer.agreed.barrier(10_000)
    await removePeer({ store, clock: systemClock(), commit: peer.agreed.commit.bind(peer.agreed) }, 'bee')
    await eventually('two voters or one', () => !(peer.status()?.configuration.voters ?? []).includes(cluster.get('bee').peer.peerId))
    assert.equal((await peer.agreed.commit(put('without-bee'), 10_000)).kind, 'applied')
    await eventually('it knows', () => cluster.get('bee').peer.removed())
    await assert.rejects(cluster.get('bee').peer.agreed.commit(put('from-bee'), 500), wasRemoved)
    assert.equal(has(cluster.get('bee'), 'without-bee'), false)
  })

  it('tell one that was removed while it was off, when it is back', async () => {
    await cluster.join('dog', 'ant')
    const { store, peer } = cluster.get('ant')
    await cluster.kill('dog')
    await removePeer({ store, clock: systemClock(), commit: peer.agreed.commit.bind(peer.agreed) }, 'dog')
    const { peer: dog } = await cluster.start('dog')
    await eventually('it was told', () => dog.removed())
    await assert.rejects(dog.agreed.commit(put('from-dog'), 5_000), wasRemoved)
    assert.equal(dog.agreed.quorum(), false)
    assert.equal((await peer.agreed.commit(put('without-dog'), 10_000)).kind, 'applied')
  })
})

describe('peer / alone', function () {
  this.timeout(30_000)
  const cluster = new TestCluster()
  after(() => cluster.end())

  it('refuses a damaged log with file, offset and remedy, again after a restart; without the note it goes on with what is left (P4)', async () => {
    const { peer, directory } = await cluster.init('ant')
    await peer.agreed.commit(put('early'), 5_000)
    await cluster.stop('ant')
    const path = join(directory.log, readdirSync(directory.log).filter((name) => name.endsWith('.segment')).at(-1) ?? '')
    const bytes = readFileSync(path)
    const at = Math.floor(bytes.findLastIndex((byte) => byte !== 0) / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 4
    writeFileSync(path, bytes)
    for (let starts = 0; starts < 2; starts++) {
      await assert.rejects(cluster.start('ant'), (error: unknown) => {
        assert.ok(onlyLogDamaged.is(error))
        assert.match(error.message, /000000000001\.segment is damaged at \d+/)
        assert.match(error.remedy, /remove the file `problem`/)
        return true
      })
      await cluster.abandon('ant')
    }
    rmSync(join(directory.log, 'problem'))
    const again = await cluster.start('ant')
    assert.equal((await again.peer.agreed.commit(put('late'), 10_000)).kind, 'applied')
    assert.ok(has(again, 'early'), 'the state on disk had it')
  })
})

describe('peer / mirrors', function () {
  this.timeout(60_000)
  const cluster = new TestCluster({ maxVoters: 1 })
  after(() => cluster.end())

  it('follow by gossip, and write through the one voter', async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'ant')
    const cat = cluster.get('cat')
    await cat.peer.agreed.barrier(10_000)
    assert.equal((await cat.peer.agreed.commit(put('from-mirror'), 5_000)).kind, 'applied')
    await cluster.get('ant').peer.agreed.commit(put('from-voter'), 5_000)
    for (const peer of cluster.peers.values()) await eventually(`${peer.name} has both`, () => has(peer, 'from-mirror') && has(peer, 'from-voter'))
    assert.deepEqual(['bee', 'cat'].map((name) => cluster.get(name).peer.status()?.role), ['mirror', 'mirror'])
  })
})

describe('peer / in the thread of the test', function () {
  this.timeout(30_000)
  const held = (kind: string): number => process.getActiveResourcesInfo().filter((resource) => resource === kind).length

  it('a kill and a stop leave no port, connection or timer behind', async () => {
    const before = { servers: held('TCPServerWrap'), sockets: held('TCPSocketWrap'), timers: held('Timeout') }
    const cluster = new TestCluster()
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    assert.equal(held('TCPServerWrap'), before.servers + 2)
    await cluster.kill('bee')
    await cluster.kill('ant')
    await cluster.start('ant')
    await cluster.end()
    assert.equal(held('TCPServerWrap'), before.servers)
    await eventually('connections and timers are gone', () => held('TCPSocketWrap') <= before.sockets && held('Timeout') <= before.timers + 1)
  })
})
