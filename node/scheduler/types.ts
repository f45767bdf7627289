// What a scheduling plugin is: it looks at a Pod and the whole cluster once, and then answers for single nodes whether the
// Pod may go there and how good that would be. Plugins are pure and know nothing of each other.
import type { Node, Pod } from '../objects/generated/core-v1.ts'
import type { HostPort } from '../objects/pods/host-ports.ts'
import type { Amounts } from '../objects/pods/requests.ts'
import type { VolumeState } from './volumes.ts'

/** A node and what is on it, Pods included whose binding is on its way. */
export interface NodeState {
  readonly node: Node
  readonly pods: readonly Pod[]
  /** Sum of what its Pods reserve. */
  readonly requested: Amounts
  /** The same with small amounts for containers that state none. */
  readonly weighed: Amounts
  readonly allocatable: Amounts
  readonly hostPorts: readonly HostPort[]
}

/** All nodes, by name in order. */
export interface ClusterState {
  readonly nodes: readonly NodeState[]
  /** Labels of a namespace; for affinity terms that select namespaces. */
  readonly namespaceLabels: (namespace: string) => { readonly [key: string]: string } | undefined
  /** Nodes that the membership suspects or knows to be dead. */
  readonly suspects: ReadonlySet<string>
  readonly volumes: VolumeState
}

/** Why a node is out. */
export interface Rejection {
  /** As Kubernetes words it; each is counted over all nodes. */
  readonly reasons: readonly string[]
  /** Whether taking Pods off the node could help. */
  readonly preemptionHelps: boolean
}

/** A plugin's answers for one Pod. */
export interface Verdict {
  /** Why the Pod can go nowhere, whatever the node. */
  readonly refusal?: string
  readonly filter?: (node: NodeState) => Rejection | undefined
  /** Any scale, see `scale`. */
  readonly score?: (node: NodeState) => number
  /** How raw scores become 0..100 over the nodes that are left: as they are, the highest is 100, or the highest is 0. */
  readonly scale?: 'plain' | 'highestBest' | 'lowestBest'
}

export interface Plugin {
  readonly name: string
  readonly weight: number
  readonly prepare: (pod: Pod, cluster: ClusterState) => Verdict
}

/** The usual rejection. */
export function reject(reason: string, preemptionHelps: boolean): Rejection {
  return { reasons: [reason], preemptionHelps }
}
