// What a real peer does with hostile bytes: from strangers, who can only knock, and from a machine that holds a member's key
// and lies. Everything is refused and counted, and the peer goes on writing.
import { strict as assert } from 'node:assert'
import type { Stream } from '@libp2p/interface'
import { createPeerKey, type PeerKey } from '../../../node/identity/peer-key.ts'
import { joinFrames } from '../../../node/peer/frames.ts'
import { gossipTopic } from '../../../node/peer/gossip.ts'
import { Host } from '../../../node/peer/host.ts'
import { joinProtocol } from '../../../node/peer/join-door.ts'
import { messageProtocol } from '../../../node/peer/lanes.ts'
import { helloMaxBytes } from '../../../node/peer/limits.ts'
import { Trust } from '../../../node/peer/trust.ts'
import { createMetrics } from '../../../node/telemetry/metrics.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import { encodeMessage } from '../../../protocol/message/codec.ts'
import type { Message } from '../../../protocol/message/message.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

describe('peer / bad input', function () {
  this.timeout(60_000)
  const metrics = createMetrics()
  const cluster = new TestCluster({ metrics })
  const hosts: Host[] = []
  let id = { cluster: '', incarnation: 1 }
  let bee: { readonly key: PeerKey; readonly certificate: string }

  before(async () => {
    const { peer } = await cluster.init('ant')
    id = { cluster: peer.identity.file.cluster, incarnation: 1 }
    const member = await cluster.join('bee', 'ant')
    bee = { key: member.peer.identity.key, certificate: member.peer.identity.node.certificate }
    await cluster.stop('bee')
  })
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.stop()
  })
  after(() => cluster.end())

  const refused = async (reason: string): Promise<number> => Number(new RegExp(`shoal_peer_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(await metrics.text())?.[1] ?? 0)
  const host = async (key: PeerKey): Promise<Host> => {
    const { peer } = cluster.get('ant')
    const made = await Host.create(new Trust(peer.identity.authority, [peer.peerId], []), { key: key.key, listen: ['/ip4/127.0.0.1/tcp/0'], topic: gossipTopic(id) })
    hosts.push(made)
    return made
  }
  const open = (from: Host, protocol: string): Promise<Stream> => from.open(cluster.get('ant').peer.peerId, cluster.get('ant').peer.addresses(), protocol)
  const hello = (certificate: string, of = id): Uint8Array => Buffer.from(JSON.stringify({ version: 1, ...of, left: [], certificate }))
  const writes = async (): Promise<void> => {
    const { peer } = cluster.get('ant')
    const key = `/registry/core/configmaps/default/${Math.random()}`
    assert.equal((await peer.agreed.commit({ conditions: [], writes: [{ kind: 'put', key, value: Buffer.from('{"metadata":{}}'), terminating: false }] }, 10_000)).kind, 'applied')
  }

  it('strangers - a hello of any size, of another cluster or of nobody is refused and counted (P16)', async () => {
    const from = await host(await createPeerKey())
    const before = { frame: await refused('frame'), otherCluster: await refused('otherCluster'), stranger: await refused('stranger') }
    const long = Buffer.alloc(4)
    long.writeUInt32BE(helloMaxBytes + 1)
    for (const bytes of [long, Buffer.from([0xff, 0xff, 0xff, 0xff]), joinFrames([Buffer.from('{}')]), joinFrames([hello(bee.certificate, { cluster: 'other', incarnation: 1 })]), joinFrames([hello(bee.certificate)]), joinFrames([new Uint8Array(0)])]) {
      const stream = await open(from, messageProtocol)
      stream.send(bytes)
      await eventually('the stream is refused', () => stream.status !== 'open')
    }
    assert.equal(await refused('frame') - before.frame, 2)
    assert.equal(await refused('otherCluster') - before.otherCluster, 3)
    assert.equal(await refused('stranger') - before.stranger, 1)
    await writes()
  })

  it('a flood of join requests - most are turned away and counted, and nothing waits for them', async () => {
    const from = await host(await createPeerKey())
    const before = await refused('joinRate')
    const streams: Stream[] = []
    // libp2p itself resets what comes faster than it agrees on protocols.
    for (let i = 0; i < 30; i++) {
      const [opened] = await Promise.allSettled([open(from, joinProtocol)])
      if (opened.status === 'fulfilled') streams.push(opened.value)
    }
    // Each says more than is ever asked for, in frames that nobody reads.
    for (const stream of streams) if (stream.status === 'open') stream.send(joinFrames(Array.from({ length: 100 }, () => new Uint8Array(1000))))
    await eventually('all are closed', () => streams.every((stream) => stream.status !== 'open'))
    assert.ok(await refused('joinRate') - before >= 20)
    await writes()
    await cluster.invite('ant')
  })

  it("a member's garbage - mutated, cut, of another cluster, of another incarnation and repeated messages change nothing (P16)", async () => {
    const { peer } = cluster.get('ant')
    const stream = await open(await host(bee.key), messageProtocol)
    stream.send(joinFrames([hello(bee.certificate)]))
    const random = seededRandom(7)
    const { term } = peer.status() ?? { term: 0 }
    const digest: Message = { zone: 'spreading', body: { kind: 'digest', applied: 1, firstKept: 1 } }
    const good = encodeMessage(id, digest).slice()
    const strange = [encodeMessage({ cluster: 'elsewhere', incarnation: 1 }, digest).slice(), encodeMessage({ ...id, incarnation: 9 }, digest).slice()]
    const cut = Array.from({ length: good.length - 1 }, (_, i) => good.subarray(0, i))
    const mutated = Array.from({ length: 2000 }, () => {
      const bytes = Uint8Array.from(good)
      for (let i = 0; i <= random.integer(3); i++) bytes[random.integer(5)] = random.integer(256)
      return bytes
    })
    const before = await refused('message')
    stream.send(joinFrames([...strange, ...cut, ...Array.from({ length: 1000 }, () => good)]))
    await eventually('all were looked at', () => stream.status === 'open' && !stream.writableNeedsDrain)
    stream.send(joinFrames(mutated))
    const untilMs = Date.now() + 10_000
    while (await refused('message') - before < strange.length + cut.length + 1000 && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(await refused('message') - before >= strange.length + cut.length + 1000)
    assert.equal(stream.status, 'open')
    assert.equal(peer.status()?.term, term)
    await writes()
  })

  it('a member at another incarnation - is heard no further, and counted', async () => {
    const before = await refused('otherIncarnation')
    const stream = await open(await host(bee.key), messageProtocol)
    stream.send(joinFrames([hello(bee.certificate, { ...id, incarnation: 7 })]))
    await eventually('the stream is refused', () => stream.status !== 'open')
    assert.equal(await refused('otherIncarnation') - before, 1)
  })

  it('gossip that no leader signed - is refused and counted', async () => {
    const from = await host(bee.key)
    const before = await refused('gossip')
    from.gossip.subscribe(gossipTopic(id))
    await open(from, messageProtocol)
    const ant = cluster.get('ant').peer.peerId
    await eventually('the two gossip', () => from.gossip.getSubscribers(gossipTopic(id)).some((peer) => peer.toString() === ant))
    for (let i = 0; i < 20; i++) await from.gossip.publish(gossipTopic(id), Buffer.from(`batch ${i} ${'x'.repeat(80)}`))
    const untilMs = Date.now() + 10_000
    while (await refused('gossip') - before < 1 && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(await refused('gossip') - before >= 1)
    await writes()
  })

  it('a flood of subscriptions - only the one topic is kept', async () => {
    const { authority } = cluster.get('ant').peer.identity
    const keys = [await createPeerKey(), await createPeerKey()] as const
    const trust = new Trust(authority, keys.map((key) => key.peerId), [])
    const [liar, victim] = await Promise.all(keys.map((key) => Host.create(trust, { key: key.key, listen: ['/ip4/127.0.0.1/tcp/0'], topic: 'the one' })))
    assert.ok(liar !== undefined && victim !== undefined)
    hosts.push(liar, victim)
    await victim.handle('/test', () => undefined)
    for (let i = 0; i < 2000; i++) liar.gossip.subscribe(`topic ${i}`)
    liar.gossip.subscribe('the one')
    await liar.open(keys[1].peerId, victim.addresses(), '/test')
    await eventually('the one subscription', () => victim.gossip.getSubscribers('the one').length === 1)
    for (let i = 0; i < 2000; i++) assert.deepEqual(victim.gossip.getSubscribers(`topic ${i}`), [])
  })
})
