// DaemonSets: which nodes get a Pod, how an update goes over them, and what the status says.
// Source of the rules: Kubernetes concepts, DaemonSet.
import assert from 'node:assert/strict'
import type { ControllerRevision, DaemonSet, DaemonSetSpec } from '../../../../node/objects/generated/apps-v1.ts'
import type { Node, Pod, PodSpec } from '../../../../node/objects/generated/core-v1.ts'
import { nodeOf, podFor, wants } from '../../../../node/controllers/daemonset/placement.ts'
import { planDaemonSet } from '../../../../node/controllers/daemonset/plan.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const set = (spec: Partial<DaemonSetSpec> = {}, pod: Partial<PodSpec> = {}): DaemonSet => ({
  metadata: { name: 'log', namespace: 'n', uid: 'd', generation: 1 },
  spec: { selector: {}, template: { metadata: { labels: { app: 'log' } }, spec: { containers: [{ name: 'c', image: 'i' }], ...pod } }, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, ...spec },
})
const update: ControllerRevision = { metadata: { name: 'log-new', labels: { 'controller-revision-hash': 'new' } }, revision: 2 }
const node = (name: string, taints: NonNullable<Node['spec']>['taints'] = [], labels = {}): Node => ({ metadata: { name, labels }, spec: { taints } })
const nodes = [node('a'), node('b'), node('c')]

interface Traits { readonly of?: string; readonly ready?: boolean; readonly phase?: string; readonly ending?: boolean; readonly name?: string }
const pod = (on: string, { of = 'new', ready = true, phase = 'Running', ending, name = `${on}-${of}` }: Traits = {}): Pod => ({
  metadata: { name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', labels: { 'controller-revision-hash': of }, ...(ending === true ? { deletionTimestamp: 'then' } : {}) },
  spec: { containers: [], nodeName: on },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
})

const steps = (pods: readonly Pod[], spec: Partial<DaemonSetSpec> = {}, where = nodes): readonly [readonly string[], readonly (string | undefined)[]] => {
  const plan = planDaemonSet({ set: set(spec), nodes: where, pods, update, nowMs })
  return [plan.create, plan.remove.map((one) => one.pod.metadata.name)]
}

describe('controllers / daemonset / plan', () => {
  it('puts one Pod on every node that fits, and takes it from those that do not', () => {
    assert.deepEqual(steps([pod('a')]), [['b', 'c'], []])
    assert.deepEqual(steps([pod('a'), pod('b'), pod('c', { ending: true })]), [[], []])
    const picky = set({}, { nodeSelector: { disk: 'fast' } })
    assert.deepEqual(nodes.map((one) => wants(picky, one).run), [false, false, false])
    assert.deepEqual(planDaemonSet({ set: picky, nodes: [node('a'), node('d', [], { disk: 'fast' })], pods: [pod('a')], update, nowMs }).create, ['d'])
    assert.deepEqual(planDaemonSet({ set: picky, nodes: [node('a')], pods: [pod('a')], update, nowMs }).remove.map((one) => one.pod.metadata.name), ['a-new'])
  })

  it('stays on nodes in trouble, and keeps off taints that it does not tolerate', () => {
    const trouble = ['unreachable', 'not-ready'].map((word) => ({ key: `node.kubernetes.io/${word}`, effect: 'NoExecute' }))
    assert.deepEqual(wants(set(), node('a', [...trouble, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }])), { run: true, keep: true })
    assert.deepEqual(wants(set(), node('a', [{ key: 'own', effect: 'NoSchedule' }])), { run: false, keep: true })
    assert.deepEqual(wants(set(), node('a', [{ key: 'own', effect: 'NoExecute' }])), { run: false, keep: false })
  })

  it('keeps the older of two, replaces what has ended, and forgets Pods for nodes that are gone', () => {
    assert.deepEqual(steps([pod('a', { name: 'a1' }), pod('a', { name: 'a2' }), pod('b'), pod('c')]), [[], ['a2']])
    const plan = planDaemonSet({ set: set(), nodes, pods: [pod('a', { phase: 'Failed', ready: false }), pod('b'), pod('c')], update, nowMs })
    assert.deepEqual(plan.remove.map((one) => one.event), ['FailedDaemonPod'])
    const made = podFor(set(), update, 'gone', [])
    assert.deepEqual(steps([{ ...made, metadata: { ...made.metadata, uid: 'x' } }], {}, [])[1], [made.metadata.name])
  })

  it('updates in place within maxUnavailable, unwell Pods first', () => {
    const old = { of: 'old' }
    assert.deepEqual(steps([pod('a', old), pod('b', old), pod('c', old)]), [[], ['a-old']])
    assert.deepEqual(steps([pod('a', { ready: false }), pod('b', old), pod('c', old)]), [[], []])
    assert.deepEqual(steps([pod('a', old), pod('b', { of: 'old', ready: false }), pod('c', old)]), [[], ['b-old']])
    assert.deepEqual(steps([pod('a', old), pod('b', old), pod('c', old)], { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%', maxSurge: 0 } } })[1], ['a-old', 'b-old'])
    assert.deepEqual(steps([pod('a', old), pod('b', old), pod('c', old)], { updateStrategy: { type: 'OnDelete' } }), [[], []])
  })

  it('updates beside the old Pod within maxSurge, which goes when the new one is available', () => {
    const surge = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } }
    const old = [pod('a', { of: 'old' }), pod('b', { of: 'old' }), pod('c', { of: 'old' })]
    assert.deepEqual(steps(old, surge), [['a'], []])
    assert.deepEqual(steps([...old, pod('a', { ready: false })], surge), [[], []])
    assert.deepEqual(steps([...old, pod('a')], surge)[1], ['a-old'])
  })

  it('counts', () => {
    const { status } = planDaemonSet({ set: set(), nodes: [...nodes, node('d', [{ key: 'own', effect: 'NoSchedule' }])], pods: [pod('a'), pod('b', { of: 'old', ready: false }), pod('d')], update, nowMs })
    const { desiredNumberScheduled, currentNumberScheduled, numberReady, updatedNumberScheduled, numberUnavailable, numberMisscheduled } = status
    assert.deepEqual([desiredNumberScheduled, currentNumberScheduled, numberReady, updatedNumberScheduled, numberUnavailable, numberMisscheduled], [3, 2, 1, 1, 2, 1])
  })

  it('names the node by affinity, and the Pod the same for the same node', () => {
    const made = podFor(set(), update, 'b', [])
    assert.equal(nodeOf(made), 'b')
    assert.equal(podFor(set(), update, 'b', []).metadata.name, made.metadata.name)
    assert.notEqual(podFor(set(), update, 'b', [pod('b')]).metadata.name, made.metadata.name)
    assert.equal(made.spec?.tolerations?.length, 6)
  })
})
