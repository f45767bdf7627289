// CronJobs: when a Job starts, when not, and which ones are forgotten.
// Source of the rules: Kubernetes concepts, CronJob.
import assert from 'node:assert/strict'
import type { CronJob, CronJobSpec, CronJobStatus, Job } from '../../../../node/objects/generated/batch-v1.ts'
import { planCronJob } from '../../../../node/controllers/cronjob/plan.ts'

const at = (text: string): number => Date.parse(`2026-01-01T${text}Z`)
const cron = (spec: Partial<CronJobSpec> = {}, status?: CronJobStatus): CronJob => ({
  metadata: { name: 'tick', namespace: 'n', uid: 'c', creationTimestamp: '2026-01-01T00:00:30Z' },
  spec: { schedule: '*/10 * * * *', concurrencyPolicy: 'Allow', successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, jobTemplate: {}, ...spec },
  ...(status === undefined ? {} : { status }),
})
const job = (name: string, type?: string, startTime = '2026-01-01T00:00:00Z'): Job => ({
  metadata: { name, uid: name },
  status: { startTime, conditions: type === undefined ? [] : [{ type, status: 'True' }], ...(type === 'Complete' ? { completionTime: startTime } : {}) },
})
const reasons = (plan: { readonly events: readonly { readonly reason: string }[] }): readonly string[] => plan.events.map((event) => event.reason)
const active = { active: [{ kind: 'Job', name: 'old', uid: 'old' }], lastScheduleTime: '2026-01-01T00:10:00Z' }

describe('controllers / cronjob / plan', () => {
  it('waits for the next time, starts at it, and not again', () => {
    assert.deepEqual([planCronJob({ cronJob: cron(), jobs: [], nowMs: at('00:09:00') })].map((plan) => [plan.startMs, plan.againAfterMs]), [[undefined, 60_000]])
    assert.equal(planCronJob({ cronJob: cron(), jobs: [], nowMs: at('00:10:00') }).startMs, at('00:10:00'))
    assert.equal(planCronJob({ cronJob: cron({}, { lastScheduleTime: '2026-01-01T00:10:00Z' }), jobs: [], nowMs: at('00:10:30') }).startMs, undefined)
  })

  it('reads the schedule in its time zone', () => {
    const noon = cron({ schedule: '0 12 * * *', timeZone: 'Asia/Tokyo' })
    assert.equal(planCronJob({ cronJob: noon, jobs: [], nowMs: at('03:00:01') }).startMs, at('03:00:00'))
  })

  it('catches up with the latest of missed times, and complains of too many', () => {
    const few = planCronJob({ cronJob: cron(), jobs: [], nowMs: at('05:34:00') })
    assert.equal(few.startMs, at('05:30:00'))
    const many = planCronJob({ cronJob: cron({ schedule: '* * * * *' }), jobs: [], nowMs: at('05:34:10') })
    assert.equal(many.startMs, at('05:34:00'))
    assert.deepEqual(reasons(many), ['TooManyMissedTimes'])
  })

  it('misses a time that is past its deadline', () => {
    const late = planCronJob({ cronJob: cron({ startingDeadlineSeconds: 60 }), jobs: [], nowMs: at('00:15:00') })
    assert.equal(late.startMs, undefined)
    assert.equal(planCronJob({ cronJob: cron({ startingDeadlineSeconds: 60 }), jobs: [], nowMs: at('00:10:59') }).startMs, at('00:10:00'))
  })

  it('keeps to its policy while a Job runs', () => {
    const view = { jobs: [job('old')], nowMs: at('00:20:00') }
    assert.equal(planCronJob({ ...view, cronJob: cron({}, active) }).startMs, at('00:20:00'))
    const forbid = planCronJob({ ...view, cronJob: cron({ concurrencyPolicy: 'Forbid' }, active) })
    assert.deepEqual([forbid.startMs, reasons(forbid)], [undefined, ['JobAlreadyActive']])
    const replace = planCronJob({ ...view, cronJob: cron({ concurrencyPolicy: 'Replace' }, active) })
    assert.deepEqual([replace.startMs, replace.replace.map((one) => one.metadata.name)], [at('00:20:00'), ['old']])
  })

  it('does nothing while suspended, but settles what ended', () => {
    const plan = planCronJob({ cronJob: cron({ suspend: true }, active), jobs: [job('old', 'Complete')], nowMs: at('00:20:00') })
    assert.equal(plan.startMs, undefined)
    assert.deepEqual(reasons(plan), ['SawCompletedJob'])
    assert.deepEqual([plan.status.active, plan.status.lastSuccessfulTime], [undefined, '2026-01-01T00:00:00Z'])
  })

  it('forgets the oldest ended Jobs beyond the limits', () => {
    const jobs = [1, 2, 3, 4].map((hour) => job(`good-${hour}`, 'Complete', `2026-01-01T0${hour}:00:00Z`))
    const failed = [1, 2].map((hour) => job(`bad-${hour}`, 'Failed', `2026-01-01T0${hour}:00:00Z`))
    assert.deepEqual(planCronJob({ cronJob: cron(), jobs: [...jobs, ...failed], nowMs: at('00:05:00') }).forget.map((one) => one.metadata.name), ['good-1', 'bad-1'])
  })

  it('says what is wrong with a schedule or a zone that got past the server', () => {
    assert.deepEqual(reasons(planCronJob({ cronJob: cron({ schedule: 'x' }), jobs: [], nowMs: at('00:05:00') })), ['UnparseableSchedule'])
    assert.deepEqual(reasons(planCronJob({ cronJob: cron({ timeZone: 'Mars/Phobos' }), jobs: [], nowMs: at('00:05:00') })), ['UnknownTimeZone'])
  })
})
