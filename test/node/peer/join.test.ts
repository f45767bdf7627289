// Joining over real sockets: who is let in, who is not, and that each refusal names its cause. Strangers get nothing else.
import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../node/base/clock.ts'
import { invitationDamaged, invitationExpired, invitationUnknown, invitationUsedUp } from '../../../node/identity/errors.ts'
import { formatInvitation, parseInvitation } from '../../../node/identity/invitation.ts'
import { createPeerKey } from '../../../node/identity/peer-key.ts'
import { dataDirectoryTaken, joinClockWrong, joinNameTaken, joinRefused, joinUnreachable, joinWrongCluster } from '../../../node/peer/errors.ts'
import { gossipTopic } from '../../../node/peer/gossip.ts'
import { Host } from '../../../node/peer/host.ts'
import { deleteInvitation, listInvitations } from '../../../node/peer/invitations.ts'
import { joinCluster } from '../../../node/peer/join.ts'
import { joinFrames } from '../../../node/peer/frames.ts'
import { messageProtocol } from '../../../node/peer/lanes.ts'
import { Trust } from '../../../node/peer/trust.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { eventually, oneDay, TestCluster } from '../../support/peers.ts'

const clock = systemClock()
const shifted = (byMs: number): Clock => ({ ...clock, wallMs: () => clock.wallMs() + byMs })

describe('peer / join', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  const other = new TestCluster()
  let attempts = 0
  const knock = async (text: string, name = `new-${++attempts}`, at: Clock = clock): Promise<void> => {
    await joinCluster(cluster.directory(`${name}-${++attempts}`), text, { name, addresses: [], hosts: [], zone: '' }, at)
  }
  before(async () => {
    await cluster.init('ant')
    await other.init('ox')
  })
  after(async () => {
    await cluster.end()
    await other.end()
  })

  it('lets in as many as the invitation says, and counts', async () => {
    const text = await cluster.invite('ant', { ...oneDay, uses: 2 })
    await knock(text, 'first')
    await knock(text, 'second')
    await assert.rejects(knock(text, 'third'), (error: unknown) => invitationUsedUp.is(error) && /2 peers/.test(error.message))
    assert.equal(listInvitations(cluster.get('ant').store)[0]?.usesLeft, 0)
    assert.deepEqual(cluster.get('ant').peer.peers().map(({ name }) => name), ['ant', 'first', 'second'])
  })

  it('refuses an expired, a deleted, a damaged and a forged invitation', async () => {
    const { store, peer } = cluster.get('ant')
    await assert.rejects(knock(await cluster.invite('ant', { ...oneDay, lifeMs: -1 })), invitationExpired.is)
    const text = await cluster.invite('ant')
    const parsed = parseInvitation(text)
    await assert.rejects(knock(formatInvitation({ ...parsed, seed: Buffer.alloc(32, 7) })), (error: unknown) => joinRefused.is(error) && /prove/.test(error.message))
    await assert.rejects(knock(text.slice(0, -3)), invitationDamaged.is)
    await deleteInvitation({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, parsed.id)
    await assert.rejects(knock(text), invitationUnknown.is)
  })

  it('refuses a second peer of the same name, and a directory in which one lives', async () => {
    const text = await cluster.invite('ant')
    await assert.rejects(knock(text, 'ant'), (error: unknown) => joinNameTaken.is(error) && /ant/.test(error.message))
    await assert.rejects(joinCluster(cluster.directory('ant'), text, { name: 'x', addresses: [], hosts: [], zone: '' }, clock), dataDirectoryTaken.is)
    assert.equal(existsSync(join(cluster.directory('ant-0').path, 'cluster.json')), false)
  })

  it('refuses a clock that is wrong by an hour, naming both times', async () => {
    await assert.rejects(knock(await cluster.invite('ant'), 'late', shifted(-3_600_000)), (error: unknown) =>
      joinClockWrong.is(error) && error.details.ownTime !== error.details.theirTime && error.message.includes(error.details.theirTime))
  })

  it('believes only the authority that the invitation pins, and says whom it could not reach', async () => {
    const good = parseInvitation(await cluster.invite('ant'))
    const elsewhere = parseInvitation(await other.invite('ox'))
    await assert.rejects(knock(formatInvitation({ ...good, addresses: elsewhere.addresses })), joinWrongCluster.is)
    const nobody = good.addresses.map((address) => address.replace(/tcp\/\d+/, 'tcp/1'))
    await assert.rejects(knock(formatInvitation({ ...good, addresses: nobody })), (error: unknown) => joinUnreachable.is(error) && error.message.includes('/tcp/1'))
  })

  it('asks the next address when one does not answer', async () => {
    const good = parseInvitation(await cluster.invite('ant'))
    const nobody = good.addresses.map((address) => address.replace(/tcp\/\d+/, 'tcp/1'))
    await knock(formatInvitation({ ...good, addresses: [...nobody, ...good.addresses] }), 'persistent')
    assert.ok(cluster.get('ant').peer.peers().some(({ name }) => name === 'persistent'))
  })

  it('gives a stranger no messages and no gossip (P16)', async () => {
    const { peer } = cluster.get('ant')
    const { cluster: id } = peer.identity.file
    const trust = new Trust(peer.identity.authority, [peer.peerId], [])
    const stranger = await createPeerKey()
    const host = await Host.create(trust, { key: stranger.key, listen: ['/ip4/127.0.0.1/tcp/0'], topic: gossipTopic({ cluster: id, incarnation: 1 }) })
    try {
      host.gossip.subscribe(gossipTopic({ cluster: id, incarnation: 1 }))
      const stream = await host.open(peer.peerId, peer.addresses(), messageProtocol)
      stream.send(joinFrames([Buffer.from(JSON.stringify({ version: 1, cluster: id, incarnation: 1, certificate: peer.identity.serving.certificate }))]))
      await eventually('the message stream is refused', () => stream.status !== 'open')
      let heard = 0
      host.gossip.addEventListener('message', () => { heard++ })
      const snapshot = await host.open(peer.peerId, [], '/shoal/snapshot/1')
      await eventually('the snapshot stream is refused', () => snapshot.status !== 'open')
      await cluster.invite('ant')
      assert.equal(heard, 0)
      assert.deepEqual(host.gossip.getSubscribers(gossipTopic({ cluster: id, incarnation: 1 })), [])
    } finally {
      await host.stop()
    }
  })
})
