// Jobs: how many Pods, when the next one, what counts, and the way to the end in two steps.
// Source of the rules: Kubernetes concepts, Jobs.
import assert from 'node:assert/strict'
import type { Job, JobSpec, JobStatus } from '../../../../node/objects/generated/batch-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { formatIndexes, indexKey, parseIndexes } from '../../../../node/objects/pods/indexes.ts'
import { lifeLeftMs, planJob } from '../../../../node/controllers/job/plan.ts'
import { podNames, podOf } from '../../../../node/controllers/job/pod.ts'
import { trackingFinalizer } from '../../../../node/controllers/job/progress.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const then = '2026-01-01T00:00:00Z'
const template = { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } }
const job = (spec: Partial<JobSpec> = {}, status?: JobStatus): Job => ({
  metadata: { name: 'sum', namespace: 'n', uid: 'j', resourceVersion: '4' },
  spec: { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', podReplacementPolicy: 'TerminatingOrFailed', template, ...spec },
  status: status ?? { startTime: then },
})

interface Traits { readonly index?: number; readonly tracked?: boolean; readonly endedAt?: string; readonly code?: number; readonly ending?: boolean }
function pod(name: string, phase: string, { index, tracked = true, endedAt = then, code = 1, ending }: Traits = {}): Pod {
  const isOver = phase === 'Failed' || phase === 'Succeeded'
  return {
    metadata: {
      name, namespace: 'n', uid: name, creationTimestamp: then, ...(tracked ? { finalizers: [trackingFinalizer] } : {}),
      ...(index === undefined ? {} : { annotations: { [indexKey]: String(index) } }), ...(ending === true ? { deletionTimestamp: then, deletionGracePeriodSeconds: 30 } : {}),
    },
    spec: { containers: [] },
    status: { phase, containerStatuses: isOver ? [{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: phase === 'Failed' ? code : 0, finishedAt: endedAt } } }] : [] },
  }
}

const types = (status: JobStatus): readonly string[] => (status.conditions ?? []).map((one) => `${one.type}=${one.status}/${one.reason}`)
const indexes = (plan: { readonly create: readonly { readonly index: number | undefined }[] }): readonly (number | undefined)[] => plan.create.map((one) => one.index)

describe('controllers / job / plan', () => {
  it('starts as many Pods as may run at once, and no more than are still needed', () => {
    assert.equal(planJob({ job: job({ completions: 5, parallelism: 3 }), pods: [], nowMs }).create.length, 3)
    assert.equal(planJob({ job: job({ completions: 5, parallelism: 3 }, { startTime: then, succeeded: 4 }), pods: [], nowMs }).create.length, 1)
    assert.equal(planJob({ job: job({ completions: 5, parallelism: 3 }), pods: [pod('a', 'Running'), pod('b', 'Pending')], nowMs }).create.length, 1)
    assert.equal(planJob({ job: job({ parallelism: 0 }), pods: [], nowMs }).create.length, 0)
  })

  it('notes an ended Pod before its finalizer goes, and counts it after', () => {
    const first = planJob({ job: job({ completions: 2 }), pods: [pod('a', 'Succeeded')], nowMs })
    assert.deepEqual(first.status.uncountedTerminatedPods, { succeeded: ['a'], failed: [] })
    assert.equal(first.status.succeeded, 0)
    assert.deepEqual(first.release.map((one) => one.metadata.name), ['a'])
    assert.equal(first.create.length, 1)
    const second = planJob({ job: job({ completions: 2 }, first.status), pods: [pod('a', 'Succeeded', { tracked: false })], nowMs })
    assert.deepEqual(second.status.uncountedTerminatedPods, { succeeded: [], failed: [] })
    assert.equal(second.status.succeeded, 1)
    assert.equal(second.create.length, 1)
  })

  it('has met its success first, and is complete when everything is counted', () => {
    const first = planJob({ job: job(), pods: [pod('a', 'Succeeded')], nowMs })
    assert.deepEqual(types(first.status), ['SuccessCriteriaMet=True/CompletionsReached'])
    const second = planJob({ job: job({}, first.status), pods: [pod('a', 'Succeeded', { tracked: false })], nowMs })
    assert.deepEqual(types(second.status), ['SuccessCriteriaMet=True/CompletionsReached', 'Complete=True/CompletionsReached'])
    assert.equal(second.status.completionTime, '2026-01-01T01:00:00Z')
    assert.deepEqual(second.news.map((one) => one.type), ['Complete'])
  })

  it('waits longer after each failure since the last success', () => {
    const failed = (name: string, agoMs: number): Pod => pod(name, 'Failed', { tracked: false, endedAt: new Date(nowMs - agoMs).toISOString() })
    const status = (count: number): JobStatus => ({ startTime: then, failed: count })
    const one = planJob({ job: job({}, status(1)), pods: [failed('a', 4000)], nowMs })
    assert.equal(one.create.length, 0)
    assert.equal(one.againAfterMs, 6000)
    assert.equal(planJob({ job: job({}, status(2)), pods: [failed('a', 60_000), failed('b', 5000)], nowMs }).againAfterMs, 15_000)
    assert.equal(planJob({ job: job({}, status(1)), pods: [failed('a', 10_000)], nowMs }).create.length, 1)
  })

  it('fails when it has failed too often, ends what runs, and is final when that is gone', () => {
    const always = job({ backoffLimit: 1, parallelism: 2, completions: 4 }, { startTime: then, failed: 2 })
    const first = planJob({ job: always, pods: [pod('c', 'Running')], nowMs })
    assert.deepEqual(types(first.status), ['FailureTarget=True/BackoffLimitExceeded'])
    assert.deepEqual(first.end.map((one) => one.metadata.name), ['c'])
    const last = planJob({ job: { ...always, status: first.status }, pods: [], nowMs })
    assert.deepEqual(types(last.status), ['FailureTarget=True/BackoffLimitExceeded', 'Failed=True/BackoffLimitExceeded'])
    assert.equal(last.news[0]?.message, 'Job has reached the specified backoff limit')
    assert.equal(last.status.completionTime, undefined)
  })

  it('counts restarts in place against the limit', () => {
    const restarting = { ...pod('a', 'Running'), status: { phase: 'Running', containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 3 }] } }
    const inPlace = { spec: { ...template.spec, restartPolicy: 'OnFailure' } }
    assert.deepEqual(types(planJob({ job: job({ backoffLimit: 3, template: inPlace }), pods: [restarting], nowMs }).status), ['FailureTarget=True/BackoffLimitExceeded'])
    assert.deepEqual(types(planJob({ job: job({ backoffLimit: 4, template: inPlace }), pods: [restarting], nowMs }).status), [])
  })

  it('ends at its deadline, and looks again when it comes', () => {
    assert.equal(planJob({ job: job({ activeDeadlineSeconds: 3610 }), pods: [pod('a', 'Running')], nowMs }).againAfterMs, 10_000)
    const late = planJob({ job: job({ activeDeadlineSeconds: 3600 }), pods: [pod('a', 'Running')], nowMs })
    assert.deepEqual(types(late.status), ['FailureTarget=True/DeadlineExceeded'])
    assert.equal(late.end.length, 1)
  })

  it('gives each index one Pod, replaces failed ones and those of twins', () => {
    const indexed = job({ completionMode: 'Indexed', completions: 4, parallelism: 3 })
    const plan = planJob({ job: indexed, pods: [pod('a', 'Succeeded', { index: 0 }), pod('b', 'Running', { index: 2 })], nowMs })
    assert.deepEqual(indexes(plan), [1, 3])
    assert.equal(plan.status.completedIndexes, '0')
    assert.deepEqual(planJob({ job: indexed, pods: [pod('a', 'Running', { index: 1 }), pod('b', 'Pending', { index: 1 })], nowMs }).end.map((one) => one.metadata.name), ['b'])
  })

  it('gives up an index after its own limit, and the Job when all are decided', () => {
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 1 }
    const two = [pod('a', 'Failed', { index: 0, tracked: false }), pod('b', 'Failed', { index: 0, tracked: false })]
    const plan = planJob({ job: job(spec, { startTime: then, failed: 2 }), pods: two, nowMs })
    assert.equal(plan.status.failedIndexes, '0')
    assert.deepEqual(indexes(plan), [1])
    const over = planJob({ job: job(spec, { startTime: then, failed: 2, completedIndexes: '1' }), pods: two, nowMs })
    assert.deepEqual(types(over.status), ['FailureTarget=True/FailedIndexes', 'Failed=True/FailedIndexes'])
  })

  it('follows the rules for failures: some do not count, some end everything', () => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    ]
    const strict = job({ podFailurePolicy: { rules }, podReplacementPolicy: 'Failed' })
    const failed = pod('a', 'Failed', { code: 42 })
    const ended = planJob({ job: strict, pods: [failed], nowMs })
    assert.equal(ended.status.conditions?.[0]?.message, 'Container c for pod n/a failed with exit code 42 matching FailJob rule at index 1')
    const disrupted = { ...failed, status: { ...failed.status, conditions: [{ type: 'DisruptionTarget', status: 'True' }] } }
    const ignored = planJob({ job: strict, pods: [disrupted], nowMs })
    assert.deepEqual([ignored.status.failed, ignored.create.length, ignored.release.length], [0, 1, 1])
    assert.deepEqual(ignored.status.uncountedTerminatedPods?.failed, [])
  })

  it('replaces a Pod that is being deleted at once, or after its end when asked to', () => {
    assert.equal(planJob({ job: job(), pods: [pod('a', 'Running', { ending: true })], nowMs: Date.parse(then) + 20_000 }).create.length, 1)
    assert.equal(planJob({ job: job({ podReplacementPolicy: 'Failed' }), pods: [pod('a', 'Running', { ending: true })], nowMs }).create.length, 0)
  })

  it('ends its Pods when suspended, and counts its time anew when it goes on', () => {
    const held = planJob({ job: job({ suspend: true }), pods: [pod('a', 'Running')], nowMs })
    assert.deepEqual(types(held.status), ['Suspended=True/JobSuspended'])
    assert.equal(held.end.length, 1)
    const on = planJob({ job: job({}, held.status), pods: [], nowMs })
    assert.deepEqual(types(on.status), ['Suspended=False/JobResumed'])
    assert.equal(on.status.startTime, '2026-01-01T01:00:00Z')
    assert.equal(on.create.length, 1)
  })

  it('is met by a success policy before all indexes are done', () => {
    const early = job({ completionMode: 'Indexed', completions: 3, parallelism: 3, successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] } })
    const plan = planJob({ job: early, pods: [pod('a', 'Succeeded', { index: 2 }), pod('b', 'Running', { index: 1 })], nowMs })
    assert.deepEqual(types(plan.status), ['SuccessCriteriaMet=True/SuccessPolicy'])
    assert.deepEqual(plan.end.map((one) => one.metadata.name), ['b'])
  })

  it('lives for its time after the end', () => {
    const done: JobStatus = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:59:50Z' }] }
    assert.equal(lifeLeftMs(job({ ttlSecondsAfterFinished: 30 }, done), nowMs), 20_000)
    assert.equal(lifeLeftMs(job({}, done), nowMs), undefined)
  })

  it('names Pods the same for the same view, and gives an index its name, variable and host name', () => {
    const indexed = job({ completionMode: 'Indexed', completions: 3 })
    const wanted = [{ index: 1, failures: 0 }, { index: 2, failures: 0 }]
    const names = podNames(indexed, [], wanted, () => false)
    assert.deepEqual(podNames(indexed, [], wanted, () => false), names)
    assert.match(names[0] ?? '', /^sum-1-[a-z0-9]{5}$/)
    const made = podOf(indexed, names[0] ?? '', { index: 1, failures: 0 })
    assert.equal(made.spec?.hostname, 'sum-1')
    assert.equal(made.metadata.labels?.[indexKey], '1')
    assert.equal(made.spec?.containers[0]?.env?.[0]?.name, 'JOB_COMPLETION_INDEX')
    assert.deepEqual(made.metadata.finalizers, [trackingFinalizer])
  })

  it('reads and writes sets of indexes', () => {
    assert.equal(formatIndexes(new Set([7, 0, 1, 3, 4, 5])), '0,1,3-5,7')
    assert.deepEqual(parseIndexes('0,1,3-5,7', 8), new Set([0, 1, 3, 4, 5, 7]))
    assert.equal(parseIndexes('5-1', 2), 'too large index: "5"')
  })
})
