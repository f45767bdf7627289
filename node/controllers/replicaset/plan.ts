// What a ReplicaSet needs next: Pods to create or to delete, and its status. Pure.
// Names of new Pods follow from what is known at the decision, so that a create whose answer was lost meets itself when it is
// repeated, while a Pod that is gone never lends its name to the next.
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../objects/generated/apps-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { containsLabels } from '../../objects/pods/label-match.ts'
import { isPodActive, isPodAvailable, isPodReady, readySinceMs } from '../../objects/pods/lifecycle.ts'
import { nameSuffix } from '../../objects/pods/fnv.ts'
import { podBurst } from '../limits.ts'
import { podsToDelete } from './ranking.ts'

export interface ReplicaSetView {
  readonly replicaSet: ReplicaSet
  /** All Pods that it owns, ending ones included. */
  readonly pods: readonly Pod[]
  /** Pods of all ReplicaSets of the same owner, by node. */
  readonly relatedPerNode: ReadonlyMap<string, number>
  readonly nowMs: number
}

export type ReplicaSetStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly names: readonly string[] }
  | { readonly kind: 'delete'; readonly pods: readonly Pod[] }

/** The next step towards the wanted number of Pods. `isTaken` tells whether a Pod of that name is known. */
export function planReplicas(view: ReplicaSetView, isTaken: (name: string) => boolean): ReplicaSetStep {
  const { replicaSet, pods } = view
  if (replicaSet.metadata.deletionTimestamp !== undefined) return { kind: 'none' }
  const active = pods.filter(isPodActive)
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length
  if (missing > 0) return { kind: 'create', names: namesFor(view, Math.min(missing, podBurst), isTaken) }
  if (missing < 0) return { kind: 'delete', pods: podsToDelete(active, Math.min(-missing, podBurst), view.relatedPerNode, view.nowMs) }
  return { kind: 'none' }
}

/** Longest name that leaves room for the suffix within a host name of 63. */
const longestPrefix = 57

function namesFor(view: ReplicaSetView, count: number, isTaken: (name: string) => boolean): readonly string[] {
  const { metadata } = view.replicaSet
  const known = view.pods.map((pod) => pod.metadata.uid ?? '').sort().join(' ')
  const prefix = (metadata.name ?? '').slice(0, longestPrefix)
  const names: string[] = []
  for (let number = 0; names.length < count; number++) {
    const name = `${prefix}-${nameSuffix(`${metadata.uid} ${metadata.resourceVersion} ${known} ${number}`, 5)}`
    if (!isTaken(name) && !names.includes(name)) names.push(name)
  }
  return names
}

/** The status as it should be; `failure` is why Pods could not be created or deleted just now. */
export function planStatus(view: ReplicaSetView, failure: { readonly reason: string; readonly message: string } | undefined, now: string): ReplicaSetStatus {
  const { replicaSet, nowMs } = view
  const active = view.pods.filter(isPodActive)
  const templateLabels = replicaSet.spec?.template?.metadata?.labels ?? {}
  const conditions = withFailure(replicaSet.status?.conditions ?? [], failure, now)
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => containsLabels(templateLabels, pod.metadata.labels)).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, replicaSet.spec?.minReadySeconds ?? 0, nowMs)).length,
    observedGeneration: Math.max(replicaSet.metadata.generation ?? 0, replicaSet.status?.observedGeneration ?? 0),
    conditions: conditions.length === 0 ? undefined : conditions,
  }
}

function withFailure(
  conditions: readonly ReplicaSetCondition[], failure: { readonly reason: string; readonly message: string } | undefined, now: string,
): readonly ReplicaSetCondition[] {
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure')
  if (failure === undefined) return others.length === conditions.length ? conditions : others
  const old = conditions.find((condition) => condition.type === 'ReplicaFailure')
  if (old !== undefined && old.reason === failure.reason) return conditions
  return [...others, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, ...failure }]
}

/** When the next ready Pod becomes available, in milliseconds from now; undefined when none is waiting. */
export function nextAvailableInMs(view: ReplicaSetView): number | undefined {
  const minReadyMs = (view.replicaSet.spec?.minReadySeconds ?? 0) * 1000
  if (minReadyMs === 0) return undefined
  const waits = view.pods.filter(isPodActive).map((pod) => (readySinceMs(pod) ?? Number.POSITIVE_INFINITY) + minReadyMs - view.nowMs)
  const next = Math.min(...waits.filter((wait) => wait > 0))
  return Number.isFinite(next) ? next : undefined
}
