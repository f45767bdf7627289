// Carries out the plans of Jobs: makes and ends Pods, counts them, deletes what has outlived its time.
// Order matters: the status takes note of an ended Pod before its finalizer goes. Pods whose Job is gone lose the finalizer
// uncounted, so that nothing is kept for ever.
import type { WorkResult } from '../../base/work-queue.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { jobs as jobType, pods as podType } from '../../client/resource-types.ts'
import type { Job, JobCondition, JobStatus } from '../../objects/generated/batch-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { settleClaim } from '../adopt.ts'
import { planClaim } from '../claim.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { longestWaitMs } from '../limits.ts'
import { watchChildren } from '../owner-keys.ts'
import { byOwner, orphansOf, ownedBy, ownerIndex } from '../ownership-index.ts'
import { type JobPlan, lifeLeftMs, planJob } from './plan.ts'
import { podNames, podOf } from './pod.ts'
import { isFinished, isTracked, trackingFinalizer } from './progress.ts'

/** Index of the Pods that wait to be counted, by namespace and name of their Job; those without one under `pod`. */
const trackedIndex = 'job-tracking'
const ownJob = (pod: Pod): string | undefined => {
  const owner = controllerOf(pod.metadata)
  return owner?.kind === 'Job' ? `${pod.metadata.namespace}/${owner.name}` : undefined
}
const strayKey = (pod: Pod): string => `pod/${keyOf(pod)}`

/** The Job controller. */
export function jobController(deps: ControllerDeps): Controller {
  return new JobController(deps)
}

class JobController implements Controller {
  readonly name = 'job'
  readonly #deps: ControllerDeps
  readonly #jobs
  readonly #pods
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#jobs = deps.informers.of(jobType)
    this.#pods = deps.informers.of(podType)
    this.#pods.addIndex(ownerIndex, byOwner)
    this.#pods.addIndex(trackedIndex, (pod) => (isTracked(pod) ? [ownJob(pod) ?? strayKey(pod)] : []))
    this.#events = deps.events('job-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#jobs.onChange(({ object }) => sink.add(keyOf(object))),
      watchChildren(this.#pods, sink, (pod) => {
        const key = ownJob(pod) ?? (isTracked(pod) ? strayKey(pod) : undefined)
        return key === undefined ? [] : [key]
      }),
    ]
    return () => ends.forEach((end) => end())
  }

  async reconcile(key: string, signal: AbortSignal): Promise<WorkResult> {
    const job = this.#jobs.cache.get(key)
    for (const pod of this.#pods.cache.byIndex(trackedIndex, key)) {
      if (job === undefined || controllerOf(pod.metadata)?.uid !== job.metadata.uid) await this.#release(pod)
    }
    // Somebody else looks after it.
    if (job === undefined || (job.spec?.managedBy ?? 'kubernetes.io/job-controller') !== 'kubernetes.io/job-controller') return settled
    const { uid, namespace } = job.metadata
    const claim = planClaim(job.metadata, job.spec?.selector, [...ownedBy(this.#pods, uid), ...orphansOf(this.#pods, namespace)])
    const pods = await settleClaim(this.#deps.client, jobType, job, this.#pods, claim)
    if (isFinished(job.status)) return this.#finished(job, pods)
    const plan = planJob({ job, pods, nowMs: this.#deps.clock.wallMs() })
    await this.#report(job, plan.status)
    for (const condition of plan.news) this.#tell(job, condition)
    for (const pod of plan.release) await this.#release(pod)
    for (const pod of plan.end) await this.#end(job, pod)
    await this.#create(job, pods, plan, signal)
    return { againAfterMs: plan.againAfterMs === undefined ? undefined : Math.min(longestWaitMs, Math.max(0, plan.againAfterMs)) }
  }

  /** Nothing changes any more but that it may be deleted when its time is over. */
  async #finished(job: Job, pods: readonly Pod[]): Promise<WorkResult> {
    for (const pod of pods) if (isTracked(pod)) await this.#release(pod)
    const leftMs = lifeLeftMs(job, this.#deps.clock.wallMs())
    if (leftMs === undefined || job.metadata.deletionTimestamp !== undefined) return settled
    if (leftMs > 0) return { againAfterMs: Math.min(longestWaitMs, leftMs) }
    const { name = '', namespace, uid, resourceVersion } = job.metadata
    try {
      const ending = await this.#deps.client.resource(jobType).delete(name, namespace, { uid, resourceVersion, propagationPolicy: 'Foreground' })
      if (ending === undefined) this.#jobs.assumeDeleted(keyOf(job), uid)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    return settled
  }

  async #create(job: Job, pods: readonly Pod[], plan: JobPlan, signal: AbortSignal): Promise<void> {
    const names = podNames(job, pods, plan.create, (name) => this.#pods.cache.get(`${job.metadata.namespace}/${name}`) !== undefined)
    for (const [at, wanted] of plan.create.entries()) {
      if (signal.aborted) return
      const name = names[at] ?? ''
      try {
        this.#pods.assume(await this.#deps.client.resource(podType).create(podOf(job, name, wanted)))
        this.#events.event(referenceTo(jobType, job), 'Normal', 'SuccessfulCreate', `Created pod: ${name}`)
      } catch (error) {
        // The answer to our own create was lost, or the name is another's: the next look tells.
        if (!isAlreadyExists(error)) this.#events.event(referenceTo(jobType, job), 'Warning', 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : String(error)}`)
        throw error
      }
    }
  }

  async #end(job: Job, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    try {
      const ending = await this.#deps.client.resource(podType).delete(name, namespace, { uid })
      if (ending === undefined) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(ending)
      this.#events.event(referenceTo(jobType, job), 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** Takes the finalizer away; the copy of the Pod may be old, so its version is a condition. */
  async #release(pod: Pod): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = pod.metadata
    const finalizers = (pod.metadata.finalizers ?? []).filter((one) => one !== trackingFinalizer)
    try {
      const changed = await this.#deps.client.resource(podType).patch(name, namespace, { metadata: { uid, resourceVersion, finalizers } })
      const isGone = changed.metadata.deletionTimestamp !== undefined && finalizers.length === 0 && (changed.metadata.deletionGracePeriodSeconds ?? 0) === 0
      if (isGone) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(changed)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  #tell(job: Job, { type, status, reason = '', message = '' }: JobCondition): void {
    const about = referenceTo(jobType, job)
    if (type === 'Complete') this.#events.event(about, 'Normal', 'Completed', 'Job completed')
    else if (type === 'Failed') this.#events.event(about, 'Warning', reason, message)
    else if (type === 'Suspended') this.#events.event(about, 'Normal', status === 'True' ? 'Suspended' : 'Resumed', message)
  }

  async #report(job: Job, status: JobStatus): Promise<void> {
    if (sameStatus(job.status ?? {}, status)) return
    const { name = '', namespace, uid, resourceVersion } = job.metadata
    const noted = status.uncountedTerminatedPods
    const whole = {
      startTime: status.startTime ?? null, completionTime: status.completionTime ?? null, active: status.active, ready: status.ready, terminating: status.terminating,
      succeeded: status.succeeded, failed: status.failed, completedIndexes: status.completedIndexes ?? null, failedIndexes: status.failedIndexes ?? null,
      uncountedTerminatedPods: { succeeded: noted?.succeeded ?? [], failed: noted?.failed ?? [] }, conditions: status.conditions ?? null,
    }
    // Numbers are sums: an old copy must never be added to.
    const changed = await this.#deps.client.resource(jobType).patch(name, namespace, { metadata: { uid, resourceVersion }, status: whole }, { subresource: 'status' })
    this.#jobs.assume(changed)
  }
}

const numbers = ['active', 'ready', 'terminating', 'succeeded', 'failed'] as const
const texts = ['startTime', 'completionTime', 'completedIndexes', 'failedIndexes'] as const

/** What is empty may be absent in what the server stores. */
function sameStatus(now: JobStatus, next: JobStatus): boolean {
  const notes = (status: JobStatus): object => [status.uncountedTerminatedPods?.succeeded ?? [], status.uncountedTerminatedPods?.failed ?? []]
  return numbers.every((field) => (now[field] ?? 0) === (next[field] ?? 0)) && texts.every((field) => (now[field] ?? '') === (next[field] ?? ''))
    && sameJson(notes(now), notes(next)) && sameJson(now.conditions ?? [], next.conditions ?? [])
}
