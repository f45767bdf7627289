// What the peer thread records is in the main thread's registry, and travels in few messages.
import assert from 'node:assert/strict'
import type { MetricSpec } from '../../../node/base/metrics.ts'
import { metricsBatchMost, metricsBatchMs } from '../../../node/peer/limits.ts'
import { enterRecords, threadMetrics, type MetricRecord } from '../../../node/peer/thread-metrics.ts'
import { createMetrics } from '../../../node/telemetry/metrics.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const sent = { name: 'shoal_test_sent_total', type: 'counter', help: 'Sent.', labels: ['to'] } as const satisfies MetricSpec<'to'>
const depth = { name: 'shoal_test_depth', type: 'gauge', help: 'Depth.', labels: [] } as const satisfies MetricSpec<never>
const took = { name: 'shoal_test_seconds', type: 'histogram', help: 'Time.', labels: [], buckets: [0.1, 1] } as const satisfies MetricSpec<never>

describe('peer / thread metrics', () => {
  it('all three types - arrive in one batch and are told with their labels', async () => {
    const clock = new ManualClock()
    const batches: (readonly MetricRecord[])[] = []
    const metrics = threadMetrics(clock, (records) => batches.push(records))
    metrics.counter(sent).add({ to: 'a' })
    metrics.counter(sent).add({ to: 'a' }, 2)
    metrics.counter(sent).add({ to: 'b' })
    for (const value of [3, 7]) metrics.gauge(depth).set({}, value)
    for (const value of [0.05, 0.5, 5]) metrics.histogram(took).observe({}, value)
    assert.equal(batches.length, 0)
    clock.advance(metricsBatchMs)
    assert.equal(batches.length, 1)
    assert.equal(batches[0]?.length, 4)
    const registry = createMetrics()
    // As it crosses between threads.
    for (const batch of batches) enterRecords(registry, structuredClone(batch))
    const text = await registry.text()
    for (const line of [
      'shoal_test_sent_total{to="a"} 3', 'shoal_test_sent_total{to="b"} 1', 'shoal_test_depth 7',
      'shoal_test_seconds_bucket{le="0.1"} 1', 'shoal_test_seconds_bucket{le="1"} 2', 'shoal_test_seconds_count 3',
    ]) assert.ok(text.includes(`${line}\n`), `${line} is missing in\n${text}`)
  })
  it('nothing recorded - nothing sent', () => {
    const clock = new ManualClock()
    let batches = 0
    const metrics = threadMetrics(clock, () => batches++)
    clock.advance(10 * metricsBatchMs)
    assert.equal(batches, 0)
    metrics.gauge(depth).set({}, 1)
    clock.advance(10 * metricsBatchMs)
    assert.equal(batches, 1)
  })
  it('more than a batch holds - leaves at once, and nothing is lost', () => {
    const clock = new ManualClock()
    const values: number[] = []
    const metrics = threadMetrics(clock, (records) => values.push(...records.flatMap((record) => record.values)))
    for (let i = 0; i < metricsBatchMost; i++) metrics.histogram(took).observe({}, i)
    assert.equal(values.length, metricsBatchMost)
    metrics.histogram(took).observe({}, 1)
    clock.advance(metricsBatchMs)
    assert.equal(values.length, metricsBatchMost + 1)
  })
})
