// Feature levels: agreed only when all members know them, never beyond, and a build that does not know the agreed one stays
// out. Two builds are played by their levels on real peers, which are restarted one at a time while somebody writes.
import { strict as assert } from 'node:assert'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { featureLevelUnknown, joinRefused } from '../../../node/peer/errors.ts'
import { agreedLevel, highestLevel, planLevel } from '../../../node/peer/feature-levels.ts'
import { joinCluster } from '../../../node/peer/join.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const put = (name: string, level = 0): Transaction => ({
  conditions: [{ kind: 'featureLevel', atLeast: level }],
  writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})

describe('peer / feature levels', function () {
  this.timeout(120_000)
  const cluster = new TestCluster()
  const newer = highestLevel + 1
  const levelAt = (name: string): number => agreedLevel(cluster.get(name).store)
  before(async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'ant')
    await eventually('three voters', () => cluster.get('ant').peer.status()?.configuration.voters.length === 3, 20_000)
  })
  after(() => cluster.end())

  it('rise to what all members know, and never fall', () => {
    const levels = new Map([['a', 3], ['b', 2], ['c', 3]])
    assert.equal(planLevel(1, ['a', 'b', 'c'], levels), 2)
    assert.equal(planLevel(1, ['a', 'c'], levels), 3)
    assert.equal(planLevel(2, ['a', 'b', 'c'], levels), undefined)
    assert.equal(planLevel(3, ['a', 'b'], levels), undefined)
    // One that never said may know nothing.
    assert.equal(planLevel(0, ['a', 'd'], levels), undefined)
    assert.equal(planLevel(0, [], levels), undefined)
  })

  it('a rolling restart: the new level waits for the last peer, and no write fails for longer than a change of leader', async () => {
    await eventually('the first level', () => ['ant', 'bee', 'cat'].every((name) => levelAt(name) === highestLevel))
    let longestMs = 0
    for (const name of ['cat', 'bee', 'ant']) {
      assert.equal((await cluster.get(name).peer.agreed.commit(put('too-early', newer), 10_000)).kind, 'refused')
      await cluster.stop(name)
      const [other] = cluster.peers.values()
      const fromMs = Date.now()
      assert.equal((await other?.peer.agreed.commit(put(`without-${name}`), 10_000))?.kind, 'applied')
      longestMs = Math.max(longestMs, Date.now() - fromMs)
      await cluster.start(name, newer)
      await cluster.get(name).peer.agreed.barrier(10_000)
    }
    assert.ok(longestMs < 3_500, `a write waited for ${longestMs} ms`)
    await eventually('the new level', () => ['ant', 'bee', 'cat'].every((name) => levelAt(name) === newer))
    assert.equal((await cluster.get('bee').peer.agreed.commit(put('in-time', newer), 10_000)).kind, 'applied')
  })

  it('an older build is told to be renewed, by its own state or by whom it asks to join', async () => {
    await cluster.stop('cat')
    await assert.rejects(cluster.start('cat', highestLevel), featureLevelUnknown.is)
    await cluster.get('cat').store.close()
    cluster.peers.delete('cat')
    const options = { name: 'dog', addresses: [], hosts: [], zone: '', featureLevel: highestLevel }
    await assert.rejects(joinCluster(cluster.directory('dog'), await cluster.invite('bee'), options, systemClock()), (error: unknown) => joinRefused.is(error) && error.message.includes(`feature level ${newer}`))
    await cluster.start('cat', newer)
    await cluster.get('cat').peer.agreed.barrier(10_000)
  })
})
