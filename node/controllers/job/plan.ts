// What a Job needs next: Pods to create or to end, finalizers to take away, and its status. Pure.
// It goes over two states to its end: first the outcome is decided (SuccessCriteriaMet, FailureTarget), then, when no Pod is
// left and every one is counted, it is final (Complete, Failed). Source: Kubernetes concepts, Jobs.
import { timestamp } from '../../base/clock.ts'
import type { Job, JobCondition, JobStatus } from '../../objects/generated/batch-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { formatIndexes, indexOf } from '../../objects/pods/indexes.ts'
import { podBurst } from '../limits.ts'
import { jobEnding, successVerdict } from './policy.ts'
import { backoffMs, isFinished, isIndexed, pendingIndexes, type Progress, progressOf, replacesOnlyFailed, restartsOf, hasFailed, isTracked } from './progress.ts'

export interface JobView {
  readonly job: Job
  /** All Pods that it owns, ended and ending ones included. */
  readonly pods: readonly Pod[]
  readonly nowMs: number
}

/** A Pod to create: its index in an Indexed Job. */
export interface NewPod {
  readonly index: number | undefined
  /** How often the index has failed before. */
  readonly failures: number
}

export interface JobPlan {
  readonly create: readonly NewPod[]
  readonly end: readonly Pod[]
  /** Pods that lose their finalizer once the status is written. */
  readonly release: readonly Pod[]
  readonly status: JobStatus
  /** Conditions that became true just now, for events. */
  readonly news: readonly JobCondition[]
  readonly againAfterMs: number | undefined
}

interface Outcome {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget'
  readonly reason: string
  readonly message: string
}

/** The next step of a Job that is not yet final. */
export function planJob(view: JobView): JobPlan {
  const { job, pods, nowMs } = view
  const progress = progressOf(job, pods)
  const outcome = outcomeOf(view, progress)
  const isSuspended = job.spec?.suspend === true
  const isEnding = job.metadata.deletionTimestamp !== undefined
  const waitMs = backoffMs(job, pods, nowMs)
  const isHeld = outcome !== undefined || isSuspended || isEnding
  const surplus = isHeld ? (isEnding ? [] : progress.active) : surplusOf(job, progress)
  const create = isHeld || waitMs > 0 || surplus.length > 0 ? [] : missing(view, progress)
  const status = statusOf(view, progress, outcome, isSuspended)
  const before = job.status?.conditions ?? []
  const news = (status.conditions ?? []).filter((one) => !before.some((old) => old.type === one.type && old.status === one.status))
  const wanting = !isHeld && waitMs > 0 && wantedActive(job, progress) > progress.active.length ? waitMs : undefined
  return { create, end: surplus, release: released(job, pods, status), status, news, againAfterMs: soonest(wanting, deadlineInMs(view)) }
}

const soonest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** Ended Pods that the status has taken note of, or that nobody counts. */
function released(job: Job, pods: readonly Pod[], status: JobStatus): readonly Pod[] {
  const noted = [...(status.uncountedTerminatedPods?.succeeded ?? []), ...(status.uncountedTerminatedPods?.failed ?? [])]
  return pods.filter((pod) => isTracked(pod) && (noted.includes(pod.metadata.uid ?? '') || isFinished(status) || hasFailed(job, pod)))
}

function outcomeOf(view: JobView, progress: Progress): Outcome | undefined {
  const { job } = view
  const decided = (job.status?.conditions ?? []).find((one) => (one.type === 'FailureTarget' || one.type === 'SuccessCriteriaMet') && one.status === 'True')
  if (decided !== undefined) {
    return { type: decided.type === 'FailureTarget' ? 'FailureTarget' : 'SuccessCriteriaMet', reason: decided.reason ?? '', message: decided.message ?? '' }
  }
  const failure = failureOf(view, progress)
  if (failure !== undefined) return { type: 'FailureTarget', ...failure }
  const success = isIndexed(job) ? successVerdict(job, progress.succeededIndexes) : undefined
  if (success !== undefined) return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: success }
  const { completions } = job.spec ?? {}
  const isEnough = progress.succeeded >= (completions ?? 1)
  if (isEnough && progress.active.length === 0) return { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  return undefined
}

function failureOf(view: JobView, progress: Progress): { readonly reason: string; readonly message: string } | undefined {
  const { job, pods } = view
  const { backoffLimit = 6, maxFailedIndexes } = job.spec ?? {}
  const rule = jobEnding(job, pods)
  if (rule !== undefined) return { reason: 'PodFailurePolicy', message: rule }
  const restarts = restartsOf(job, pods)
  const isWornOut = restarts > 0 && (backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit)
  if (progress.failed > backoffLimit || isWornOut) return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  const deadline = deadlineInMs(view)
  if (deadline !== undefined && deadline <= 0) return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  if (job.spec?.backoffLimitPerIndex === undefined) return undefined
  const failed = progress.failedIndexes.size
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) return { reason: 'MaxFailedIndexesExceeded', message: 'Job has exceeded the specified maximal number of failed indexes' }
  const isOver = progress.succeededIndexes.size + failed >= (job.spec.completions ?? 0)
  return isOver && failed > 0 ? { reason: 'FailedIndexes', message: 'Job has failed indexes' } : undefined
}

/** Time left until the Job's deadline; not positive when it is over, undefined when there is none. */
function deadlineInMs({ job, nowMs }: JobView): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec ?? {}
  const { startTime } = job.status ?? {}
  if (activeDeadlineSeconds === undefined || startTime === undefined || suspend === true || isFinished(job.status)) return undefined
  return Date.parse(startTime) + activeDeadlineSeconds * 1000 - nowMs
}

function wantedActive(job: Job, progress: Progress): number {
  const { completions, parallelism = 1 } = job.spec ?? {}
  if (completions === undefined) return progress.succeeded > 0 ? Math.min(progress.active.length, parallelism) : parallelism
  return Math.min(parallelism, Math.max(0, completions - progress.succeeded - progress.failedIndexes.size))
}

/** Active Pods beyond what is wanted: those of indexes that want none, twins, then the youngest and least ready. */
function surplusOf(job: Job, progress: Progress): readonly Pod[] {
  const unwanted = new Set<Pod>()
  const seen = new Set<number>()
  for (const pod of isIndexed(job) ? byUse(progress.active) : []) {
    const index = indexOf(pod) ?? -1
    const isWanted = index >= 0 && index < (job.spec?.completions ?? 0) && !progress.succeededIndexes.has(index) && !progress.failedIndexes.has(index) && !seen.has(index)
    if (isWanted) seen.add(index)
    else unwanted.add(pod)
  }
  const rest = byUse(progress.active.filter((pod) => !unwanted.has(pod)))
  return [...unwanted, ...rest.slice(wantedActive(job, progress))].slice(0, podBurst)
}

const phases = ['Running', 'Pending']

/** The most useful Pod first: running, and old. */
function byUse(pods: readonly Pod[]): readonly Pod[] {
  const rank = (pod: Pod): string => `${phases.indexOf(pod.status?.phase ?? 'Pending')} ${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.uid ?? ''}`
  return [...pods].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

function missing(view: JobView, progress: Progress): readonly NewPod[] {
  const { job, pods } = view
  const held = progress.active.length + (replacesOnlyFailed(job) ? progress.terminating : 0)
  const count = Math.min(podBurst, Math.max(0, wantedActive(job, progress) - held))
  if (!isIndexed(job)) return Array.from({ length: count }, () => ({ index: undefined, failures: 0 }))
  return pendingIndexes(job, progress, count).map((index) => ({ index, failures: pods.filter((pod) => indexOf(pod) === index && hasFailed(job, pod)).length }))
}

function statusOf(view: JobView, progress: Progress, outcome: Outcome | undefined, isSuspended: boolean): JobStatus {
  const { job, nowMs } = view
  const old = job.status ?? {}
  const now = timestamp(nowMs)
  let conditions = withSuspension(old.conditions ?? [], isSuspended, now)
  const { noted, counted } = progress
  const isCounted = noted.succeeded.length + noted.failed.length === 0
  const isQuiet = progress.active.length === 0 && progress.terminating === 0
  if (outcome !== undefined) {
    conditions = withCondition(conditions, { type: outcome.type, status: 'True', reason: outcome.reason, message: outcome.message }, now)
    const final = outcome.type === 'FailureTarget' ? 'Failed' : 'Complete'
    if (isCounted && isQuiet) conditions = withCondition(conditions, { type: final, status: 'True', reason: outcome.reason, message: outcome.message }, now)
  }
  const isComplete = conditions.some((one) => one.type === 'Complete')
  const wasSuspended = (old.conditions ?? []).some((one) => one.type === 'Suspended' && one.status === 'True')
  const startTime = wasSuspended ? now : old.startTime ?? now
  return {
    // The deadline counts anew from where the Job goes on.
    startTime: isSuspended ? old.startTime : startTime,
    completionTime: isComplete ? old.completionTime ?? now : undefined,
    active: progress.active.length, ready: progress.ready, terminating: progress.terminating,
    succeeded: counted.succeeded, failed: counted.failed,
    uncountedTerminatedPods: noted,
    completedIndexes: isIndexed(job) ? formatIndexes(progress.succeededIndexes) : undefined,
    failedIndexes: job.spec?.backoffLimitPerIndex === undefined ? undefined : formatIndexes(progress.failedIndexes),
    conditions: conditions.length === 0 ? undefined : conditions,
  }
}

function withSuspension(conditions: readonly JobCondition[], isSuspended: boolean, now: string): readonly JobCondition[] {
  const old = conditions.find((one) => one.type === 'Suspended')
  if (isSuspended) return withCondition(conditions, { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }, now)
  return old === undefined ? conditions : withCondition(conditions, { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }, now)
}

function withCondition(conditions: readonly JobCondition[], next: JobCondition, now: string): readonly JobCondition[] {
  const old = conditions.find((one) => one.type === next.type)
  if (old !== undefined && old.status === next.status) return conditions
  return [...conditions.filter((one) => one.type !== next.type), { ...next, lastProbeTime: now, lastTransitionTime: now }]
}

/** Time left until a final Job is deleted; undefined when it stays. */
export function lifeLeftMs(job: Job, nowMs: number): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished
  const final = (job.status?.conditions ?? []).find((one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True')
  return ttl === undefined || final === undefined ? undefined : Date.parse(final.lastTransitionTime ?? '') + ttl * 1000 - nowMs
}
