// Which Pods of a ReplicaSet go first when there are too many. The order is that of the reference: the least useful Pod first.
// Source: Kubernetes concepts, ReplicaSet, "Scaling a ReplicaSet"; annotation controller.kubernetes.io/pod-deletion-cost.
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodReady, readySinceMs } from '../../objects/pods/lifecycle.ts'

const phaseRank: { readonly [phase: string]: number } = { Pending: 0, Unknown: 1, Running: 2 }

/** The `count` Pods to delete. `perNode` counts the related Pods of a node: doubled-up Pods go before lonely ones. */
export function podsToDelete(pods: readonly Pod[], count: number, perNode: ReadonlyMap<string, number>, nowMs: number): readonly Pod[] {
  if (count >= pods.length) return pods
  return [...pods].sort((a, b) => compare(a, b, perNode, nowMs)).slice(0, count)
}

function compare(a: Pod, b: Pod, perNode: ReadonlyMap<string, number>, nowMs: number): number {
  const criteria = [
    Number(isAssigned(a)) - Number(isAssigned(b)),
    (phaseRank[a.status?.phase ?? 'Pending'] ?? 1) - (phaseRank[b.status?.phase ?? 'Pending'] ?? 1),
    Number(isPodReady(a)) - Number(isPodReady(b)),
    deletionCost(a) - deletionCost(b),
    related(b, perNode) - related(a, perNode),
    ageBucket(readySinceMs(a), nowMs) - ageBucket(readySinceMs(b), nowMs),
    restarts(b) - restarts(a),
    ageBucket(createdMs(a), nowMs) - ageBucket(createdMs(b), nowMs),
  ]
  const decided = criteria.find((difference) => difference !== 0)
  if (decided !== undefined) return decided
  // Equal in all: by uid, so that two runs choose the same ones.
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1
}

const isAssigned = (pod: Pod): boolean => (pod.spec?.nodeName ?? '') !== ''
const related = (pod: Pod, perNode: ReadonlyMap<string, number>): number => perNode.get(pod.spec?.nodeName ?? '') ?? 0
const createdMs = (pod: Pod): number | undefined => pod.metadata.creationTimestamp === undefined ? undefined : Date.parse(pod.metadata.creationTimestamp)

/** Younger goes first, but ages are compared on a logarithmic scale, so that old Pods of similar age are equal. */
function ageBucket(sinceMs: number | undefined, nowMs: number): number {
  if (sinceMs === undefined) return -1
  return Math.floor(Math.log2(Math.max(1, nowMs - sinceMs)))
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount))
}

function deletionCost(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  return Number.isInteger(cost) ? cost : 0
}
