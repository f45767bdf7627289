// One metric of an autoscaler's specification: what it proposes, and how its status shows it. Only what kubelets measure can
// be had; metrics of Pods, objects and from outside need an API that nobody serves here, and say so. Pure.
// Source: API reference, autoscaling/v2 MetricSpec; messages are those of the reference.
import type { MetricSpec, MetricStatus, MetricTarget } from '../../objects/generated/autoscaling-v2.ts'
import { formatQuantity, quantity, quantityMillis } from '../../objects/quantity.ts'
import { proposeReplicas } from './replicas.ts'
import type { MetricInput, PodUse, Target } from './replicas.ts'

/** The part of metrics.k8s.io PodMetrics that is used. */
export interface PodMetrics {
  readonly metadata: { readonly name: string }
  readonly timestamp: string
  /** A duration as Go prints it: `5s`, `1m0s`. */
  readonly window: string
  readonly containers: readonly { readonly name: string; readonly usage: { readonly [resource: string]: string } }[]
}

export type MetricResult =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly outer: string }

/** What all metrics of one autoscaler are judged by. `metrics` is a text when they could not be had. */
export interface MetricWorld extends Pick<MetricInput, 'currentReplicas' | 'pods' | 'nowMs'> {
  readonly metrics: readonly PodMetrics[] | string
  readonly namespace: string
}

const unitMs: { readonly [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

function durationMs(text: string): number {
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((sum, [, number, unit = '']) => sum + Number(number) * (unitMs[unit] ?? 0), 0)
}

/** Use by Pod, or what is wrong. A Pod of which a container has no figure is left out. */
function usesOf(world: MetricWorld, resource: string, container: string): ReadonlyMap<string, PodUse> | string {
  const { metrics } = world
  if (typeof metrics === 'string') return `unable to fetch metrics from resource metrics API: ${metrics}`
  if (metrics.length === 0) return 'no metrics returned from resource metrics API'
  const uses = new Map<string, PodUse>()
  for (const pod of metrics) {
    const chosen = pod.containers.filter((one) => container === '' || one.name === container)
    if (chosen.length === 0) return `failed to get container metrics: container ${container} not present in metrics for pod ${world.namespace}/${pod.metadata.name}`
    const amounts = chosen.map((one) => one.usage[resource])
    if (amounts.includes(undefined)) continue
    const millis = amounts.reduce((sum, amount) => sum + quantityMillis(quantity(amount ?? '0')), 0)
    uses.set(pod.metadata.name, { millis, atMs: Date.parse(pod.timestamp), windowMs: durationMs(pod.window) })
  }
  return uses
}

function targetOf(target: MetricTarget): Target | undefined {
  if (target.averageValue !== undefined) return { kind: 'average', millis: quantityMillis(quantity(target.averageValue)) }
  return target.averageUtilization === undefined ? undefined : { kind: 'utilization', percent: target.averageUtilization }
}

const millisText = (millis: number): string => formatQuantity({ nanos: BigInt(millis) * 1_000_000n, format: 'DecimalSI' })

function resourceMetric(world: MetricWorld, spec: MetricSpec, resource: string, container: string, given: MetricTarget): MetricResult {
  const isContainer = container !== ''
  const target = targetOf(given)
  const what = target?.kind === 'average' ? 'usage' : 'utilization'
  const refuse = (message: string): MetricResult => ({
    ok: false, reason: isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric', message,
    outer: `failed to get ${isContainer ? `${container} container metric` : `${resource} resource metric`} value: ${message}`,
  })
  if (target === undefined) return refuse('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set')
  const uses = usesOf(world, resource, container)
  if (typeof uses === 'string') return refuse(`failed to get ${resource} ${what}: unable to get metrics for resource ${resource}: ${uses}`)
  const proposal = proposeReplicas({ resource, container, target, uses, currentReplicas: world.currentReplicas, pods: world.pods, nowMs: world.nowMs })
  if (!proposal.ok) return refuse(`failed to get ${resource} ${what}: ${proposal.message}`)
  const current = { averageValue: millisText(proposal.averageMillis), ...(proposal.percent === undefined ? {} : { averageUtilization: proposal.percent }) }
  const status: MetricStatus = isContainer
    ? { type: spec.type, containerResource: { name: resource, container, current } }
    : { type: spec.type, resource: { name: resource, current } }
  return { ok: true, replicas: proposal.replicas, name: target.kind === 'average' ? `${resource} resource` : `${resource} resource utilization (percentage of request)`, status }
}

/** What one metric proposes. */
export function computeMetric(world: MetricWorld, spec: MetricSpec): MetricResult {
  const { resource, containerResource } = spec
  if (resource !== undefined) return resourceMetric(world, spec, resource.name, '', resource.target)
  if (containerResource !== undefined) return resourceMetric(world, spec, containerResource.name, containerResource.container, containerResource.target)
  const unserved = (kind: string, name: string, api: string): MetricResult => {
    const message = `unable to get metric ${name}: unable to fetch metrics from ${api} metrics API: no ${api} metrics API (${api}.metrics.k8s.io) registered`
    return { ok: false, reason: `FailedGet${kind}Metric`, message, outer: `failed to get ${kind.toLowerCase()} metric value: ${message}` }
  }
  if (spec.pods !== undefined) return unserved('Pods', spec.pods.metric.name, 'custom')
  if (spec.object !== undefined) return unserved('Object', spec.object.metric.name, 'custom')
  if (spec.external !== undefined) return unserved('External', spec.external.metric.name, 'external')
  const message = `unknown metric source type ${JSON.stringify(spec.type)}`
  return { ok: false, reason: 'InvalidMetricSourceType', message, outer: message }
}
