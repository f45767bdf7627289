// A Deployment's status: counts over its ReplicaSets, and the conditions that `kubectl rollout status` and `kubectl wait`
// read. Pure; the old status is an argument, because progress is a change against it.
// Source: Kubernetes concepts, Deployments (status; progressDeadlineSeconds). Messages are those of the reference.
import { timestamp } from '../../base/clock.ts'
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../objects/generated/apps-v1.ts'
import { boundsOf, totalSize } from './sizes.ts'

/** No deadline at all, as the reference writes it. */
const noDeadlineSeconds = 2_147_483_647

type Conditions = readonly DeploymentCondition[]

export interface StatusView {
  readonly deployment: Deployment
  readonly fresh: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
  readonly collisions: number
  readonly nowMs: number
}

const find = (conditions: Conditions | undefined, type: string): DeploymentCondition | undefined => conditions?.find((one) => one.type === type)

function set(conditions: Conditions, type: string, status: string, reason: string, message: string, nowMs: number, touch = false): Conditions {
  const old = find(conditions, type)
  if (old !== undefined && old.status === status && old.reason === reason && !touch) return conditions
  const now = timestamp(nowMs)
  const lastTransitionTime = old !== undefined && old.status === status ? old.lastTransitionTime : now
  return [...conditions.filter((one) => one.type !== type), { type, status, reason, message, lastUpdateTime: now, lastTransitionTime }]
}

/** Sum of a count over ReplicaSets. */
function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, one) => total + (count(one) ?? 0), 0)
}

/** Counts, and the condition Available. */
function counted(view: StatusView): DeploymentStatus {
  const { deployment, fresh, old, nowMs } = view
  const all = fresh === undefined ? old : [...old, fresh]
  const availableReplicas = sum(all, (one) => one.status?.availableReplicas)
  const { replicas, unavailable } = boundsOf(deployment)
  const conditions = availableReplicas >= replicas - unavailable
    ? set(deployment.status?.conditions ?? [], 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', nowMs)
    : set(deployment.status?.conditions ?? [], 'Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', nowMs)
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: sum(all, (one) => one.status?.replicas),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: sum(all, (one) => one.status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, totalSize(all) - availableReplicas),
    collisionCount: view.collisions === 0 ? undefined : view.collisions,
    conditions,
  }
}

/** Whether a deadline for progress is set at all. */
export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds
  return seconds !== undefined && seconds !== noDeadlineSeconds
}

/** All Pods are new, wanted and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec?.replicas ?? 1
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas
    && (status.availableReplicas ?? 0) === replicas && (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
}

function isProgressing(before: DeploymentStatus, next: DeploymentStatus): boolean {
  const oldPods = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
  return (next.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || oldPods(next) < oldPods(before)
    || (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
}

/** Milliseconds until the deadline of a rollout that stands still; negative when it has passed. */
function deadlineInMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const condition = find(status.conditions, 'Progressing')
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return undefined
  const fromMs = Date.parse(condition.lastUpdateTime ?? timestamp(nowMs))
  return fromMs + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000 - nowMs
}

/** The status without a look at progress: of a paused, resized or ending Deployment. */
export function plainStatus(view: StatusView): DeploymentStatus {
  return counted(view)
}

/** The status of a Deployment that rolls out, with the condition Progressing. */
export function rolloutStatus(view: StatusView): DeploymentStatus {
  const { deployment, nowMs } = view
  const status = counted(view)
  const withProgress = hasDeadline(deployment)
    ? progressConditions(view, status)
    : (status.conditions ?? []).filter((one) => one.type !== 'Progressing')
  return { ...status, conditions: withReplicaFailure(view, withProgress, nowMs) }
}

function progressConditions(view: StatusView, status: DeploymentStatus): Conditions {
  const { deployment, fresh, nowMs } = view
  const conditions = status.conditions ?? []
  const current = find(conditions, 'Progressing')
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable'
  if (wasComplete) return conditions
  const what = fresh === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${fresh.metadata.name}"`
  if (isComplete(deployment, status)) {
    return set(conditions, 'Progressing', 'True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`, nowMs)
  }
  if (isProgressing(deployment.status ?? {}, status)) {
    return set(conditions, 'Progressing', 'True', 'ReplicaSetUpdated', `${what} is progressing.`, nowMs, true)
  }
  const leftMs = deadlineInMs(deployment, status, nowMs)
  if (current?.reason === 'ProgressDeadlineExceeded' || (leftMs !== undefined && leftMs < 0)) {
    return set(conditions, 'Progressing', 'False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`, nowMs)
  }
  return conditions
}

function withReplicaFailure(view: StatusView, conditions: Conditions, nowMs: number): Conditions {
  const sets = view.fresh === undefined ? view.old : [view.fresh, ...view.old]
  const failure = sets.flatMap((one) => one.status?.conditions ?? []).find((one) => one.type === 'ReplicaFailure')
  if (failure === undefined) return conditions.some((one) => one.type === 'ReplicaFailure') ? conditions.filter((one) => one.type !== 'ReplicaFailure') : conditions
  return set(conditions, 'ReplicaFailure', failure.status, failure.reason ?? '', failure.message ?? '', nowMs)
}

/** The conditions when a new ReplicaSet was made or an old one found again. */
export function foundCondition(deployment: Deployment, name: string, isNew: boolean, nowMs: number): Conditions | undefined {
  if (!hasDeadline(deployment)) return undefined
  const conditions = deployment.status?.conditions ?? []
  if (!isNew && find(conditions, 'Progressing') !== undefined) return undefined
  return isNew
    ? set(conditions, 'Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`, nowMs)
    : set(conditions, 'Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${name}"`, nowMs)
}

/** The conditions after `kubectl rollout pause` or `resume`, or undefined when they say so already. */
export function pauseCondition(deployment: Deployment, nowMs: number): Conditions | undefined {
  if (!hasDeadline(deployment)) return undefined
  const conditions = deployment.status?.conditions ?? []
  const current = find(conditions, 'Progressing')
  if (current?.reason === 'ProgressDeadlineExceeded') return undefined
  const saysPaused = current?.reason === 'DeploymentPaused'
  const isPaused = deployment.spec?.paused === true
  if (isPaused === saysPaused) return undefined
  return isPaused
    ? set(conditions, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', nowMs)
    : set(conditions, 'Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', nowMs)
}

/** When a rollout that stands still must be looked at again, in milliseconds. */
export function nextLookInMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  if (!hasDeadline(deployment) || isComplete(deployment, status)) return undefined
  if (find(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return undefined
  const leftMs = deadlineInMs(deployment, status, nowMs)
  return leftMs === undefined ? undefined : Math.max(0, leftMs) + 1_000
}
