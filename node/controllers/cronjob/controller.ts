// Carries out the plans of CronJobs: starts Jobs, ends those that are replaced, forgets old ones, writes the status.
// The name of a Job follows from its scheduled time, so that no time is served twice, whoever holds the work.
import { timestamp } from '../../base/clock.ts'
import type { WorkResult } from '../../base/work-queue.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { cronJobs as cronJobType, jobs as jobType } from '../../client/resource-types.ts'
import type { CronJob, CronJobStatus, Job } from '../../objects/generated/batch-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { controllerOf, controllerReference } from '../../objects/pods/owners.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { longestWaitMs } from '../limits.ts'
import { byOwner, ownedBy, ownerIndex } from '../ownership-index.ts'
import { jobName, planCronJob } from './plan.ts'

/** The CronJob controller. */
export function cronJobController(deps: ControllerDeps): Controller {
  return new CronJobController(deps)
}

class CronJobController implements Controller {
  readonly name = 'cronjob'
  readonly #deps: ControllerDeps
  readonly #cronJobs
  readonly #jobs
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#cronJobs = deps.informers.of(cronJobType)
    this.#jobs = deps.informers.of(jobType)
    this.#jobs.addIndex(ownerIndex, byOwner)
    this.#events = deps.events('cronjob-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#cronJobs.onChange(({ object }) => sink.add(keyOf(object))),
      this.#jobs.onChange(({ object }) => {
        const owner = controllerOf(object.metadata)
        if (owner?.kind === 'CronJob') sink.add(`${object.metadata.namespace}/${owner.name}`)
      }),
    ]
    return () => ends.forEach((end) => end())
  }

  async reconcile(key: string): Promise<WorkResult> {
    const cronJob = this.#cronJobs.cache.get(key)
    if (cronJob === undefined) return settled
    const plan = planCronJob({ cronJob, jobs: ownedBy(this.#jobs, cronJob.metadata.uid), nowMs: this.#deps.clock.wallMs() })
    for (const { type, reason, message } of plan.events) this.#events.event(referenceTo(cronJobType, cronJob), type, reason, message)
    for (const job of [...plan.replace, ...plan.forget]) await this.#delete(cronJob, job)
    const replaced = new Set(plan.replace.map((job) => job.metadata.uid))
    const active = (plan.status.active ?? []).filter((one) => !replaced.has(one.uid))
    const started = plan.startMs === undefined ? undefined : await this.#start(cronJob, plan.startMs)
    const lastScheduleTime = plan.startMs === undefined ? plan.status.lastScheduleTime : timestamp(plan.startMs)
    await this.#report(cronJob, { ...plan.status, lastScheduleTime, active: started === undefined ? active : [...active, referenceTo(jobType, started)] })
    // A little after the minute has begun, so that clocks that differ agree that it has.
    return { againAfterMs: plan.againAfterMs === undefined ? undefined : Math.min(longestWaitMs, plan.againAfterMs + 100) }
  }

  async #start(cronJob: CronJob, scheduledMs: number): Promise<Job | undefined> {
    const template = cronJob.spec?.jobTemplate
    const { namespace } = cronJob.metadata
    const name = jobName(cronJob, scheduledMs)
    const client = this.#deps.client.resource(jobType)
    try {
      const created = await client.create({
        metadata: {
          name, namespace, labels: template?.metadata?.labels,
          annotations: { ...template?.metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(scheduledMs) },
          ownerReferences: [controllerReference('batch/v1', 'CronJob', cronJob.metadata)],
        },
        spec: template?.spec,
      })
      this.#jobs.assume(created)
      this.#events.event(referenceTo(cronJobType, cronJob), 'Normal', 'SuccessfulCreate', `Created job ${name}`)
      return created
    } catch (error) {
      if (isAlreadyExists(error)) {
        const found = await client.get(name, namespace)
        return controllerOf(found.metadata)?.uid === cronJob.metadata.uid ? found : undefined
      }
      this.#events.event(referenceTo(cronJobType, cronJob), 'Warning', 'FailedCreate', `Error creating job: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  async #delete(cronJob: CronJob, job: Job): Promise<void> {
    const { name = '', namespace, uid } = job.metadata
    try {
      const ending = await this.#deps.client.resource(jobType).delete(name, namespace, { uid, propagationPolicy: 'Background' })
      if (ending === undefined) this.#jobs.assumeDeleted(keyOf(job), uid)
      this.#events.event(referenceTo(cronJobType, cronJob), 'Normal', 'SuccessfulDelete', `Deleted job ${name}`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  async #report(cronJob: CronJob, status: CronJobStatus): Promise<void> {
    const now = cronJob.status ?? {}
    const active = status.active ?? []
    if (sameJson(now.active ?? [], active) && now.lastScheduleTime === status.lastScheduleTime && now.lastSuccessfulTime === status.lastSuccessfulTime) return
    const { name = '', namespace, uid } = cronJob.metadata
    const whole = { active, lastScheduleTime: status.lastScheduleTime ?? null, lastSuccessfulTime: status.lastSuccessfulTime ?? null }
    this.#cronJobs.assume(await this.#deps.client.resource(cronJobType).patch(name, namespace, { metadata: { uid }, status: whole }, { subresource: 'status' }))
  }
}
