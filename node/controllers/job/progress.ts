// What a Job has achieved so far: which of its Pods count, how often, and how long the next try waits. Pure.
// A Pod carries a finalizer until it is counted, so that none is lost or counted twice: its uid is noted in the status first,
// then the finalizer goes, then the number grows. Source: Kubernetes concepts, Jobs (tracking with finalizers).
import type { Job, JobStatus } from '../../objects/generated/batch-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { indexOf, parseIndexes } from '../../objects/pods/indexes.ts'
import { isPodActive, isPodReady } from '../../objects/pods/lifecycle.ts'
import { jobBackoffBaseMs, jobBackoffMostMs } from '../limits.ts'
import { givesUpIndex, isIgnored } from './policy.ts'

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'

export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(trackingFinalizer) === true

/** The counters of a Job as they are now. */
export interface Progress {
  readonly active: readonly Pod[]
  readonly terminating: number
  readonly ready: number
  /** Counted, noted and just ended Pods together. */
  readonly succeeded: number
  readonly failed: number
  readonly succeededIndexes: ReadonlySet<number>
  readonly failedIndexes: ReadonlySet<number>
  /** Uids that the status notes: of Pods whose finalizer goes next. */
  readonly noted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] }
  /** Numbers for the status, without what is only noted. */
  readonly counted: { readonly succeeded: number; readonly failed: number }
}

export const isIndexed = (job: Job): boolean => job.spec?.completionMode === 'Indexed'

/** Whether only Pods that have really ended are replaced. */
export const replacesOnlyFailed = (job: Job): boolean => job.spec?.podReplacementPolicy === 'Failed'

export const hasSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded'

/** Nothing of it runs any more: only finalizers keep it. */
const hasStopped = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && (pod.metadata.deletionGracePeriodSeconds ?? 0) === 0

/** A Pod that is being deleted counts as failed at once, unless the Job waits for its end. */
export function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true
  if (pod.metadata.deletionTimestamp === undefined || hasSucceeded(pod)) return false
  return !replacesOnlyFailed(job) || hasStopped(pod)
}

/** Adds up what the status says and what the Pods show. */
export function progressOf(job: Job, pods: readonly Pod[]): Progress {
  const status = job.status ?? {}
  const active = pods.filter(isPodActive)
  const terminating = pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !hasStopped(pod) && pod.status?.phase !== 'Failed' && !hasSucceeded(pod)).length
  const tracked = new Map(pods.filter(isTracked).map((pod) => [pod.metadata.uid ?? '', pod]))
  const known = { succeeded: status.uncountedTerminatedPods?.succeeded ?? [], failed: status.uncountedTerminatedPods?.failed ?? [] }
  const isKnown = (pod: Pod): boolean => known.succeeded.includes(pod.metadata.uid ?? '') || known.failed.includes(pod.metadata.uid ?? '')
  const fresh = [...tracked.values()].filter((pod) => !isKnown(pod))
  const freshSucceeded = fresh.filter(hasSucceeded)
  const freshFailed = fresh.filter((pod) => hasFailed(job, pod) && !isIgnored(job, pod))
  const uids = (list: readonly Pod[]): readonly string[] => list.map((pod) => pod.metadata.uid ?? '')
  const stillTracked = (uid: string): boolean => tracked.has(uid)
  const succeededIndexes = indexesAfter(job, status.completedIndexes, pods.filter(hasSucceeded))
  const failedIndexes = failedIndexesAfter(job, pods, succeededIndexes)
  const isDone = (known.succeeded.length - known.succeeded.filter(stillTracked).length)
  const isLost = (known.failed.length - known.failed.filter(stillTracked).length)
  return {
    active, terminating, ready: active.filter(isPodReady).length,
    succeeded: isIndexed(job) ? succeededIndexes.size : (status.succeeded ?? 0) + known.succeeded.length + freshSucceeded.length,
    failed: (status.failed ?? 0) + known.failed.length + freshFailed.length,
    succeededIndexes, failedIndexes,
    noted: { succeeded: [...known.succeeded.filter(stillTracked), ...uids(freshSucceeded)], failed: [...known.failed.filter(stillTracked), ...uids(freshFailed)] },
    counted: { succeeded: isIndexed(job) ? succeededIndexes.size : (status.succeeded ?? 0) + isDone, failed: (status.failed ?? 0) + isLost },
  }
}

function indexesAfter(job: Job, text: string | undefined, pods: readonly Pod[]): ReadonlySet<number> {
  if (!isIndexed(job)) return new Set()
  const count = job.spec?.completions ?? 0
  const known = parseIndexes(text ?? '', Number.MAX_SAFE_INTEGER)
  const indexes = new Set(typeof known === 'string' ? [] : [...known].filter((index) => index < count))
  for (const pod of pods) {
    const index = indexOf(pod)
    if (index !== undefined && index < count) indexes.add(index)
  }
  return indexes
}

/** Indexes that may not be tried again: too many failures, or a rule that says so. */
function failedIndexesAfter(job: Job, pods: readonly Pod[], succeeded: ReadonlySet<number>): ReadonlySet<number> {
  const limit = job.spec?.backoffLimitPerIndex
  const known = parseIndexes(job.status?.failedIndexes ?? '', Number.MAX_SAFE_INTEGER)
  const indexes = new Set(typeof known === 'string' ? [] : known)
  if (limit === undefined || !isIndexed(job)) return indexes
  const failures = Map.groupBy(pods.filter((pod) => hasFailed(job, pod) && !isIgnored(job, pod)), indexOf)
  for (const [index, list] of failures) {
    if (index !== undefined && !succeeded.has(index) && (list.length > limit || list.some((pod) => givesUpIndex(job, pod)))) indexes.add(index)
  }
  return indexes
}

/** The indexes that want a Pod, lowest first, without those that have one. */
export function pendingIndexes(job: Job, progress: Progress, count: number): readonly number[] {
  const busy = new Set(progress.active.map(indexOf))
  const pending: number[] = []
  for (let index = 0; index < (job.spec?.completions ?? 0) && pending.length < count; index++) {
    if (!busy.has(index) && !progress.succeededIndexes.has(index) && !progress.failedIndexes.has(index)) pending.push(index)
  }
  return pending
}

function endedMs(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map((status) => status.state?.terminated?.finishedAt).filter((time) => time !== undefined)
  const last = Math.max(...times.map((time) => Date.parse(time)))
  if (Number.isFinite(last)) return last
  return Date.parse(pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp ?? '') || 0
}

/** How long the next Pod waits because of failures since the last success; it doubles with each of them. */
export function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...pods.filter(hasSucceeded).map(endedMs))
  const failures = pods.filter((pod) => hasFailed(job, pod) && !isIgnored(job, pod)).map(endedMs).filter((ms) => ms > lastSuccessMs)
  if (failures.length === 0) return 0
  const waitMs = Math.min(jobBackoffMostMs, jobBackoffBaseMs * 2 ** Math.min(failures.length - 1, 10))
  return Math.max(0, Math.max(...failures) + waitMs - nowMs)
}

/** Restarts of containers on behalf of a Job whose Pods restart in place. */
export function restartsOf(job: Job, pods: readonly Pod[]): number {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return 0
  const running = pods.filter((pod) => pod.status?.phase === 'Running' || pod.status?.phase === 'Pending')
  const restarts = (pod: Pod): number => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].reduce((sum, status) => sum + status.restartCount, 0)
  return running.reduce((sum, pod) => sum + restarts(pod), 0)
}

/** Whether the status has everything that it will ever have. */
export function isFinished(status: JobStatus | undefined): boolean {
  return (status?.conditions ?? []).some((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True')
}
