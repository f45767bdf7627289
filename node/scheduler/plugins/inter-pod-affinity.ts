// Pods that want to be near other Pods, or far from them. What existing Pods require against newcomers counts as well.
// Source: Kubernetes concepts, Assigning Pods to Nodes, inter-pod affinity and anti-affinity.
import type { Pod, PodAffinityTerm } from '../../objects/generated/core-v1.ts'
import { selects } from '../../objects/pods/label-match.ts'
import { type ClusterState, type NodeState, type Plugin, reject } from '../types.ts'

type Domains = ReadonlyMap<string, number>

export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity', weight: 2,
  prepare: (pod, cluster) => {
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
    const near = (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ term, domains: domainsOf(term, pod, cluster) }))
    const far = (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ({ term, domains: domainsOf(term, pod, cluster) }))
    const refused = refusedDomains(pod, cluster)
    const wishes = [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm: term, weight }) => ({ term, weight, domains: domainsOf(term, pod, cluster) })),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm: term, weight }) => ({ term, weight: -weight, domains: domainsOf(term, pod, cluster) })),
    ]
    return {
      filter: (state) => {
        if (!near.every(({ term, domains }) => isNear(term, domains, state, pod, cluster))) return reject("node(s) didn't match pod affinity rules", false)
        if (far.some(({ term, domains }) => countAt(term, domains, state) > 0)) return reject("node(s) didn't match pod anti-affinity rules", true)
        const isRefused = [...refused].some(([key, values]) => values.has(state.node.metadata.labels?.[key] ?? ''))
        return isRefused ? reject("node(s) didn't satisfy existing pods anti-affinity rules", true) : undefined
      },
      ...(wishes.length === 0 ? {} : {
        score: (state: NodeState) => wishes.reduce((sum, { term, weight, domains }) => sum + weight * countAt(term, domains, state), 0),
        scale: 'highestBest' as const,
      }),
    }
  },
}

/** Pods that the term selects, by the value of its topology key. */
function domainsOf(term: PodAffinityTerm, pod: Pod, cluster: ClusterState): Domains {
  const domains = new Map<string, number>()
  for (const state of cluster.nodes) {
    const value = state.node.metadata.labels?.[term.topologyKey]
    if (value === undefined) continue
    const here = state.pods.filter((other) => isMeant(term, pod, other, cluster)).length
    if (here > 0) domains.set(value, (domains.get(value) ?? 0) + here)
  }
  return domains
}

function isMeant(term: PodAffinityTerm, owner: Pod, other: Pod, cluster: ClusterState): boolean {
  const namespace = other.metadata.namespace ?? ''
  const named = term.namespaces ?? []
  const isDefault = named.length === 0 && term.namespaceSelector === undefined
  const isInNamespace = isDefault ? namespace === owner.metadata.namespace
    : named.includes(namespace) || (term.namespaceSelector !== undefined && selects(term.namespaceSelector, cluster.namespaceLabels(namespace)))
  return isInNamespace && selects(term.labelSelector, other.metadata.labels)
    && (term.matchLabelKeys ?? []).every((key) => owner.metadata.labels?.[key] === undefined || other.metadata.labels?.[key] === owner.metadata.labels[key])
    && (term.mismatchLabelKeys ?? []).every((key) => owner.metadata.labels?.[key] === undefined || other.metadata.labels?.[key] !== owner.metadata.labels[key])
}

const countAt = (term: PodAffinityTerm, domains: Domains, state: NodeState): number => domains.get(state.node.metadata.labels?.[term.topologyKey] ?? '') ?? 0

/** The first Pod of a group that wants to be near itself may go anywhere with the label. */
function isNear(term: PodAffinityTerm, domains: Domains, state: NodeState, pod: Pod, cluster: ClusterState): boolean {
  if (state.node.metadata.labels?.[term.topologyKey] === undefined) return false
  return countAt(term, domains, state) > 0 || (domains.size === 0 && isMeant(term, pod, pod, cluster))
}

/** Where Pods run that refuse this one beside them: values by topology key. */
function refusedDomains(pod: Pod, cluster: ClusterState): ReadonlyMap<string, ReadonlySet<string>> {
  const refused = new Map<string, Set<string>>()
  for (const state of cluster.nodes) {
    for (const other of state.pods) {
      for (const term of other.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        const value = state.node.metadata.labels?.[term.topologyKey]
        if (value === undefined || !isMeant(term, other, pod, cluster)) continue
        refused.set(term.topologyKey, (refused.get(term.topologyKey) ?? new Set()).add(value))
      }
    }
  }
  return refused
}
