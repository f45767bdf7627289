// Jobs and CronJobs on the fake API with all other controllers: to the end, through a crash between any two writes, and away
// again without anything left. Single decisions are tested beside their plans.
import assert from 'node:assert/strict'
import type { CronJob, Job, JobSpec } from '../../../../node/objects/generated/batch-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { timestamp } from '../../../../node/base/clock.ts'
import { isTracked } from '../../../../node/controllers/job/progress.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const jobsPath = '/apis/batch/v1/namespaces/default/jobs'
const jobSpec = (spec: Partial<JobSpec>): JobSpec => ({
  parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', podReplacementPolicy: 'TerminatingOrFailed', selector: { matchLabels: { job: 'sum' } },
  template: { metadata: { labels: { job: 'sum' } }, spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } }, ...spec,
})

describe('controllers / job', () => {
  let plane: ControlPlane
  const job = (): Job | undefined => plane.api.get<Job>(`${jobsPath}/sum`)
  const add = (spec: Partial<JobSpec>): void => void plane.api.put(jobsPath, { metadata: { name: 'sum', namespace: 'default' }, spec: jobSpec(spec) } as Job)
  const endAll = (phase: string): void => {
    for (const pod of plane.pods()) {
      if (pod.status?.phase !== 'Running') continue
      plane.api.change(`/api/v1/namespaces/default/pods/${pod.metadata.name}`, (old: Pod) => ({ ...old, status: { ...old.status, phase, conditions: [] } }))
    }
  }

  beforeEach(async () => {
    plane = new ControlPlane()
    for (const name of ['a', 'b']) plane.addNode(name)
    await plane.start()
  })

  afterEach(() => plane.stop())

  it('runs until enough Pods have succeeded, and keeps them uncounted no longer than needed', async () => {
    add({ completions: 3, parallelism: 2 })
    await plane.run()
    assert.equal(plane.pods().length, 2)
    for (let round = 0; round < 3; round++) {
      await plane.runKubelets()
      endAll('Succeeded')
      await plane.run()
    }
    assert.equal(job()?.status?.succeeded, 3)
    assert.deepEqual(job()?.status?.conditions?.map((one) => one.type), ['SuccessCriteriaMet', 'Complete'])
    assert.equal(plane.pods().length, 3)
    assert.ok(!plane.pods().some(isTracked))
  })

  it('counts every Pod once, wherever it crashes between two writes', async () => {
    add({ completions: 2, parallelism: 2 })
    for (let writes = 0; writes < 12 && job()?.status?.completionTime === undefined; writes++) {
      plane.api.breakAfter(writes % 3)
      await plane.run()
      await plane.stop()
      plane.api.repair()
      await plane.start()
      await plane.runKubelets()
      endAll('Succeeded')
    }
    await plane.run()
    assert.equal(job()?.status?.succeeded, 2)
    assert.equal(plane.pods().length, 2)
  })

  it('leaves nothing when it is deleted in the background, and when its life is over', async () => {
    add({ completions: 2, parallelism: 2 })
    await plane.runKubelets()
    await plane.api.send({ method: 'DELETE', path: `${jobsPath}/sum`, body: { propagationPolicy: 'Background' } })
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual([job(), plane.pods().length], [undefined, 0])
    add({ ttlSecondsAfterFinished: 5 })
    await plane.runKubelets()
    endAll('Succeeded')
    await plane.run()
    assert.notEqual(job()?.status?.completionTime, undefined)
    plane.clock.advance(6000)
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual([job(), plane.pods().length], [undefined, 0])
  })

  it('starts the Jobs of a CronJob on time, forgets the oldest, and catches up with one after a pause', async () => {
    const spec: CronJob['spec'] = { schedule: '* * * * *', concurrencyPolicy: 'Allow', successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1, jobTemplate: { spec: jobSpec({}) } }
    plane.api.put('/apis/batch/v1/namespaces/default/cronjobs', { metadata: { name: 'tick', namespace: 'default', creationTimestamp: timestamp(plane.clock.wallMs()) }, spec } as CronJob)
    const jobs = (): readonly Job[] => plane.api.all<Job>('/apis/batch/v1/jobs')
    await plane.run()
    assert.equal(jobs().length, 0)
    for (let minute = 0; minute < 3; minute++) {
      plane.clock.advance(60_200)
      await plane.runKubelets()
      endAll('Succeeded')
      await plane.run()
    }
    assert.equal(jobs().length, 1)
    await plane.stop()
    plane.clock.advance(600_000)
    await plane.start()
    const names = jobs().map((one) => one.metadata.name)
    assert.equal(names.length, 2)
    const cron = plane.api.get<CronJob>('/apis/batch/v1/namespaces/default/cronjobs/tick')
    assert.equal(cron?.status?.active?.length, 1)
    assert.ok(names.includes(`tick-${Math.floor(Date.parse(cron?.status?.lastScheduleTime ?? '') / 60_000)}`))
  })
})
