// The contract of metrics: declared beside their owner in the zone's metrics.ts, registered once, documented by docs/metrics.md.

/** A metric's declaration. Names carry their unit: `_seconds`, `_bytes`, `_total`. */
export interface MetricSpec<Label extends string = string> {
  readonly name: `shoal_${string}` | `apiserver_${string}` | `kubelet_${string}` | `scheduler_${string}` | `workqueue_${string}`
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly Label[]
  /** Of a histogram, ascending. */
  readonly buckets?: readonly number[]
}

export type LabelValues<Label extends string> = { readonly [name in Label]: string }

export interface Counter<Label extends string> {
  add(labels: LabelValues<Label>, amount?: number): void
}

export interface Gauge<Label extends string> {
  set(labels: LabelValues<Label>, value: number): void
}

export interface Histogram<Label extends string> {
  observe(labels: LabelValues<Label>, value: number): void
}

/** Makes the recorders of declared metrics. The same declaration always yields the same recorder. */
export interface Metrics {
  counter<Label extends string>(spec: MetricSpec<Label> & { readonly type: 'counter' }): Counter<Label>
  gauge<Label extends string>(spec: MetricSpec<Label> & { readonly type: 'gauge' }): Gauge<Label>
  histogram<Label extends string>(spec: MetricSpec<Label> & { readonly type: 'histogram' }): Histogram<Label>
  /** The text exposition of everything recorded. */
  text(): Promise<string>
}

/** Records nothing; for tests. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
  text: () => Promise.resolve(''),
}
