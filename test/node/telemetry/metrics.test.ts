// The recorder: one a declaration, in the text form that scrapers read.
import { match, throws } from 'node:assert/strict'
import { createMetrics } from '../../../node/telemetry/metrics.ts'

describe('telemetry / metrics', () => {
  it('records counters, gauges and histograms under their labels', async () => {
    const metrics = createMetrics()
    metrics.counter({ name: 'shoal_tries_total', type: 'counter', help: 'Tries.', labels: ['how'] }).add({ how: 'hard' })
    metrics.counter({ name: 'shoal_tries_total', type: 'counter', help: 'Tries.', labels: ['how'] }).add({ how: 'hard' }, 4)
    metrics.gauge({ name: 'shoal_depth', type: 'gauge', help: 'Depth.', labels: [] }).set({}, 7)
    const seconds = metrics.histogram({ name: 'shoal_wait_seconds', type: 'histogram', help: 'Waits.', labels: [], buckets: [0.1, 1] })
    seconds.observe({}, 0.05)
    seconds.observe({}, 0.5)
    const text = await metrics.text()
    match(text, /# HELP shoal_tries_total Tries\.\n# TYPE shoal_tries_total counter\nshoal_tries_total\{how="hard"\} 5\n/)
    match(text, /\nshoal_depth 7\n/)
    match(text, /shoal_wait_seconds_bucket\{le="0\.1"\} 1\nshoal_wait_seconds_bucket\{le="1"\} 2\n/)
  })

  it('refuses one name with two types', () => {
    const metrics = createMetrics()
    metrics.counter({ name: 'shoal_twice', type: 'counter', help: 'x', labels: [] })
    throws(() => metrics.gauge({ name: 'shoal_twice', type: 'gauge', help: 'x', labels: [] }), /two types/)
  })
})
