// The kinds of metrics.k8s.io: what nodes and Pods use now. Nothing of them is stored; they can be got and listed only.
// Source: Kubernetes, k8s.io/metrics v1beta1 NodeMetrics and PodMetrics.

export interface MeasuredKind {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  readonly namespaced: boolean
  /** As refusals name it. */
  readonly shown: string
}

const group = { group: 'metrics.k8s.io', version: 'v1beta1' }

export const nodeMetrics: MeasuredKind = { ...group, resource: 'nodes', kind: 'NodeMetrics', namespaced: false, shown: 'nodemetrics' }
export const podMetrics: MeasuredKind = { ...group, resource: 'pods', kind: 'PodMetrics', namespaced: true, shown: 'podmetrics' }

export const measuredKinds: readonly MeasuredKind[] = [nodeMetrics, podMetrics]
