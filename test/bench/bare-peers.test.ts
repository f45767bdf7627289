// What the benchmarks of agreement stand on, with small numbers: peers in processes of their own take loads and
// a newcomer. Times are not judged here.
import { equal, ok } from 'node:assert/strict'
import { BarePeers } from './bare-peers.ts'
import { daysWrites, newcomer } from './catchup.ts'
import { roundOf } from './load.ts'

const small = { objects: 300, clients: 2, loadMs: 300, logBytes: 2 ** 20, dayWrites: 300 }

describe('bench / bare peers', function () {
  this.timeout(120_000)
  let cluster: BarePeers
  before(async () => { cluster = await BarePeers.start(3) })
  after(() => cluster.end())

  it('take writes and reads through every peer', async () => {
    for (const kind of ['write', 'read'] as const) {
      const results = await cluster.load(kind, 4, 300, 1)
      equal(results.length, 3)
      const round = roundOf(results)
      ok(round.perSecond > 0 && round.failures === 0, JSON.stringify(round))
    }
  })

  it('take a newcomer in while they are written to', async () => {
    const figures = [...await newcomer(cluster, small), ...await daysWrites(cluster, small)]
    ok(figures.every((figure) => Number.isFinite(figure.value)), JSON.stringify(figures))
  })
})
