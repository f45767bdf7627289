// What a StatefulSet needs next: Pods to create or to delete, in order, and its status. Pure.
// With OrderedReady one Pod is touched at a time and the next waits until it is available; Parallel does not wait, but for
// updates. Source: Kubernetes concepts, StatefulSets (deployment and scaling guarantees, update strategies).
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../objects/generated/apps-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodAvailable, isPodReady, isPodTerminal, readySinceMs } from '../../objects/pods/lifecycle.ts'
import { ordinalOf, revisionOf } from './identity.ts'

export interface StatefulSetView {
  readonly set: StatefulSet
  /** The Pods that it owns. */
  readonly pods: readonly Pod[]
  /** The revision before the rollout that is under way, and that of the template. */
  readonly current: ControllerRevision
  readonly update: ControllerRevision
  readonly nowMs: number
}

export type StatefulSetStep =
  | { readonly kind: 'create'; readonly ordinal: number; readonly revision: ControllerRevision }
  | { readonly kind: 'delete'; readonly pod: Pod; readonly reason: 'scale' | 'update' | 'RecreatingFailedPod' | 'RecreatingTerminatedPod' }

export interface StatefulSetPlan {
  readonly steps: readonly StatefulSetStep[]
  readonly status: StatefulSetStatus
  readonly againAfterMs: number | undefined
}

const isEnding = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined
const isRunning = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod)

/** The next steps, and the status as it is without them. */
export function planStatefulSet(view: StatefulSetView): StatefulSetPlan {
  const { set } = view
  const status = statusOf(view)
  const againAfterMs = nextAvailableInMs(view)
  if (set.metadata.deletionTimestamp !== undefined) return { steps: [], status, againAfterMs }
  return { steps: stepsOf(view), status, againAfterMs }
}

function stepsOf(view: StatefulSetView): readonly StatefulSetStep[] {
  const isOrdered = view.set.spec?.podManagementPolicy !== 'Parallel'
  const byOrdinal = new Map(view.pods.map((pod) => [ordinalOf(view.set, pod), pod]))
  const start = startOf(view.set)
  const steps: StatefulSetStep[] = []
  for (let ordinal = start; ordinal < start + replicasOf(view.set); ordinal++) {
    const next = stepOf(view, ordinal, byOrdinal.get(ordinal))
    if (next === 'wait') {
      if (isOrdered) return steps
    } else if (next !== 'done') {
      steps.push(next)
      if (isOrdered) return steps
    }
  }
  const condemned = condemnedSteps(view, isOrdered)
  if (condemned === 'wait') return steps
  steps.push(...condemned)
  return steps.length > 0 ? steps : updateSteps(view, byOrdinal)
}

const startOf = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0
const replicasOf = (set: StatefulSet): number => set.spec?.replicas ?? 1

/** Whether the set is large enough for a Pod of this number. */
export const isWanted = (set: StatefulSet, ordinal: number): boolean => ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set)

const isAvailable = (view: StatefulSetView, pod: Pod): boolean => isRunning(pod) && isPodAvailable(pod, view.set.spec?.minReadySeconds ?? 0, view.nowMs)

function stepOf(view: StatefulSetView, ordinal: number, pod: Pod | undefined): StatefulSetStep | 'done' | 'wait' {
  if (pod === undefined) return { kind: 'create', ordinal, revision: revisionFor(view, ordinal) }
  if (isEnding(pod)) return 'wait'
  if (isPodTerminal(pod)) return { kind: 'delete', pod, reason: pod.status?.phase === 'Failed' ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod' }
  return isAvailable(view, pod) ? 'done' : 'wait'
}

/** Below the partition a Pod comes back as it was. */
function revisionFor({ set, current, update }: StatefulSetView, ordinal: number): ControllerRevision {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {}
  if (type === 'OnDelete') return update
  return ordinal < startOf(set) + (rollingUpdate?.partition ?? 0) ? current : update
}

/** Pods beyond the wanted number, highest first. */
function condemnedSteps(view: StatefulSetView, isOrdered: boolean): readonly StatefulSetStep[] | 'wait' {
  const { set } = view
  const [least, most] = [startOf(set), startOf(set) + replicasOf(set)]
  const ordinal = (pod: Pod): number => ordinalOf(set, pod) ?? -1
  const condemned = view.pods.filter((pod) => ordinal(pod) >= 0 && (ordinal(pod) < least || ordinal(pod) >= most)).sort((a, b) => ordinal(b) - ordinal(a))
  if (!isOrdered) return condemned.filter((pod) => !isEnding(pod)).map((pod) => ({ kind: 'delete', pod, reason: 'scale' }))
  const [first] = condemned
  if (first === undefined) return []
  // The lowest one that is unwell may go although it is: it will never be well.
  const unwell = [...view.pods].sort((a, b) => ordinal(a) - ordinal(b)).find((pod) => !isRunning(pod) || isEnding(pod))
  if (isEnding(first) || (!isAvailable(view, first) && first !== unwell)) return 'wait'
  return [{ kind: 'delete', pod: first, reason: 'scale' }]
}

/** From the highest number down to the partition, one after the other, each waiting for those above it to be well. */
function updateSteps(view: StatefulSetView, byOrdinal: ReadonlyMap<number | undefined, Pod>): readonly StatefulSetStep[] {
  const { set, update } = view
  if (set.spec?.updateStrategy?.type === 'OnDelete') return []
  const least = startOf(set) + (set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0)
  for (let ordinal = startOf(set) + replicasOf(set) - 1; ordinal >= least; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined || isEnding(pod)) return []
    if (revisionOf(pod) !== update.metadata.name) return [{ kind: 'delete', pod, reason: 'update' }]
    if (!isAvailable(view, pod)) return []
  }
  return []
}

function statusOf(view: StatefulSetView): StatefulSetStatus {
  const { set, pods, current, update } = view
  const old = set.status
  const count = (is: (pod: Pod) => boolean): number => pods.filter(is).length
  const ofRevision = (revision: ControllerRevision): number => count((pod) => !isEnding(pod) && revisionOf(pod) === revision.metadata.name)
  const status = {
    observedGeneration: Math.max(set.metadata.generation ?? 0, old?.observedGeneration ?? 0),
    replicas: pods.length, readyReplicas: count(isRunning), availableReplicas: count((pod) => isAvailable(view, pod)),
    currentReplicas: ofRevision(current), updatedReplicas: ofRevision(update),
    currentRevision: current.metadata.name, updateRevision: update.metadata.name, collisionCount: old?.collisionCount ?? 0,
  }
  const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete'
  const isRolledOut = isRolling && status.updatedReplicas === status.replicas && status.readyReplicas === status.replicas && status.replicas === replicasOf(set)
  return isRolledOut ? { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision } : status
}

/** When the next ready Pod becomes available, in milliseconds from now. */
function nextAvailableInMs({ set, pods, nowMs }: StatefulSetView): number | undefined {
  const minReadyMs = (set.spec?.minReadySeconds ?? 0) * 1000
  const waits = pods.map((pod) => (readySinceMs(pod) ?? Number.POSITIVE_INFINITY) + minReadyMs - nowMs).filter((wait) => wait > 0 && Number.isFinite(wait))
  return waits.length === 0 ? undefined : Math.min(...waits)
}
