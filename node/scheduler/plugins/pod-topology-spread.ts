// Spreads Pods over zones and nodes: constraints of the Pod that must hold, constraints that should, and, for Pods that have
// none, the cluster's own wish that the Pods of one owner do not sit together.
// Source: Kubernetes concepts, Pod Topology Spread Constraints (default constraints: hostname 3, zone 5, ScheduleAnyway).
import type { Pod, TopologySpreadConstraint } from '../../objects/generated/core-v1.ts'
import { selects } from '../../objects/pods/label-match.ts'
import { allowsNode } from '../../objects/pods/node-match.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { untoleratedTaint } from '../../objects/pods/tolerations.ts'
import { type ClusterState, type NodeState, type Plugin, reject, type Verdict } from '../types.ts'

interface Spread {
  readonly key: string
  readonly maxSkew: number
  readonly minDomains: number
  /** Matching Pods by domain, over the nodes that count. */
  readonly domains: ReadonlyMap<string, number>
  readonly isSelf: boolean
}

const hostname = 'kubernetes.io/hostname'
const zone = 'topology.kubernetes.io/zone'

export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread', weight: 2,
  prepare: (pod, cluster) => {
    const constraints = pod.spec?.topologySpreadConstraints ?? []
    const hard = constraints.filter((one) => one.whenUnsatisfiable === 'DoNotSchedule').map((one) => spreadOf(pod, one, cluster))
    const soft = constraints.filter((one) => one.whenUnsatisfiable === 'ScheduleAnyway').map((one) => spreadOf(pod, one, cluster))
    const scored = constraints.length === 0 ? defaultSpreads(pod, cluster) : soft
    return { ...filterOf(hard), ...scoreOf(scored) }
  },
}

function filterOf(spreads: readonly Spread[]): Pick<Verdict, 'filter'> {
  if (spreads.length === 0) return {}
  return {
    filter: ({ node }) => {
      for (const spread of spreads) {
        const domain = node.metadata.labels?.[spread.key]
        if (domain === undefined) return reject("node(s) didn't match pod topology spread constraints (missing required label)", false)
        const least = spread.domains.size < spread.minDomains ? 0 : Math.min(...spread.domains.values())
        const after = (spread.domains.get(domain) ?? 0) + (spread.isSelf ? 1 : 0)
        if (after - least > spread.maxSkew) return reject("node(s) didn't match pod topology spread constraints", true)
      }
      return undefined
    },
  }
}

function scoreOf(spreads: readonly Spread[]): Pick<Verdict, 'score' | 'scale'> {
  const useful = spreads.filter((spread) => spread.domains.size > 1)
  if (useful.length === 0) return {}
  return {
    scale: 'lowestBest',
    // Few domains weigh less: their counts are higher by nature.
    score: ({ node }) => useful.reduce((sum, spread) => {
      const domain = node.metadata.labels?.[spread.key]
      const count = domain === undefined ? Math.max(...spread.domains.values()) : (spread.domains.get(domain) ?? 0)
      return sum + count * Math.log(spread.domains.size + 2)
    }, 0),
  }
}

function spreadOf(pod: Pod, constraint: TopologySpreadConstraint, cluster: ClusterState): Spread {
  const labels = pod.metadata.labels ?? {}
  const extra = Object.fromEntries((constraint.matchLabelKeys ?? []).flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])))
  const isCounted = (other: Pod): boolean => selects(constraint.labelSelector, other.metadata.labels)
    && Object.entries(extra).every(([key, value]) => other.metadata.labels?.[key] === value)
  const counts = (state: NodeState): boolean => ((constraint.nodeAffinityPolicy ?? 'Honor') !== 'Honor' || allowsNode(pod, state.node))
    && (constraint.nodeTaintsPolicy !== 'Honor' || untoleratedTaint(pod, state.node.spec?.taints, ['NoSchedule', 'NoExecute']) === undefined)
  return {
    key: constraint.topologyKey, maxSkew: constraint.maxSkew, minDomains: constraint.minDomains ?? 1, isSelf: isCounted(pod),
    domains: countDomains(pod, constraint.topologyKey, cluster, counts, isCounted),
  }
}

/** Pods of the same owner count as belonging together. */
function defaultSpreads(pod: Pod, cluster: ClusterState): readonly Spread[] {
  const owner = controllerOf(pod.metadata)?.uid
  if (owner === undefined) return []
  const isSibling = (other: Pod): boolean => controllerOf(other.metadata)?.uid === owner
  const counts = (state: NodeState): boolean => allowsNode(pod, state.node)
  return [{ key: hostname, maxSkew: 3 }, { key: zone, maxSkew: 5 }].map(({ key, maxSkew }) => ({
    key, maxSkew, minDomains: 1, isSelf: true, domains: countDomains(pod, key, cluster, counts, isSibling),
  }))
}

function countDomains(
  pod: Pod, key: string, cluster: ClusterState, nodeCounts: (state: NodeState) => boolean, podCounts: (other: Pod) => boolean,
): ReadonlyMap<string, number> {
  const domains = new Map<string, number>()
  for (const state of cluster.nodes) {
    const domain = state.node.metadata.labels?.[key]
    if (domain === undefined || !nodeCounts(state)) continue
    const here = state.pods.filter((other) => other.metadata.namespace === pod.metadata.namespace && other.metadata.deletionTimestamp === undefined && podCounts(other)).length
    domains.set(domain, (domains.get(domain) ?? 0) + here)
  }
  return domains
}
