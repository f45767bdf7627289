// The Node object of this peer: its labels, addresses, capacity and conditions (Kubernetes documentation, Node Status).
// Pure: measurements are handed in, sending is the agent's.
import { timestamp } from '../../base/clock.ts'
import { volumesDirectory } from '../../objects/volumes/annotations.ts'
import type { ContainerImage, Node, NodeCondition, NodeStatus } from '../../objects/generated/core-v1.ts'
import { nodeImageNames, nodeImages, podsPerNode } from '../limits.ts'
import type { Machine, MachineUse } from '../machine.ts'
import type { RuntimeImage } from '../runtime/types.ts'
import type { KubeletOptions } from '../types.ts'

export interface NodeFacts {
  readonly machine: Machine
  readonly use: MachineUse
  readonly runtime: { readonly name: string; readonly version: string; readonly ready: boolean; readonly networkReady: boolean; readonly message: string }
  readonly images: readonly RuntimeImage[]
  readonly kubeletPort: number
  readonly nowMs: number
}

type Verdict = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>

const memoryPressureBytes = 100 * 1024 * 1024
const diskPressureShare = 0.1
const diskPressureBytes = 1024 * 1024 * 1024
const processPressureShare = 0.95

/** The labels that every kubelet sets. */
export function nodeLabels(options: KubeletOptions, machine: Machine): { readonly [name: string]: string } {
  return {
    'kubernetes.io/hostname': options.nodeName,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': machine.architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': machine.architecture,
    ...options.labels,
  }
}

function capacity(options: KubeletOptions, facts: Pick<NodeFacts, 'machine'> & { readonly diskBytes: number }): { readonly [name: string]: string } {
  return {
    cpu: String(facts.machine.processors),
    memory: `${Math.floor(facts.machine.memoryBytes / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(facts.diskBytes / 1024)}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    pods: String(podsPerNode),
    ...options.capacity,
  }
}

function conditions(options: KubeletOptions, facts: NodeFacts, old: readonly NodeCondition[]): readonly NodeCondition[] {
  const { use, runtime } = facts
  const pressed = (type: string, isPressed: boolean, ok: readonly [string, string], bad: readonly [string, string]): Verdict => {
    const [reason, message] = isPressed ? bad : ok
    return { type, status: isPressed ? 'True' : 'False', reason, message }
  }
  const isReady = runtime.ready && runtime.networkReady
  const notReady = runtime.ready
    ? `container runtime network not ready: NetworkReady=false message:${runtime.message}`
    : `container runtime is down: ${runtime.message}`
  const disk = use.diskAvailableBytes < Math.min(diskPressureBytes, use.diskBytes * diskPressureShare)
  const verdicts: readonly Verdict[] = [
    pressed('MemoryPressure', use.memoryAvailableBytes < memoryPressureBytes, ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'], ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available']),
    pressed('DiskPressure', disk, ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'], ['KubeletHasDiskPressure', 'kubelet has disk pressure']),
    pressed('PIDPressure', use.processes > use.processesMost * processPressureShare, ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'], ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available']),
    { type: 'Ready', status: isReady ? 'True' : 'False', reason: isReady ? 'KubeletReady' : 'KubeletNotReady', message: isReady ? `kubelet is posting ready status${options.rootless ? '; without root, limits are not enforced' : ''}` : notReady },
  ]
  const now = timestamp(facts.nowMs)
  const own = verdicts.map((verdict): NodeCondition => {
    const before = old.find((each) => each.type === verdict.type)
    return { ...verdict, lastHeartbeatTime: now, lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now }
  })
  return [...old.filter((each) => !own.some((mine) => mine.type === each.type)), ...own]
}

const imageList = (images: readonly RuntimeImage[]): readonly ContainerImage[] =>
  [...images].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, nodeImages)
    .map((each) => ({ names: [...each.digests, ...each.tags].slice(0, nodeImageNames), sizeBytes: each.sizeBytes }))

/** What Pods may take together; nothing is held back for the system yet. */
export function nodeCapacity(options: KubeletOptions, machine: Machine, diskBytes: number): { readonly [name: string]: string } {
  return capacity(options, { machine, diskBytes })
}

/** The whole status; conditions of others are kept, transition times move with the status only. */
export function nodeStatus(options: KubeletOptions, facts: NodeFacts, old: NodeStatus | undefined): NodeStatus {
  const { machine, runtime } = facts
  const amounts = capacity(options, { machine, diskBytes: facts.use.diskBytes })
  return {
    addresses: [...options.addresses.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: options.nodeName }],
    capacity: amounts,
    allocatable: amounts,
    conditions: conditions(options, facts, old?.conditions ?? []),
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    images: imageList(facts.images),
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootId,
      containerRuntimeVersion: `${runtime.name}://${runtime.version}`,
      kernelVersion: machine.kernel,
      kubeProxyVersion: options.version,
      kubeletVersion: options.version,
      machineID: machine.machineId,
      operatingSystem: 'linux',
      osImage: machine.osImage,
      systemUUID: machine.systemUuid,
    },
  }
}

/** The annotations that every kubelet sets. */
export const nodeAnnotations = (options: KubeletOptions): { readonly [name: string]: string } => ({ [volumesDirectory]: options.volumesDirectory })

/** The Node as it is first registered. */
export const newNode = (options: KubeletOptions, machine: Machine, status: NodeStatus): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: options.nodeName, labels: nodeLabels(options, machine), annotations: nodeAnnotations(options) },
  spec: {},
  status,
})

/** Whether two statuses differ in more than the times of their heartbeats. */
export function nodeStatusChanged(left: NodeStatus | undefined, right: NodeStatus): boolean {
  const strip = (status: NodeStatus | undefined): unknown => status && { ...status, conditions: status.conditions?.map(({ type, status: holds, reason, message }) => [type, holds, reason, message]).sort() }
  const own = strip(left)
  const keys = Object.keys(right) as (keyof NodeStatus)[]
  const pick = (value: unknown): string => JSON.stringify(keys.map((key) => stable((value as { readonly [key: string]: unknown } | undefined)?.[key])))
  return pick(own) !== pick(strip(right))
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, stable(each)]))
}
