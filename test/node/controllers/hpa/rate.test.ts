// Windows and policies: tables of the documented behaviour, and the policies against a dumb twin that tries every size.
import { deepEqual, equal } from 'node:assert/strict'
import { assert as check, constantFrom, integer, property, record, array } from 'fast-check'
import { limitReplicas, policyLimit } from '../../../../node/controllers/hpa/rate.ts'
import type { History } from '../../../../node/controllers/hpa/rate.ts'
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '../../../../node/objects/generated/autoscaling-v2.ts'

const nowMs = 10_000_000
const scaleTargetRef = { kind: 'Deployment', name: 'web' }
const none: History = { recommendations: [], changes: [] }
const limit = (current: number, desired: number, history: History, behavior?: HorizontalPodAutoscalerBehavior, maxReplicas = 100): readonly [number, string, string, boolean] => {
  const { replicas, stabilized, limited } = limitReplicas({ scaleTargetRef, minReplicas: 2, maxReplicas, ...(behavior === undefined ? {} : { behavior }) }, current, desired, history, nowMs)
  return [replicas, stabilized.reason, limited.reason, limited.is]
}
const up: HPAScalingRules = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }] }
const down: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }
const before = (replicas: number, seconds: number): History => ({ recommendations: [{ replicas, atMs: nowMs - seconds * 1000 }], changes: [] })

describe('controllers / hpa / rate', () => {
  it('without a behavior grows at most twofold or to four, and shrinks after five minutes', () => {
    deepEqual(limit(2, 50, none), [4, 'ReadyForNewScale', 'ScaleUpLimit', true])
    deepEqual(limit(10, 50, none), [20, 'ReadyForNewScale', 'ScaleUpLimit', true])
    deepEqual(limit(10, 50, none, undefined, 15), [15, 'ReadyForNewScale', 'TooManyReplicas', true])
    deepEqual(limit(10, 3, before(10, 299)), [10, 'ScaleDownStabilized', 'DesiredWithinRange', false])
    deepEqual(limit(10, 3, before(10, 300)), [3, 'ReadyForNewScale', 'DesiredWithinRange', false])
    deepEqual(limit(10, 1, none), [2, 'ReadyForNewScale', 'TooFewReplicas', true])
  })

  it('holds both ways back for the windows of a behavior', () => {
    const slow = { scaleUp: { ...up, stabilizationWindowSeconds: 60 }, scaleDown: { ...down, stabilizationWindowSeconds: 10 } }
    deepEqual(limit(5, 9, before(6, 59), slow), [6, 'ScaleUpStabilized', 'DesiredWithinRange', false])
    deepEqual(limit(5, 9, before(6, 60), slow), [9, 'ReadyForNewScale', 'DesiredWithinRange', false])
    deepEqual(limit(5, 3, before(4, 9), slow), [4, 'ScaleDownStabilized', 'DesiredWithinRange', false])
    deepEqual(limit(5, 3, before(4, 10), slow), [3, 'ReadyForNewScale', 'DesiredWithinRange', false])
    deepEqual(limit(5, 3, before(5, 299), { scaleUp: up, scaleDown: down }), [5, 'ScaleDownStabilized', 'DesiredWithinRange', false])
  })

  it('limits the rate by policies over what was changed before', () => {
    const both = { scaleUp: up, scaleDown: { ...down, stabilizationWindowSeconds: 0 } }
    deepEqual(limit(3, 50, none, both), [7, 'ReadyForNewScale', 'ScaleUpLimit', true])
    deepEqual(limit(7, 50, { recommendations: [], changes: [{ added: 4, atMs: nowMs - 5_000 }] }, both), [7, 'ReadyForNewScale', 'ScaleUpLimit', true])
    deepEqual(limit(7, 50, { recommendations: [], changes: [{ added: 4, atMs: nowMs - 15_000 }] }, both), [14, 'ReadyForNewScale', 'ScaleUpLimit', true])
    const one = { scaleUp: up, scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } }
    deepEqual(limit(9, 3, none, one), [8, 'ReadyForNewScale', 'ScaleDownLimit', true])
    const third = { scaleUp: up, scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Min', policies: [...down.policies ?? [], { type: 'Percent', value: 30, periodSeconds: 60 }] } }
    deepEqual(limit(9, 3, none, third), [6, 'ReadyForNewScale', 'ScaleDownLimit', true])
    deepEqual(limit(9, 3, none, { ...one, scaleDown: { ...one.scaleDown, selectPolicy: 'Disabled' } }), [9, 'ReadyForNewScale', 'ScaleDownLimit', true])
  })

  it('agrees with a twin that tries every size', () => {
    const drawn = array(record({ type: constantFrom('Pods', 'Percent'), value: integer({ min: 1, max: 150 }), periodSeconds: integer({ min: 1, max: 60 }) }), { minLength: 1, maxLength: 3 })
    const changes = array(record({ added: integer({ min: -3, max: 3 }), secondsAgo: integer({ min: 0, max: 90 }) }), { maxLength: 4 })
    check(property(drawn, changes, constantFrom('Max', 'Min'), constantFrom<('up' | 'down')[]>('up', 'down'), integer({ min: 15, max: 60 }), (given, made, selectPolicy, way, current) => {
      // Percentages downwards are cut to whole Pods as the reference cuts them, which a twin could only repeat: the tables hold them.
      const policies = way === 'down' ? given.map((policy) => ({ ...policy, type: 'Pods' as const })) : given
      const history = made.map(({ added, secondsAgo }) => ({ added, atMs: nowMs - secondsAgo * 1000 }))
      // A size is allowed by a policy when the step from the period's start does not exceed what the policy grants.
      const allows = (size: number, policy: typeof given[number]): boolean => {
        let start = current
        for (const { added, secondsAgo } of made) if (secondsAgo < policy.periodSeconds) start -= added
        if (way === 'down') return start - size <= policy.value
        // A share is a floating-point number, as in the reference: 25 Pods may become 56 by 120 %, since 25 * 2.2 is above 55.
        return policy.type === 'Pods' ? size - start <= policy.value : size - 1 < start * (1 + policy.value / 100)
      }
      const limits = policies.map((policy) => {
        let size = way === 'up' ? 1_000 : -1_000
        while (!allows(size, policy)) size += way === 'up' ? -1 : 1
        return size
      })
      const widest = (way === 'up') === (selectPolicy === 'Max') ? Math.max(...limits) : Math.min(...limits)
      equal(policyLimit({ selectPolicy, policies }, current, history, nowMs, way), widest)
    }), { numRuns: 300 })
  })
})
