// ReplicaSets: how many Pods to make or take, which ones, under which names, and the status.
// The order of deletion is that of Kubernetes concepts, ReplicaSet, "Scaling a ReplicaSet".
import assert from 'node:assert/strict'
import type { ReplicaSet } from '../../../../node/objects/generated/apps-v1.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { nextAvailableInMs, planReplicas, planStatus, type ReplicaSetView } from '../../../../node/controllers/replicaset/plan.ts'
import { podsToDelete } from '../../../../node/controllers/replicaset/ranking.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const set = (replicas: number, more: Partial<ReplicaSet['spec']> = {}): ReplicaSet => ({
  metadata: { name: 'web', uid: 's', generation: 2, resourceVersion: '9' },
  spec: { replicas, selector: {}, template: { metadata: { labels: { app: 'web' } } }, ...more },
})

interface Traits {
  readonly node?: string
  readonly phase?: string
  readonly readyAt?: string
  readonly cost?: string
  readonly restarts?: number
  readonly createdAt?: string
  readonly ending?: boolean
}

function pod(name: string, { node = 'n', phase = 'Running', readyAt = '2026-01-01T00:00:00Z', cost, restarts = 0, createdAt = '2026-01-01T00:00:00Z', ending }: Traits = {}): Pod {
  return {
    metadata: {
      name, uid: name, labels: { app: 'web' }, creationTimestamp: createdAt,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
      ...(ending === true ? { deletionTimestamp: 'then' } : {}),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase, containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
      conditions: [{ type: 'Ready', status: readyAt === '' ? 'False' : 'True', lastTransitionTime: readyAt }],
    },
  }
}

const view = (replicaSet: ReplicaSet, pods: readonly Pod[]): ReplicaSetView => ({ replicaSet, pods, relatedPerNode: new Map(), nowMs })

describe('controllers / replicaset / plan', () => {
  it('creates what is missing; ended and ending Pods do not count', () => {
    const step = planReplicas(view(set(3), [pod('a'), pod('b', { phase: 'Failed' }), pod('c', { ending: true })]), () => false)
    assert.ok(step.kind === 'create')
    assert.equal(new Set(step.names).size, 2)
    for (const name of step.names) assert.match(name, /^web-[a-z0-9]{5}$/)
  })

  it('chooses the same names for the same view, others once a Pod came or went, and never a taken one', () => {
    const names = (pods: readonly Pod[], taken: readonly string[] = []): readonly string[] => {
      const step = planReplicas(view(set(5), pods), (name) => taken.includes(name))
      return step.kind === 'create' ? step.names : []
    }
    const first = names([])
    assert.deepEqual(names([]), first)
    assert.ok(!names([], first).some((name) => first.includes(name)))
    assert.ok(!names([pod('a')]).some((name) => first.includes(name)))
  })

  it('does nothing when the count is right or the set is ending', () => {
    assert.equal(planReplicas(view(set(1), [pod('a')]), () => false).kind, 'none')
    const ending = { ...set(1), metadata: { ...set(1).metadata, deletionTimestamp: 'then' } }
    assert.equal(planReplicas(view(ending, []), () => false).kind, 'none')
  })

  it('reports counts, availability after the wait, and failures', () => {
    const pods = [pod('a'), pod('b', { readyAt: '2026-01-01T00:59:55Z' }), pod('c', { readyAt: '' }), pod('d', { ending: true })]
    const at = view(set(3, { minReadySeconds: 10 }), pods)
    const status = planStatus(at, { reason: 'FailedCreate', message: 'no' }, 'now')
    assert.deepEqual([status.replicas, status.readyReplicas, status.availableReplicas, status.fullyLabeledReplicas, status.observedGeneration], [3, 2, 1, 3, 2])
    assert.equal(status.conditions?.[0]?.type, 'ReplicaFailure')
    assert.equal(nextAvailableInMs(at), 5_000)
    const healed = planStatus({ ...at, replicaSet: { ...at.replicaSet, status } }, undefined, 'later')
    assert.equal(healed.conditions, undefined)
  })
})

describe('controllers / replicaset / ranking', () => {
  const table: readonly (readonly [string, Pod, Pod])[] = [
    ['without a node before assigned', pod('z', { node: '' }), pod('a')],
    ['pending before running', pod('z', { phase: 'Pending' }), pod('a')],
    ['not ready before ready', pod('z', { readyAt: '' }), pod('a')],
    ['cheaper before dearer', pod('z', { cost: '-5' }), pod('a', { cost: '3' })],
    ['on the fuller node before the emptier', pod('z', { node: 'full' }), pod('a')],
    ['ready for a shorter time', pod('z', { readyAt: '2026-01-01T00:59:00Z' }), pod('a')],
    ['more restarts before fewer', pod('z', { restarts: 4 }), pod('a')],
    ['younger before older', pod('z', { createdAt: '2026-01-01T00:59:00Z' }), pod('a')],
  ]
  for (const [title, first, second] of table) {
    it(title, () => {
      const perNode = new Map([['full', 3], ['n', 1]])
      assert.equal(podsToDelete([second, first], 1, perNode, nowMs)[0]?.metadata.name, 'z')
      assert.equal(podsToDelete([first, second], 1, perNode, nowMs)[0]?.metadata.name, 'z')
    })
  }

  it('is decided even between equals', () => {
    assert.equal(podsToDelete([pod('b'), pod('a')], 1, new Map(), nowMs)[0]?.metadata.name, 'a')
  })
})
