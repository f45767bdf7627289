// StatefulSets: the order of Pods, of updates and of the way down, and what the status says meanwhile.
// Source of the rules: Kubernetes concepts, StatefulSets.
import assert from 'node:assert/strict'
import type { ControllerRevision, StatefulSet, StatefulSetSpec } from '../../../../node/objects/generated/apps-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { planRevision, surplusRevisions, templateOf } from '../../../../node/controllers/revisions.ts'
import { ordinalOf, podOf } from '../../../../node/controllers/statefulset/identity.ts'
import { planStatefulSet } from '../../../../node/controllers/statefulset/plan.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const set = (spec: Partial<StatefulSetSpec> = {}): StatefulSet => ({
  metadata: { name: 'db', namespace: 'n', uid: 's', generation: 1 },
  spec: { replicas: 3, selector: { matchLabels: { app: 'db' } }, serviceName: 'db', podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, template, ...spec },
})
const revision = (name: string, number = 1): ControllerRevision => ({ metadata: { name }, revision: number, data: { spec: { template: { ...template, $patch: 'replace' } } } })
const [one, two] = [revision('db-1'), revision('db-2', 2)]

interface Traits { readonly of?: string; readonly ready?: boolean; readonly phase?: string; readonly ending?: boolean; readonly since?: string }
const pod = (ordinal: number, { of = 'db-1', ready = true, phase = 'Running', ending, since = '2026-01-01T00:00:00Z' }: Traits = {}): Pod => ({
  metadata: { name: `db-${ordinal}`, uid: `u${ordinal}`, labels: { 'controller-revision-hash': of }, ...(ending === true ? { deletionTimestamp: 'then' } : {}) },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }] },
})

const steps = (spec: Partial<StatefulSetSpec>, pods: readonly Pod[], update = one): readonly string[] =>
  planStatefulSet({ set: set(spec), pods, current: one, update, nowMs }).steps.map((step) => (step.kind === 'create' ? `+${step.ordinal} ${step.revision.metadata.name}` : `-${step.pod.metadata.name} ${step.reason}`))

describe('controllers / statefulset / plan', () => {
  it('makes one Pod after the other, each when those before it are available', () => {
    assert.deepEqual(steps({}, []), ['+0 db-1'])
    assert.deepEqual(steps({}, [pod(0, { ready: false })]), [])
    assert.deepEqual(steps({}, [pod(0)]), ['+1 db-1'])
    assert.deepEqual(steps({ minReadySeconds: 10 }, [pod(0, { since: '2026-01-01T00:59:55Z' })]), [])
    assert.deepEqual(steps({}, [pod(0), pod(2)]), ['+1 db-1'])
    assert.deepEqual(steps({ ordinals: { start: 5 }, replicas: 1 }, []), ['+5 db-1'])
  })

  it('does not wait when it is parallel', () => {
    assert.deepEqual(steps({ podManagementPolicy: 'Parallel' }, [pod(1, { ready: false })]), ['+0 db-1', '+2 db-1'])
    assert.deepEqual(steps({ podManagementPolicy: 'Parallel', replicas: 1 }, [pod(0), pod(1), pod(2, { ready: false })]), ['-db-2 scale', '-db-1 scale'])
  })

  it('goes down from the top, one at a time, past one that will never be well', () => {
    assert.deepEqual(steps({ replicas: 1 }, [pod(0), pod(1), pod(2)]), ['-db-2 scale'])
    assert.deepEqual(steps({ replicas: 1 }, [pod(0), pod(1), pod(2, { ending: true })]), [])
    assert.deepEqual(steps({ replicas: 1 }, [pod(0), pod(1), pod(2, { ready: false })]), ['-db-2 scale'])
    assert.deepEqual(steps({ replicas: 1 }, [pod(0, { ready: false }), pod(1)]), [])
  })

  it('makes a Pod anew that has ended, and never before it is gone', () => {
    assert.deepEqual(steps({ replicas: 1 }, [pod(0, { phase: 'Failed', ready: false })]), ['-db-0 RecreatingFailedPod'])
    assert.deepEqual(steps({ replicas: 1 }, [pod(0, { phase: 'Failed', ending: true, ready: false })]), [])
  })

  it('updates from the top, waits for each, and stops at the partition', () => {
    const old = [pod(0), pod(1), pod(2)]
    assert.deepEqual(steps({}, old, two), ['-db-2 update'])
    assert.deepEqual(steps({}, [pod(0), pod(1)], two), ['+2 db-2'])
    assert.deepEqual(steps({}, [pod(0), pod(1), pod(2, { of: 'db-2', ready: false })], two), [])
    assert.deepEqual(steps({}, [pod(0), pod(1), pod(2, { of: 'db-2' })], two), ['-db-1 update'])
    const partition = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }
    assert.deepEqual(steps(partition, [pod(0), pod(1), pod(2, { of: 'db-2' })], two), [])
    assert.deepEqual(steps(partition, [pod(0), pod(2, { of: 'db-2' })], two), ['+1 db-1'])
    assert.deepEqual(steps({ updateStrategy: { type: 'OnDelete' } }, old, two), [])
    assert.deepEqual(steps({ updateStrategy: { type: 'OnDelete' } }, [pod(0), pod(1)], two), ['+2 db-2'])
  })

  it('says how far it is, and moves the current revision at the end', () => {
    const status = (pods: readonly Pod[]): unknown => {
      const { currentRevision, currentReplicas, updatedReplicas, readyReplicas } = planStatefulSet({ set: set(), pods, current: one, update: two, nowMs }).status
      return [currentRevision, currentReplicas, updatedReplicas, readyReplicas]
    }
    assert.deepEqual(status([pod(0), pod(1), pod(2, { of: 'db-2', ready: false })]), ['db-1', 2, 1, 2])
    assert.deepEqual(status([0, 1, 2].map((ordinal) => pod(ordinal, { of: 'db-2' }))), ['db-2', 3, 3, 3])
  })

  it('does nothing while it is deleted', () => {
    assert.deepEqual(planStatefulSet({ set: { ...set(), metadata: { name: 'db', deletionTimestamp: 'then' } }, pods: [], current: one, update: one, nowMs }).steps, [])
  })

  it('gives a Pod its name in DNS, its number and its claims', () => {
    const made = podOf(set({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] }), one, 2)
    assert.deepEqual([made.metadata.name, made.spec?.hostname, made.spec?.subdomain], ['db-2', 'db-2', 'db'])
    assert.equal(made.metadata.labels?.['apps.kubernetes.io/pod-index'], '2')
    assert.deepEqual(made.spec?.volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-2' } }])
    assert.deepEqual(['db-7', 'db-07', 'db-x', 'dbs-1'].map((name) => ordinalOf(set(), { metadata: { name } })), [7, undefined, undefined, undefined])
  })
})

describe('controllers / revisions', () => {
  it('finds the revision of a template, brings an old one back, makes a new one', () => {
    const other = { ...template, spec: { containers: [{ name: 'c', image: 'j' }] } }
    const first = planRevision(set(), 'StatefulSet', [], 0)
    assert.ok(first.kind === 'create')
    assert.deepEqual(templateOf(first.update), template)
    assert.match(first.update.metadata.name ?? '', /^db-[a-z0-9]+$/)
    const second = planRevision(set({ template: other }), 'StatefulSet', [first.update], 0)
    assert.ok(second.kind === 'create')
    assert.equal(second.update.revision, 2)
    assert.equal(planRevision(set({ template: other }), 'StatefulSet', [first.update, second.update], 0).kind, 'found')
    const back = planRevision(set(), 'StatefulSet', [first.update, second.update], 0)
    assert.deepEqual([back.kind, back.kind === 'renumber' ? back.revision : 0], ['renumber', 3])
    assert.notEqual(planRevision(set(), 'StatefulSet', [], 1).update.metadata.name, first.update.metadata.name)
  })

  it('forgets the oldest unused ones beyond the limit', () => {
    const history = [revision('a', 1), revision('b', 2), revision('c', 3), revision('d', 4)]
    assert.deepEqual(surplusRevisions(set({ revisionHistoryLimit: 1 }), history, (one) => one.metadata.name === 'b').map((one) => one.metadata.name), ['a', 'c'])
  })
})
