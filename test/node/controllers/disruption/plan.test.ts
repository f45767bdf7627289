// Disruption budgets: how many Pods may go, from counts and percentages, while some are on their way.
// Source of the rules: Kubernetes concepts, Disruptions.
import assert from 'node:assert/strict'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from '../../../../node/objects/generated/policy-v1.ts'
import { planDisruption } from '../../../../node/controllers/disruption/plan.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const budget = (spec: PodDisruptionBudgetSpec, status?: Partial<PodDisruptionBudgetStatus>): PodDisruptionBudget => ({
  metadata: { name: 'b', generation: 2 }, spec, ...(status === undefined ? {} : { status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0, ...status } }),
})
const pod = (name: string, isReady = true, ending = false): Pod => ({
  metadata: { name, uid: name, ...(ending ? { deletionTimestamp: 'then' } : {}) }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
})
const four = ['a', 'b', 'c', 'd'].map((name) => pod(name))
const counts = (spec: PodDisruptionBudgetSpec, pods: readonly Pod[], replicas = 4, status?: Partial<PodDisruptionBudgetStatus>): readonly number[] => {
  const plan = planDisruption({ budget: budget(spec, status), pods, scaleOf: () => ({ owner: 'o', replicas }), nowMs })
  return [plan.status.disruptionsAllowed, plan.status.currentHealthy, plan.status.desiredHealthy, plan.status.expectedPods]
}

describe('controllers / disruption / plan', () => {
  it('lets those go that are healthy beyond what must stay', () => {
    assert.deepEqual(counts({ minAvailable: 3 }, four), [1, 4, 3, 4])
    assert.deepEqual(counts({ minAvailable: 3 }, [...four.slice(1), pod('a', false)]), [0, 3, 3, 4])
    assert.deepEqual(counts({ minAvailable: 3 }, [...four.slice(1), pod('a', true, true)]), [0, 3, 3, 4])
  })

  it('counts percentages and maxUnavailable from what the owner wants, rounded up', () => {
    assert.deepEqual(counts({ minAvailable: '60%' }, four), [1, 4, 3, 4])
    assert.deepEqual(counts({ maxUnavailable: '30%' }, four), [2, 4, 2, 4])
    assert.deepEqual(counts({ maxUnavailable: 1 }, four.slice(0, 3), 4), [0, 3, 3, 4])
    assert.deepEqual(counts({ maxUnavailable: 1 }, []), [0, 0, 0, 0])
  })

  it('counts evicted Pods as gone until they are, or until nothing came of it', () => {
    assert.deepEqual(counts({ minAvailable: 2 }, four, 4, { disruptedPods: { a: '2026-01-01T00:59:30Z' } })[0], 1)
    assert.deepEqual(counts({ minAvailable: 2 }, four, 4, { disruptedPods: { a: '2026-01-01T00:50:00Z' } })[0], 2)
    const plan = planDisruption({ budget: budget({ minAvailable: 2 }, { disruptedPods: { a: '2026-01-01T00:59:30Z' } }), pods: four, scaleOf: () => undefined, nowMs })
    assert.equal(plan.againAfterMs, 90_000)
  })

  it('allows nothing when the owners are unknown, and says so', () => {
    const plan = planDisruption({ budget: budget({ maxUnavailable: 1 }, { disruptionsAllowed: 3 }), pods: four, scaleOf: () => undefined, nowMs })
    assert.equal(plan.status.disruptionsAllowed, 0)
    assert.equal(plan.failure, 'found no controllers for pod "a"')
    assert.deepEqual(plan.status.conditions?.map((one) => [one.status, one.reason]), [['False', 'SyncFailed']])
  })

  it('says whether a disruption is allowed', () => {
    const conditions = (minAvailable: number): unknown => planDisruption({ budget: budget({ minAvailable }), pods: four, scaleOf: () => undefined, nowMs }).status.conditions?.map((one) => one.reason)
    assert.deepEqual([conditions(1), conditions(4)], [['SufficientPods'], ['InsufficientPods']])
  })
})
