// A peer whose log is gone joins anew: over real sockets, with its old key for an invitation. Its name stays, its old id never
// votes again, and a crash at any step ends in one peer of that name.
import { strict as assert } from 'node:assert'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import type { Clock } from '../../../node/base/clock.ts'
import { silentLogger, type Logger } from '../../../node/base/logger.ts'
import { authorityHash } from '../../../node/identity/ca.ts'
import { createPeerKey } from '../../../node/identity/peer-key.ts'
import { joinRefused, oldPeerUnknown } from '../../../node/peer/errors.ts'
import { askToJoin, type Pass } from '../../../node/peer/join.ts'
import { joinAnew } from '../../../node/peer/join-anew.ts'
import { readJoinedAnew, readRemoved } from '../../../node/peer/records.ts'
import { removePeer } from '../../../node/peer/removal.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const clock = systemClock()
const terms = { name: '', addresses: ['/ip4/127.0.0.1/tcp/1'], hosts: [], zone: '' }
const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})

describe('peer / join anew', function () {
  this.timeout(60_000)
  const said: string[] = []
  const logger: Logger = { ...silentLogger, child: () => logger, error: (message, fields) => { said.push(`${message} ${JSON.stringify(fields)}`) } }
  const cluster = new TestCluster({ logger })
  const loseLog = (name: string): void => rmSync(cluster.directory(name).log, { recursive: true })
  const idOf = (name: string): string => cluster.directory(name).read().key.peerId
  const anew = (name: string, at: Clock = clock): Promise<boolean> => joinAnew(cluster.directory(name), terms, at, logger)
  const voters = (): readonly string[] => cluster.get('ant').peer.status()?.configuration.voters ?? []
  const named = (name: string): readonly string[] => cluster.get('ant').peer.peers().filter((record) => record.name === name).map(({ peer }) => peer)

  /** What a peer shows that has this peer's old key, or says so. */
  const passOf = (name: string, more: Partial<Pass> = {}): Pass => {
    const { key, authority, file } = cluster.directory(name).read()
    const { peer } = cluster.get('ant')
    return {
      invitation: '', instead: key.peerId, incarnation: file.incarnation, authorityHash: authorityHash(authority), addresses: peer.addresses().map((address) => `${address}/p2p/${peer.peerId}`),
      sign: (words) => key.sign(words), refused: () => oldPeerUnknown.make({ peer: key.peerId }), ...more,
    }
  }

  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'ant')
    await eventually('three voters', () => voters().length === 3, 20_000)
  })
  after(() => cluster.end())

  it('a log that is there, and one that was never made, are not gone', async () => {
    assert.equal(cluster.directory('bee').logIsGone(), false)
    await cluster.join('dog', 'ant')
    await cluster.kill('dog')
    const directory = cluster.directory('dog')
    loseLog('dog')
    assert.equal(directory.logIsGone(), true)
    directory.writeClusterFile({ ...directory.read().file, logged: 0 })
    assert.equal(directory.logIsGone(), false)
    const { store, peer } = cluster.get('ant')
    await removePeer({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, 'dog')
  })

  it('a voter that lost its log has its name under a new id, and the old id votes no more (P6)', async () => {
    const old = idOf('bee')
    assert.equal((await cluster.get('bee').peer.agreed.commit(put('before'), 10_000)).kind, 'applied')
    await cluster.kill('bee')
    loseLog('bee')
    assert.equal((await cluster.get('ant').peer.agreed.commit(put('meanwhile'), 10_000)).kind, 'applied')
    assert.equal(await anew('bee'), true)
    const id = idOf('bee')
    assert.notEqual(id, old)
    assert.equal(cluster.directory('bee').logIsGone(), false)
    assert.equal(cluster.directory('bee').spareKey(), undefined)
    const bee = await cluster.start('bee')
    await bee.peer.agreed.barrier(10_000)
    for (const name of ['before', 'meanwhile']) assert.ok(bee.store.get(`/registry/core/configmaps/default/${name}`) !== undefined, name)
    await eventually('it votes, and the old id does not', () => voters().length === 3 && voters().includes(id) && !voters().includes(old), 30_000)
    assert.deepEqual(named('bee'), [id])
    assert.ok(readRemoved(bee.store).includes(old))
    assert.deepEqual([...readJoinedAnew(bee.store).keys()], [id])
    assert.equal((await bee.peer.agreed.commit(put('after'), 10_000)).kind, 'applied')
  })

  it('lets in nobody who has not the old key, and asked twice it answers twice', async () => {
    const stranger = await createPeerKey()
    const [key, old] = [await createPeerKey(), idOf('cat')]
    await assert.rejects(askToJoin(key, passOf('cat', { sign: (words) => stranger.sign(words) }), { ...terms, name: 'cat' }, clock), (error: unknown) => joinRefused.is(error) && /does not prove/.test(error.message))
    await assert.rejects(askToJoin(key, passOf('cat'), { ...terms, name: 'bee' }, clock), oldPeerUnknown.is)
    await assert.rejects(askToJoin(key, passOf('cat', { incarnation: 7 }), { ...terms, name: 'cat' }, clock), (error: unknown) => joinRefused.is(error) && /incarnation 1/.test(error.message))
    assert.deepEqual(named('cat'), [old])
    await cluster.kill('cat')
    // The answer to the first asking got lost: the spare key is the same, and so is what is agreed.
    cluster.directory('cat').keepSpareKey(key)
    await askToJoin(key, passOf('cat'), { ...terms, name: 'cat' }, clock)
    loseLog('cat')
    assert.equal(await anew('cat'), true)
    assert.equal(idOf('cat'), key.peerId)
    await cluster.start('cat')
    await eventually('it votes', () => voters().includes(key.peerId) && !voters().includes(old), 30_000)
    assert.deepEqual(named('cat'), [key.peerId])
  })

  it('a crash before the cluster file is written: the next start asks again, and there is one peer of the name', async () => {
    await cluster.kill('cat')
    loseLog('cat')
    const { path } = cluster.directory('cat')
    const file = cluster.directory('cat').read().file
    assert.equal(await anew('cat'), true)
    const between = idOf('cat')
    cluster.directory('cat').writeClusterFile(file)
    assert.equal(cluster.directory('cat').logIsGone(), true)
    assert.equal(await anew('cat'), true)
    assert.notEqual(idOf('cat'), between)
    assert.deepEqual(readdirSync(path).filter((name) => /next|anew/.test(name)), [])
    await cluster.start('cat')
    await eventually('it votes', () => voters().includes(idOf('cat')) && voters().length === 3, 30_000)
    assert.deepEqual(named('cat'), [idOf('cat')])
  })

  it('agreed after it went on under its old id: the peer ends, and takes the new id at its next start', async () => {
    await cluster.kill('bee')
    const key = await createPeerKey()
    cluster.directory('bee').keepSpareKey(key)
    const pass = passOf('bee')
    await cluster.start('bee')
    await askToJoin(key, pass, { ...terms, name: 'bee' }, clock)
    await eventually('it says so', () => said.some((line) => line.includes('has a new id in the place of')))
    await cluster.abandon('bee')
    assert.equal(cluster.directory('bee').logIsGone(), true)
    assert.equal(await anew('bee'), true)
    assert.equal(idOf('bee'), key.peerId)
    await cluster.start('bee')
    await eventually('it votes', () => voters().includes(key.peerId) && voters().length === 3, 30_000)
  })

  it('an id that was removed is refused, a wrong clock too, and with nobody to ask it stays who it is', async () => {
    await cluster.kill('cat')
    loseLog('cat')
    const old = idOf('cat')
    assert.equal(await anew('cat', { ...clock, wallMs: () => clock.wallMs() + 3_600_000 }), false)
    assert.match(said.at(-1) ?? '', /could not join anew[^]*the clocks disagree/)
    const away = cluster.directory('away')
    cpSync(cluster.directory('cat').path, away.path, { recursive: true })
    away.writeClusterFile({ ...away.read().file, peers: away.read().file.peers.map((peer) => ({ ...peer, addresses: ['/ip4/127.0.0.1/tcp/1'] })) })
    assert.equal(await anew('away'), false)
    assert.ok(away.spareKey() !== undefined)
    away.writeClusterFile({ ...away.read().file, peers: [] })
    assert.equal(await anew('away'), false)
    const { store, peer } = cluster.get('ant')
    await removePeer({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, 'cat')
    assert.equal(await anew('cat'), false)
    assert.match(said.at(-1) ?? '', /is no member of the cluster, so nothing can join anew in its place/)
    assert.equal(cluster.directory('cat').spareKey(), undefined)
    assert.equal(idOf('cat'), old)
    assert.equal(cluster.directory('cat').goesAnew(), false)
  })
})
