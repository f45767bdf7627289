// When a CronJob starts its next Job, what becomes of those that still run, and which ended ones are kept. Pure.
// Times that were slept through are caught up with one Job, the latest. Source: Kubernetes concepts, CronJob.
import { timestamp } from '../../base/clock.ts'
import { type CronSchedule, isTimeZone, parseSchedule } from '../../objects/cron.ts'
import type { CronJob, CronJobStatus, Job } from '../../objects/generated/batch-v1.ts'
import type { ObjectReference } from '../../objects/generated/core-v1.ts'
import { missedStartsMost } from '../limits.ts'

export interface CronJobView {
  readonly cronJob: CronJob
  /** The Jobs that it owns. */
  readonly jobs: readonly Job[]
  readonly nowMs: number
}

/** Something to tell about the CronJob. */
export interface CronEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export interface CronJobPlan {
  /** The scheduled time of the Job to start. */
  readonly startMs: number | undefined
  /** Running Jobs that the new one replaces. */
  readonly replace: readonly Job[]
  /** Ended Jobs beyond those that are kept. */
  readonly forget: readonly Job[]
  /** As it is without the Job to start. */
  readonly status: CronJobStatus
  readonly events: readonly CronEvent[]
  readonly againAfterMs: number | undefined
}

const conditionOf = (job: Job): string | undefined => (job.status?.conditions ?? []).find((one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True')?.type
const warning = (reason: string, message: string): CronEvent => ({ type: 'Warning', reason, message })

/** The next step. */
export function planCronJob(view: CronJobView): CronJobPlan {
  const { cronJob, jobs, nowMs } = view
  const { status, events } = settleActive(cronJob, jobs)
  const idle = { startMs: undefined, replace: [], forget: surplus(cronJob, jobs), status, againAfterMs: undefined }
  const spec = cronJob.spec
  if (spec === undefined || cronJob.metadata.deletionTimestamp !== undefined) return { ...idle, forget: [], events }
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) return { ...idle, events: [...events, warning('UnknownTimeZone', `invalid timeZone: "${spec.timeZone}": unknown time zone ${spec.timeZone}`)] }
  const parsed = parseSchedule(spec.schedule, spec.timeZone ?? 'UTC')
  if (!parsed.ok) return { ...idle, events: [...events, warning('UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${parsed.message}`)] }
  if (spec.suspend === true) return { ...idle, events }
  const nextMs = parsed.schedule.next(nowMs)
  const againAfterMs = nextMs === undefined ? undefined : nextMs - nowMs
  const due = lastDue(cronJob, parsed.schedule, nowMs)
  const told = due.tooMany ? [...events, warning('TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew')] : events
  const waiting = { ...idle, events: told, againAfterMs }
  if (due.ms === undefined) return waiting
  const dueMs = due.ms
  if (spec.startingDeadlineSeconds !== undefined && dueMs + spec.startingDeadlineSeconds * 1000 < nowMs) {
    return { ...waiting, events: [...told, warning('MissSchedule', `Missed scheduled time to start a job: ${new Date(dueMs).toUTCString().replace('GMT', '+0000')}`)] }
  }
  const running = jobs.filter((job) => conditionOf(job) === undefined)
  const isStarted = status.active?.some((one) => one.name === jobName(cronJob, dueMs)) === true || Date.parse(status.lastScheduleTime ?? '') === dueMs
  if (isStarted) return waiting
  if (spec.concurrencyPolicy === 'Forbid' && (status.active ?? []).length > 0) {
    return { ...waiting, events: [...told, { type: 'Normal', reason: 'JobAlreadyActive', message: 'Not starting job because prior execution is running and concurrency policy is Forbid' }] }
  }
  return { ...waiting, startMs: dueMs, replace: spec.concurrencyPolicy === 'Replace' ? running : [] }
}

/** The list of running Jobs without those that ended or are gone. */
function settleActive(cronJob: CronJob, jobs: readonly Job[]): { readonly status: CronJobStatus; readonly events: readonly CronEvent[] } {
  const events: CronEvent[] = []
  const known = cronJob.status?.active ?? []
  let { lastSuccessfulTime } = cronJob.status ?? {}
  const active: ObjectReference[] = []
  for (const reference of known) {
    const job = jobs.find((one) => one.metadata.uid === reference.uid)
    const ended = job === undefined ? undefined : conditionOf(job)
    if (job === undefined) events.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${reference.name}` })
    else if (ended !== undefined) events.push({ type: 'Normal', reason: 'SawCompletedJob', message: `Saw completed job: ${reference.name}, condition: ${ended}` })
    else active.push(reference)
  }
  for (const job of jobs) {
    if (conditionOf(job) === 'Complete' && (job.status?.completionTime ?? '') > (lastSuccessfulTime ?? '')) lastSuccessfulTime = job.status?.completionTime
  }
  return { status: { active: active.length === 0 ? undefined : active, lastScheduleTime: cronJob.status?.lastScheduleTime, lastSuccessfulTime }, events }
}

/** The latest time that is due and was not served. */
function lastDue(cronJob: CronJob, schedule: CronSchedule, nowMs: number): { readonly ms: number | undefined; readonly tooMany: boolean } {
  const none = { ms: undefined, tooMany: false }
  const deadline = cronJob.spec?.startingDeadlineSeconds
  const since = Date.parse(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp ?? timestamp(nowMs))
  const earliestMs = deadline === undefined ? since : Math.max(since, nowMs - deadline * 1000)
  const firstMs = schedule.next(earliestMs)
  if (firstMs === undefined || firstMs > nowMs) return none
  const secondMs = schedule.next(firstMs)
  if (secondMs === undefined || secondMs > nowMs) return { ms: firstMs, tooMany: false }
  const betweenMs = Math.max(1000, secondMs - firstMs)
  const missed = Math.floor((nowMs - firstMs) / betweenMs) + 1
  // Walk only the last stretch; schedules with gaps may need more steps, never fewer.
  let lastMs = firstMs
  let at = schedule.next(Math.max(firstMs - 1, firstMs + (missed - 2) * betweenMs - 1))
  while (at !== undefined && at <= nowMs) {
    lastMs = at
    at = schedule.next(at)
  }
  return { ms: lastMs, tooMany: missed > missedStartsMost }
}

/** The name of the Job of a scheduled time: one that was made and forgotten meets itself. */
export const jobName = (cronJob: CronJob, scheduledMs: number): string => `${cronJob.metadata.name}-${Math.floor(scheduledMs / 60_000)}`

/** Ended Jobs beyond the limits, oldest first. */
function surplus(cronJob: CronJob, jobs: readonly Job[]): readonly Job[] {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec ?? {}
  const started = (job: Job): string => `${job.status?.startTime ?? job.metadata.creationTimestamp ?? ''} ${job.metadata.name}`
  const beyond = (type: string, kept: number): readonly Job[] => {
    const ended = jobs.filter((job) => conditionOf(job) === type && job.metadata.deletionTimestamp === undefined).sort((a, b) => (started(a) < started(b) ? -1 : 1))
    return ended.slice(0, Math.max(0, ended.length - kept))
  }
  return [...beyond('Complete', successfulJobsHistoryLimit), ...beyond('Failed', failedJobsHistoryLimit)]
}
