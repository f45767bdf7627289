// What health means for nodes: conditions, taints, the brake, and which Pods may be forgotten.
// The brake: from ten peers on, more than a third dead at once holds evictions back for a minute.
import assert from 'node:assert/strict'
import type { MemberView } from '../../../../node/base/views.ts'
import type { Node, Pod } from '../../../../node/objects/generated/core-v1.ts'
import { brakeUntilMs, healthOf, mayForget, memberOf, notReadyConditions, planTaints, unknownConditions } from '../../../../node/controllers/node-lifecycle/plan.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const member = (name: string, state: MemberView['state'], sinceMs = 0): MemberView => ({ name, peerId: name, state, sinceMs })
const node = (conditions: readonly { type: string; status: string }[], spec: Node['spec'] = {}): Node => ({ metadata: { name: 'n' }, spec, status: { conditions } })

describe('controllers / node lifecycle / plan', () => {
  it('takes a node for gone when its member is dead or left, never on suspicion', () => {
    assert.deepEqual((['alive', 'suspect', 'dead', 'left'] as const).map((state) => healthOf(member('n', state))), ['alive', 'alive', 'gone', 'gone'])
  })

  it('believes the liveliest of several members of one name', () => {
    assert.equal(memberOf('n', [member('n', 'dead'), member('n', 'alive'), member('m', 'left')])?.state, 'alive')
    assert.equal(memberOf('x', [member('n', 'dead')]), undefined)
  })

  it('makes all conditions of the kubelet unknown, once', () => {
    const conditions = unknownConditions(node([{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'True' }]), nowMs)
    assert.deepEqual(conditions?.map((one) => `${one.type}=${one.status}`).sort(), ['DiskPressure=Unknown', 'MemoryPressure=Unknown', 'Other=True', 'PIDPressure=Unknown', 'Ready=Unknown'])
    assert.equal(conditions?.find((one) => one.type === 'Ready')?.reason, 'NodeStatusUnknown')
    assert.equal(conditions?.find((one) => one.type === 'DiskPressure')?.reason, 'NodeStatusNeverUpdated')
    assert.equal(unknownConditions({ ...node([]), status: { conditions: conditions ?? [] } }, nowMs), undefined)
  })

  const taints = (of: Node): string[] | undefined => planTaints(of, of.status?.conditions ?? [], nowMs)?.map((taint) => `${taint.key}:${taint.effect}`)

  it('taints by condition and cordon, and leaves foreign taints alone', () => {
    const foreign = { key: 'mine', effect: 'NoSchedule' }
    assert.equal(taints(node([{ type: 'Ready', status: 'True' }], { taints: [foreign] })), undefined)
    assert.deepEqual(taints(node([{ type: 'Ready', status: 'Unknown' }], { taints: [foreign] })), ['mine:NoSchedule', 'node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'])
    assert.deepEqual(taints(node([{ type: 'Ready', status: 'False' }])), ['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'])
    assert.deepEqual(taints(node([{ type: 'Ready', status: 'True' }, { type: 'DiskPressure', status: 'True' }])), ['node.kubernetes.io/disk-pressure:NoSchedule'])
    assert.deepEqual(taints(node([{ type: 'Ready', status: 'True' }], { unschedulable: true })), ['node.kubernetes.io/unschedulable:NoSchedule'])
    assert.deepEqual(taints(node([{ type: 'Ready', status: 'True' }], { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] })), [])
  })

  it('keeps the time of a taint that stays', () => {
    const old = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: 'then' }
    const next = planTaints(node([{ type: 'Ready', status: 'Unknown' }], { taints: [old] }), [{ type: 'Ready', status: 'Unknown' }], nowMs)
    assert.equal(next?.find((taint) => taint.effect === 'NoExecute')?.timeAdded, 'then')
  })

  it('holds evictions back when more than a third of ten or more died within a minute', () => {
    const members = (total: number, dead: number, sinceMs: number): MemberView[] => Array.from({ length: total }, (_, i) => member(`n${i}`, i < dead ? 'dead' : 'alive', sinceMs))
    assert.equal(brakeUntilMs(members(9, 5, 100_000), 100_000), undefined)
    assert.equal(brakeUntilMs(members(12, 4, 100_000), 100_000), undefined)
    assert.equal(brakeUntilMs(members(12, 5, 100_000), 110_000), 160_000)
    assert.equal(brakeUntilMs(members(12, 5, 100_000), 160_000), undefined)
    assert.equal(brakeUntilMs([...members(10, 4, 0), ...members(5, 1, 100_000)], 100_000), undefined)
  })

  it('makes Pods of a gone node not ready, once', () => {
    const pod: Pod = { metadata: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
    const status = notReadyConditions(pod, nowMs)
    assert.equal(status?.conditions?.[0]?.status, 'False')
    assert.equal(notReadyConditions({ ...pod, status }, nowMs), undefined)
  })

  it('forgets ending Pods that somebody replaces, and no others', () => {
    const pod = (kind: string | undefined, deletionTimestamp?: string): Pod => ({
      metadata: { deletionTimestamp, ...(kind === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }] }) },
    })
    assert.deepEqual([mayForget(pod('ReplicaSet', 'then')), mayForget(pod('ReplicaSet')), mayForget(pod(undefined, 'then'))], [true, false, false])
  })
})
