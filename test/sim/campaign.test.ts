// Seeds on several cores: each is run once, the sum counts them, and the same seed has the same hash as alone.
import assert from 'node:assert/strict'
import { describeSum, runCampaign } from '../../sim/campaign.ts'

describe('sim / campaign', function () {
  this.timeout(30_000)
  it('runs each seed once and counts', async () => {
    const told: string[] = []
    const sum = await runCampaign({ firstSeed: 5, peers: 3, faultyMs: 2000, loops: false, weather: 'calm', jobs: 2, enough: ({ seeds }) => seeds >= 4 }, () => performance.now(), (line) => told.push(line))
    assert.ok(sum.seeds >= 4 && sum.seeds <= 5)
    assert.ok(sum.virtualMs >= 8000 && sum.events > 0)
    assert.deepEqual(sum.failures, [])
    assert.match(describeSum(sum), /every promise held/)
    assert.deepEqual(told, [])
  })
  it('names the seeds that broke a promise', () => {
    const failure = { seed: 9, virtualMs: 1, events: 1, hash: '', violation: 'leases: two' }
    assert.match(describeSum({ seeds: 2, virtualMs: 1, events: 1, tookMs: 1, failures: [failure] }), /1 seeds broke a promise: 9/)
  })
})
