// Makes NodeMetrics and PodMetrics from what kubelets say, in the units that the reference prints: nano-CPUs and kibibytes.
// A Pod of which a running container has no figures yet is left out whole: half of a Pod would look like little use. Pure.
import { timestamp } from '../../base/clock.ts'
import { has, objectIn, objectsIn, stringIn } from '../../objects/access.ts'
import { metadataOf } from '../../objects/encoding.ts'
import type { Json, JsonObject } from '../../objects/json.ts'
import type { Figures, Summary } from './kubelet-usage.ts'
import { nodeMetrics, podMetrics } from './kinds.ts'
import type { MeasuredKind } from './kinds.ts'

const defaultWindowMs = 5_000

function usageOf(figures: Figures): JsonObject {
  return { cpu: `${figures.cpu?.usageNanoCores ?? 0}n`, memory: `${Math.ceil((figures.memory?.workingSetBytes ?? 0) / 1024)}Ki` }
}

function measured(kind: MeasuredKind, object: JsonObject, figures: Figures, nowMs: number, content: JsonObject): JsonObject {
  const { name, namespace, labels } = metadataOf(object)
  const kept: { [field: string]: Json } = { name: name ?? '', creationTimestamp: timestamp(nowMs) }
  if (kind.namespaced) kept['namespace'] = namespace ?? ''
  if (labels !== undefined) kept['labels'] = labels
  return {
    kind: kind.kind, apiVersion: `${kind.group}/${kind.version}`, metadata: kept,
    timestamp: figures.cpu?.time ?? timestamp(nowMs), window: `${(figures.cpu?.windowMs ?? defaultWindowMs) / 1000}s`, ...content,
  }
}

/** What a node uses; undefined when its kubelet has no rate yet. */
export function nodeMetricsOf(node: JsonObject, summary: Summary | undefined, nowMs: number): JsonObject | undefined {
  const figures = summary?.node
  return figures?.cpu === undefined ? undefined : measured(nodeMetrics, node, figures, nowMs, { usage: usageOf(figures) })
}

/** What a Pod uses; undefined while one of its running containers has no rate. */
export function podMetricsOf(pod: JsonObject, summary: Summary | undefined, nowMs: number): JsonObject | undefined {
  const uid = stringIn(pod, 'metadata', 'uid')
  const known = summary?.pods.find((one) => one.podRef.uid === uid)
  const [first] = known?.containers ?? []
  if (known === undefined || first === undefined) return undefined
  const running = objectsIn(pod, 'status', 'containerStatuses').filter((status) => has(objectIn(status, 'state'), 'running')).map((status) => stringIn(status, 'name'))
  if (running.some((name) => !known.containers.some((container) => container.name === name))) return undefined
  const containers = known.containers.map((container): JsonObject => ({ name: container.name, usage: usageOf(container) }))
  return measured(podMetrics, pod, first, nowMs, { containers })
}
