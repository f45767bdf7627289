// Who may replace what a peer had to itself: only the leader's word counts, about every peer that has or had the name, and
// only with a majority behind it. On real peers nobody may while leases run; their ends in virtual time are the engine's tests.
import { strict as assert } from 'node:assert'
import { Takeover, type TakeoverDeps } from '../../../node/peer/takeover.ts'
import { noAgreement } from '../../../node/peer/errors.ts'
import { peerKeyOf, putJson, removedKeyOf } from '../../../node/peer/records.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

describe('peer / takeover', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  const clock = systemClock()
  after(() => cluster.end())

  const judge = (peers: string[][], barrier: TakeoverDeps['barrier'], terms: readonly number[]): Takeover => {
    const takeover: Takeover = new Takeover({
      store: cluster.get('ant').store, clock, leader: () => 'self', barrier, ask: () => assert.fail('nobody else is asked'),
      send: (order) => {
        assert.equal(order.kind, 'leaseOver')
        if (order.kind !== 'leaseOver') return
        peers.push([...order.peers])
        queueMicrotask(() => takeover.standing(order.id, { over: true, term: terms[order.id - 1] ?? 0 }))
      },
    }, 'self')
    return takeover
  }
  const confirmed = (): Promise<number> => Promise.resolve(1)

  it('is refused by every peer while the lease runs', async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'ant')
    const peers = [...cluster.peers.values()].map(({ peer }) => peer)
    await eventually('leases', () => peers.every(({ lease }) => lease.untilMs() > clock.bootMs()))
    for (const { takeover } of peers) {
      assert.deepEqual(await Promise.all(['ant', 'bee', 'cat'].map((name) => takeover.nodeIsOver(name))), [false, false, false])
      assert.deepEqual(await Promise.all(peers.map(({ peerId }) => takeover.peerIsOver(peerId))), [false, false, false])
    }
    assert.deepEqual(await Promise.all(peers.map(({ takeover }) => takeover.nodeIsOver('nobody'))), [true, true, true])
  })

  it('is refused when the majority does not answer, and when another term has begun meanwhile', async () => {
    assert.equal(await judge([], confirmed, [3, 3]).peerIsOver('other'), true)
    assert.equal(await judge([], confirmed, [3, 4]).peerIsOver('other'), false)
    assert.equal(await judge([], () => Promise.reject(noAgreement.make({ reason: 'noMajority' })), [3, 3]).peerIsOver('other'), false)
  })

  it('asks about all who have or had the name, and again about those who took it meanwhile', async () => {
    const { peer } = cluster.get('ant')
    const write = (id: string, gone: boolean): Promise<unknown> => peer.agreed.commit({ conditions: [], writes: [
      gone ? putJson(removedKeyOf(id), { name: 'dog', removedMs: 1 }) : putJson(peerKeyOf(id), { peer: id, name: 'dog', role: 'witness', addresses: [], zone: '' }),
    ] }, 5_000)
    await write('removed', true)
    const asked: string[][] = []
    assert.equal(await judge(asked, async () => {
      await write('newer', false)
      return 1
    }, [3, 3]).nodeIsOver('dog'), true)
    assert.deepEqual(asked, [['removed'], ['newer', 'removed']])
  })
})
