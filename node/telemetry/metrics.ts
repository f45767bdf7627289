// The recorder of a running daemon's metrics: prom-client behind the contract of node/base/metrics.ts.
// Declarations live with their owners; this file only keeps one recorder for each.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { assert } from '../../protocol/base/assert.ts'
import type { MetricSpec, Metrics } from '../base/metrics.ts'

/** Makes the daemon's metrics; `text()` is what /metrics answers. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const made = new Map<string, Counter | Gauge | Histogram>()
  const once = <Recorder extends Counter | Gauge | Histogram>(spec: MetricSpec, make: () => Recorder, isIt: (r: Counter | Gauge | Histogram) => r is Recorder): Recorder => {
    const existing = made.get(spec.name) ?? make()
    made.set(spec.name, existing)
    assert(isIt(existing), `metric ${spec.name} is declared with two types`)
    return existing
  }
  const config = (spec: MetricSpec) => ({ name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [registry] })
  return {
    counter: (spec) => {
      const counter = once(spec, () => new Counter(config(spec)), (r): r is Counter => r instanceof Counter)
      return { add: (labels, amount = 1) => counter.inc(labels, amount) }
    },
    gauge: (spec) => {
      const gauge = once(spec, () => new Gauge(config(spec)), (r): r is Gauge => r instanceof Gauge)
      return { set: (labels, value) => gauge.set(labels, value) }
    },
    histogram: (spec) => {
      const buckets = spec.buckets === undefined ? {} : { buckets: [...spec.buckets] }
      const histogram = once(spec, () => new Histogram({ ...config(spec), ...buckets }), (r): r is Histogram => r instanceof Histogram)
      return { observe: (labels, value) => histogram.observe(labels, value) }
    },
    text: () => registry.metrics(),
  }
}
