// Metrics of the peer thread: what is recorded there is gathered and travels to the main thread in batches, whose registry
// answers /metrics for both. Counters are summed and gauges keep their last value on the way; of a histogram each value
// travels. Nothing is sent while nothing happens.
import type { Clock } from '../base/clock.ts'
import type { LabelValues, Metrics, MetricSpec } from '../base/metrics.ts'
import { metricsBatchMost, metricsBatchMs } from './limits.ts'

/** What was recorded under one metric and one set of labels since the last batch. */
export interface MetricRecord {
  readonly spec: MetricSpec
  readonly labels: LabelValues<string>
  /** One sum of a counter, the last value of a gauge, all values of a histogram. */
  readonly values: readonly number[]
}

/** Metrics of a thread that has no registry; `send` carries a batch to the one that has. */
export function threadMetrics(clock: Clock, send: (records: readonly MetricRecord[]) => void): Metrics {
  const waiting = new Map<string, { readonly spec: MetricSpec; readonly labels: LabelValues<string>; values: number[] }>()
  let count = 0
  let isDue = false
  const flush = (): void => {
    const records = [...waiting.values()]
    waiting.clear()
    count = 0
    if (records.length > 0) send(records)
  }
  const record = (spec: MetricSpec, labels: LabelValues<string>, join: (values: number[]) => number[]): void => {
    const key = JSON.stringify([spec.name, ...spec.labels.map((label) => labels[label])])
    const known = waiting.get(key) ?? { spec, labels, values: [] }
    waiting.set(key, known)
    known.values = join(known.values)
    if (++count >= metricsBatchMost) flush()
    if (isDue) return
    isDue = true
    clock.after(metricsBatchMs, () => {
      isDue = false
      flush()
    })
  }
  return {
    counter: (spec) => ({ add: (labels, amount = 1) => record(spec, labels, (values) => [(values[0] ?? 0) + amount]) }),
    gauge: (spec) => ({ set: (labels, value) => record(spec, labels, () => [value]) }),
    histogram: (spec) => ({
      observe: (labels, value) => record(spec, labels, (values) => {
        values.push(value)
        return values
      }),
    }),
    // The main thread tells all.
    text: () => Promise.resolve(''),
  }
}

/** Enters a batch into the registry of the main thread. */
export function enterRecords(metrics: Metrics, records: readonly MetricRecord[]): void {
  for (const { spec, labels, values } of records) {
    for (const value of values) {
      if (spec.type === 'counter') metrics.counter({ ...spec, type: 'counter' }).add(labels, value)
      else if (spec.type === 'gauge') metrics.gauge({ ...spec, type: 'gauge' }).set(labels, value)
      else metrics.histogram({ ...spec, type: 'histogram' }).observe(labels, value)
    }
  }
}
