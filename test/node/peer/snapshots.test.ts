// A peer that joins after the log was cut gets the whole state, chunk by chunk, from another, and votes afterwards.
import { strict as assert } from 'node:assert'
import { silentLogger, type Logger } from '../../../node/base/logger.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})

describe('peer / snapshots', function () {
  this.timeout(60_000)
  const messages: string[] = []
  const logger: Logger = { ...silentLogger, child: () => logger, info: (message) => { messages.push(message) } }
  const cluster = new TestCluster({ logger })
  after(() => cluster.end())

  it('bring a newcomer to the state of the others', async () => {
    const { peer, store } = await cluster.init('ant')
    for (let round = 0; round < 6; round++) {
      await Promise.all(Array.from({ length: 2_500 }, (_, at) => peer.agreed.commit(put(`${round}-${at}`), 20_000)))
    }
    await store.flush()
    // With the next write the engine hears that the state is on disk, and cuts its log.
    await peer.agreed.commit(put('last'), 5_000)
    const bee = await cluster.join('bee', 'ant')
    await eventually('the newcomer has everything', () => bee.store.appliedIndex() >= 15_000 && bee.store.hash() === store.hash(), 20_000)
    assert.equal(bee.store.count('/registry/core/configmaps/'), 15_001)
    await eventually('it came as a snapshot', () => messages.includes('state received from a peer'))
  })
})
