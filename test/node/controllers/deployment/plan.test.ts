// Plans of Deployments as tables: the arithmetic of rollouts and resizes, revisions and undo, pausing, deadlines, history.
// Behaviour is that of Kubernetes concepts, Deployments.
import assert from 'node:assert/strict'
import type { Deployment, ReplicaSet } from '../../../../node/objects/generated/apps-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { type DeploymentStep, planDeployment } from '../../../../node/controllers/deployment/plan.ts'
import { templateHash } from '../../../../node/controllers/deployment/revisions.ts'
import { boundsOf, newSetSize, rescale, shrinkOld } from '../../../../node/controllers/deployment/sizes.ts'

const nowMs = Date.parse('2026-01-01T00:10:00Z')
const template = (image: string) => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } })

function deployment(replicas: number, more: Partial<NonNullable<Deployment['spec']>> = {}, rest: Partial<Deployment> = {}): Deployment {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 1 },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('new'), progressDeadlineSeconds: 600, ...more },
    ...rest,
  }
}

function set(name: string, image: string, replicas: number, available = replicas, annotations: { [key: string]: string } = {}, createdMinute = 0): ReplicaSet {
  return {
    metadata: { name, uid: name, generation: 1, annotations, creationTimestamp: `2026-01-01T00:0${createdMinute}:00Z` },
    spec: { replicas, selector: {}, template: template(image) },
    status: { replicas, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  }
}

const revision = (number: number, desired?: number, most?: number): { [key: string]: string } => ({
  'deployment.kubernetes.io/revision': String(number),
  ...(desired === undefined ? {} : { 'deployment.kubernetes.io/desired-replicas': String(desired) }),
  ...(most === undefined ? {} : { 'deployment.kubernetes.io/max-replicas': String(most) }),
})

const sizes = (steps: readonly DeploymentStep[]): string[] => steps.flatMap((step) => (step.kind === 'resize' ? [`${step.set.metadata.name}=${step.replicas}`] : []))
const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } })

describe('controllers / deployment / sizes', () => {
  it('rounds surge up and unavailability down, and lets one be unavailable when both are zero', () => {
    assert.deepEqual(boundsOf(deployment(3, rolling('25%', '25%'))), { replicas: 3, surge: 1, unavailable: 0 })
    assert.deepEqual(boundsOf(deployment(10, rolling('25%', '25%'))), { replicas: 10, surge: 3, unavailable: 2 })
    assert.deepEqual(boundsOf(deployment(3, rolling(0, 0))), { replicas: 3, surge: 0, unavailable: 1 })
    assert.deepEqual(boundsOf(deployment(2, rolling(0, 5))), { replicas: 2, surge: 0, unavailable: 2 })
    assert.deepEqual(boundsOf(deployment(2, { strategy: { type: 'Recreate' } })), { replicas: 2, surge: 0, unavailable: 0 })
  })

  it('grows the new ReplicaSet into the surge', () => {
    const old = set('old', 'old', 10)
    assert.equal(newSetSize(deployment(10, rolling(3, 2)), [old], undefined), 3)
    assert.equal(newSetSize(deployment(10, rolling(0, 2)), [old], undefined), 0)
    const fresh = set('fresh', 'new', 3)
    assert.equal(newSetSize(deployment(10, rolling(3, 2)), [set('old', 'old', 8), fresh], fresh), 5)
    assert.equal(newSetSize(deployment(2, rolling(3, 2)), [old, fresh], fresh), 2)
  })

  it('takes unhealthy old Pods first, then as many healthy ones as availability allows', () => {
    const fresh = set('fresh', 'new', 3, 0)
    assert.deepEqual(shrinkOld(deployment(10, rolling(3, 2)), fresh, [set('old', 'old', 10)]).map((one) => one.replicas), [8])
    assert.deepEqual(shrinkOld(deployment(10, rolling(0, 2)), fresh, [set('old', 'old', 8)]), [])
    assert.deepEqual(shrinkOld(deployment(10, rolling(3, 2)), set('fresh', 'new', 3, 3), [set('old', 'old', 10, 5)]).map((one) => one.replicas), [5])
  })

  it('shares a resize in proportion while a rollout is under way', () => {
    const fresh = set('fresh', 'new', 5, 5, revision(2, 10, 13), 1)
    const old = set('old', 'old', 8, 8, revision(1, 10, 13))
    const grown = rescale(deployment(15, rolling(3, 2)), fresh, [old])
    assert.deepEqual(grown.map((one) => `${one.set.metadata.name}=${one.replicas}`), ['old=11', 'fresh=7'])
    assert.equal(grown.reduce((sum, one) => sum + one.replicas, 0), 18)
    assert.deepEqual(rescale(deployment(0, rolling(3, 2)), fresh, [old]).map((one) => one.replicas), [0, 0])
    assert.deepEqual(rescale(deployment(7), set('only', 'new', 3), []).map((one) => one.replicas), [7])
  })
})

describe('controllers / deployment / plan', () => {
  const plan = (of: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[] = []) => planDeployment({ deployment: of, sets, pods, nowMs })

  it('creates the first ReplicaSet with a name fixed by the template', () => {
    const { steps, status } = plan(deployment(3), [])
    assert.equal(steps.length, 1)
    const [step] = steps
    assert.ok(step?.kind === 'create')
    assert.equal(step.name, `web-${templateHash(template('new'), 0)}`)
    assert.equal(step.replicas, 3)
    assert.equal(step.annotations['deployment.kubernetes.io/revision'], '1')
    assert.equal(status.conditions?.find((one) => one.type === 'Progressing')?.reason, 'NewReplicaSetCreated')
    assert.notEqual(templateHash(template('new'), 1), templateHash(template('new'), 0))
  })

  it('goes back by finding the old template: next revision, past one remembered, nothing created', () => {
    const back = set('back', 'new', 0, 0, revision(1))
    const current = set('current', 'old', 3, 3, revision(2), 1)
    const { steps } = plan(deployment(3), [back, current])
    const annotate = steps.find((step) => step.kind === 'annotate')
    assert.equal(annotate?.annotations['deployment.kubernetes.io/revision'], '3')
    assert.equal(annotate?.annotations['deployment.kubernetes.io/revision-history'], '1')
    assert.deepEqual(steps.flatMap((step) => (step.kind === 'revision' ? [step.revision] : [])), ['3'])
    assert.deepEqual(sizes(steps), ['back=1'])
  })

  it('ignores the hash label and the order of keys when it compares templates', () => {
    const same = set('same', 'new', 3, 3, revision(1, 3, 4))
    const labelled = { ...same, spec: { ...same.spec, selector: {}, template: { spec: { containers: [{ image: 'new', name: 'main' }] }, metadata: { labels: { 'pod-template-hash': 'x', app: 'web' } } } } }
    const of = deployment(3, {}, { metadata: { name: 'web', uid: 'd', generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } } })
    assert.deepEqual(plan(of, [labelled]).steps, [])
  })

  it('recreates only after the last old Pod has ended', () => {
    const of = deployment(2, { strategy: { type: 'Recreate' } })
    const old = set('old', 'old', 2, 2, revision(1))
    assert.deepEqual(sizes(plan(of, [old]).steps), ['old=0'])
    const drained = set('old', 'old', 0, 0, revision(1))
    const ending: Pod = { metadata: { deletionTimestamp: 'then', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'old', uid: 'old', controller: true }] }, status: { phase: 'Running' } }
    assert.deepEqual(plan(of, [drained], [ending]).steps, [])
    assert.equal(plan(of, [drained]).steps[0]?.kind, 'create')
  })

  it('says that it is paused, resizes while paused, and rolls nothing out', () => {
    const old = set('old', 'old', 3, 3, revision(1, 3, 4))
    const paused = deployment(3, { paused: true })
    const first = plan(paused, [old])
    assert.deepEqual(first.steps, [])
    const condition = first.status.conditions?.find((one) => one.type === 'Progressing')
    assert.deepEqual([condition?.status, condition?.reason], ['Unknown', 'DeploymentPaused'])
    const later = plan({ ...paused, spec: { ...deployment(5).spec, selector: {}, template: template('new'), paused: true, replicas: 5 }, status: first.status }, [old])
    assert.deepEqual(sizes(later.steps), ['old=5'])
  })

  it('misses its deadline when nothing moves, and counts again when something does', () => {
    const before = { replicas: 3, updatedReplicas: 3, readyReplicas: 0, availableReplicas: 0, conditions: [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastUpdateTime: '2026-01-01T00:00:00Z' }] }
    const annotated = { metadata: { name: 'web', uid: 'd', generation: 1, annotations: { 'deployment.kubernetes.io/revision': '1' } } }
    const stuck = deployment(3, { progressDeadlineSeconds: 599 }, { status: before, ...annotated })
    const progressing = (of: Deployment, available: number) => plan(of, [set('fresh', 'new', 3, available, revision(1, 3, 4))]).status.conditions?.find((one) => one.type === 'Progressing')
    assert.deepEqual([progressing(stuck, 0)?.status, progressing(stuck, 0)?.reason], ['False', 'ProgressDeadlineExceeded'])
    assert.equal(progressing(stuck, 0)?.message, 'ReplicaSet "fresh" has timed out progressing.')
    assert.equal(progressing(stuck, 1)?.reason, 'ReplicaSetUpdated')
    assert.equal(progressing(stuck, 3)?.reason, 'NewReplicaSetAvailable')
  })

  it('deletes the oldest empty ReplicaSets beyond the history limit once complete', () => {
    const of = deployment(1, { revisionHistoryLimit: 1 }, { metadata: { name: 'web', uid: 'd', generation: 1, annotations: { 'deployment.kubernetes.io/revision': '4' } } })
    const sets = [set('fresh', 'new', 1, 1, revision(4, 1, 2)), set('a', 'a', 0, 0, revision(1)), set('b', 'b', 0, 0, revision(2)), set('c', 'c', 0, 0, revision(3))]
    assert.deepEqual(plan(of, sets).steps.map((step) => (step.kind === 'delete' ? step.set.metadata.name : step.kind)), ['a', 'b'])
  })

  it('only reports when the Deployment is being deleted', () => {
    const of = deployment(3, {}, { metadata: { name: 'web', uid: 'd', deletionTimestamp: 'then' } })
    assert.deepEqual(plan(of, []).steps, [])
  })
})
