// States that should be equal and are not: who is outvoted, and on real peers that a flipped bit in memory is noticed by the
// others' hashes, told, and made good from them.
import { strict as assert } from 'node:assert'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { silentLogger, type Logger } from '../../../node/base/logger.ts'
import { judge } from '../../../node/peer/state-comparison.ts'
import { checkpointEntries } from '../../../node/store/limits.ts'
import type { StateCheckpoint } from '../../../node/store/types.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const put = (name: string, text: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from(text), terminating: false }],
})

describe('peer / state comparison', function () {
  this.timeout(90_000)
  const errors: string[] = []
  const logger: Logger = { ...silentLogger, child: () => logger, error: (message) => { errors.push(message) } }
  const cluster = new TestCluster({ logger })
  after(() => cluster.end())

  it('judges at the newest index that is shared, and never without a majority', () => {
    const marks = (...hashes: string[]): StateCheckpoint[] => hashes.map((hash, at) => ({ index: (at + 1) * checkpointEntries, hash }))
    const at = 2 * checkpointEntries
    assert.deepEqual(judge(marks('a', 'b'), [marks('a', 'b'), marks('a')]), { kind: 'equal' })
    assert.deepEqual(judge(marks('a', 'x'), [marks('a', 'b'), marks('a', 'b')]), { kind: 'wrong', index: at })
    assert.deepEqual(judge(marks('a', 'b'), [marks('a', 'x'), marks('a', 'b')]), { kind: 'equal' })
    assert.deepEqual(judge(marks('a', 'x'), [marks('a', 'b')]), { kind: 'unclear', index: at })
    assert.deepEqual(judge(marks('a', 'x'), [marks('a', 'b'), marks('a', 'c')]), { kind: 'unclear', index: at })
    assert.deepEqual(judge(marks('a'), [[], []]), { kind: 'unknown' })
    assert.deepEqual(judge([], [marks('a')]), { kind: 'unknown' })
  })

  it('a flipped bit in one memory: that peer gives its state up and gets it from the others', async () => {
    await cluster.init('ant')
    await cluster.join('bee', 'ant')
    await cluster.join('cat', 'ant')
    const { peer } = cluster.get('ant')
    await eventually('three voters', () => peer.status()?.configuration.voters.length === 3, 20_000)
    await peer.agreed.commit(put('victim', '{"a":1}'), 10_000)
    const cat = cluster.get('cat')
    await cat.peer.agreed.barrier(10_000)
    const value = cat.store.get('/registry/core/configmaps/default/victim')?.value
    assert.ok(value !== undefined)
    value[2] = (value[2] ?? 0) ^ 1
    // What was flipped goes into the hash when the row is replaced; from then on no index is equal.
    await peer.agreed.commit(put('victim', '{"a":2}'), 10_000)
    await Promise.all(Array.from({ length: checkpointEntries }, (_, at) => peer.agreed.commit(put(`row-${at}`, '{}'), 10_000)))
    for (const each of cluster.peers.values()) await each.peer.agreed.barrier(10_000)
    await eventually('all see all', () => [...cluster.peers.values()].every((each) => each.peer.members.members().filter(({ state }) => state === 'alive').length >= 2))
    for (const name of ['ant', 'bee']) await cluster.get(name).peer.comparison.compare()
    assert.deepEqual(errors.filter((error) => error.includes('dropped')), [])
    await cat.peer.comparison.compare()
    assert.equal(errors.filter((error) => error.includes('dropped and fetched anew')).length, 1)
    await cluster.kill('cat')
    const back = await cluster.start('cat')
    await back.peer.agreed.barrier(20_000)
    await eventually('equal states', () => back.store.appliedIndex() === cluster.get('ant').store.appliedIndex() && back.store.hash() === cluster.get('ant').store.hash(), 20_000)
  })
})
