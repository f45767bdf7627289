// What this machine and its containers use, in the two forms in which kubelets say it: the JSON of /stats/summary and the
// metrics of /metrics/resource. Only processor and memory; disks and networks are not measured. Pure.
// Source: Kubernetes, stats/v1alpha1 Summary; Kubernetes metrics reference (resource metrics).
import { timestamp } from '../../base/clock.ts'
import type { Usage } from './usage.ts'

/** A container of a Pod with its use. */
export interface ContainerStats {
  readonly namespace: string
  readonly pod: string
  readonly podUid: string
  readonly name: string
  readonly startedMs: number
  readonly usage: Usage
}

/** The newest measures; the machine's are missing until there are two. */
export interface MachineStats {
  readonly nodeName: string
  readonly node: Usage | undefined
  readonly containers: readonly ContainerStats[]
}

interface Figures {
  readonly cpu: { readonly time: string; readonly usageNanoCores: number; readonly usageCoreNanoSeconds: number; readonly windowMs: number }
  readonly memory: { readonly time: string; readonly workingSetBytes: number }
}

const figures = (usage: Usage): Figures => ({
  // The reference's summary does not say over which time a rate was taken; readers of the reference skip what they don't know.
  cpu: { time: timestamp(usage.atMs), usageNanoCores: usage.cpuNanoCores, usageCoreNanoSeconds: usage.cpuNanos, windowMs: usage.windowMs },
  memory: { time: timestamp(usage.atMs), workingSetBytes: usage.memoryBytes },
})

function sum(usages: readonly Usage[]): Usage {
  const add = (of: (usage: Usage) => number): number => usages.reduce((total, usage) => total + of(usage), 0)
  return {
    atMs: Math.min(...usages.map((usage) => usage.atMs)), windowMs: Math.max(...usages.map((usage) => usage.windowMs)),
    cpuNanos: add((usage) => usage.cpuNanos), cpuNanoCores: add((usage) => usage.cpuNanoCores), memoryBytes: add((usage) => usage.memoryBytes),
  }
}

const podsOf = (stats: MachineStats): readonly (readonly ContainerStats[])[] => [...Map.groupBy(stats.containers, (each) => each.podUid).values()]

/** The document of /stats/summary. */
export function summaryOf(stats: MachineStats): unknown {
  const pods = podsOf(stats).flatMap((containers) => {
    const [first] = containers
    if (first === undefined) return []
    return [{
      podRef: { name: first.pod, namespace: first.namespace, uid: first.podUid },
      startTime: timestamp(Math.min(...containers.map((each) => each.startedMs))),
      containers: containers.map((each) => ({ name: each.name, startTime: timestamp(each.startedMs), ...figures(each.usage) })),
      ...figures(sum(containers.map((each) => each.usage))),
    }]
  })
  return { node: { nodeName: stats.nodeName, ...(stats.node === undefined ? {} : figures(stats.node)) }, pods }
}

const text = (value: string): string => JSON.stringify(value)

/** The text of /metrics/resource. */
export function resourceMetricsText(stats: MachineStats): string {
  const lines: string[] = []
  const family = (name: string, type: 'counter' | 'gauge', help: string, rows: readonly (readonly [string, number, number | undefined])[]): void => {
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value, atMs] of rows) lines.push(`${name}${labels} ${value}${atMs === undefined ? '' : ` ${atMs}`}`)
  }
  const containers = stats.containers.map((each) => ({ ...each, labels: `{container=${text(each.name)},namespace=${text(each.namespace)},pod=${text(each.pod)}}` }))
  const pods = podsOf(stats).flatMap((group) => (group[0] === undefined ? [] : [{ labels: `{namespace=${text(group[0].namespace)},pod=${text(group[0].pod)}}`, usage: sum(group.map((each) => each.usage)) }]))
  const node = stats.node === undefined ? [] : [{ labels: '', usage: stats.node }]
  const cpu = ({ labels, usage }: { readonly labels: string; readonly usage: Usage }): readonly [string, number, number] => [labels, usage.cpuNanos / 1e9, usage.atMs]
  const memory = ({ labels, usage }: { readonly labels: string; readonly usage: Usage }): readonly [string, number, number] => [labels, usage.memoryBytes, usage.atMs]
  family('container_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the container in core-seconds', containers.map(cpu))
  family('container_memory_working_set_bytes', 'gauge', 'Current working set of the container in bytes', containers.map(memory))
  family('container_start_time_seconds', 'gauge', 'Start time of the container since unix epoch in seconds', containers.map((each) => [each.labels, each.startedMs / 1000, undefined]))
  family('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', node.map(cpu))
  family('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', node.map(memory))
  family('pod_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the pod in core-seconds', pods.map(cpu))
  family('pod_memory_working_set_bytes', 'gauge', 'Current working set of the pod in bytes', pods.map(memory))
  return `${lines.join('\n')}\n`
}
