// Whole plans: sizes, conditions, warnings and the history that goes on, for an autoscaler as the web example has it.
import { deepEqual, equal, match } from 'node:assert/strict'
import { planScale, statusAfter, withCondition } from '../../../../node/controllers/hpa/plan.ts'
import type { PlanInput } from '../../../../node/controllers/hpa/plan.ts'
import type { HorizontalPodAutoscalerSpec, MetricSpec } from '../../../../node/objects/generated/autoscaling-v2.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'

const nowMs = Date.UTC(2026, 0, 1)
const cpu: MetricSpec = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }
const memory: MetricSpec = { type: 'ContainerResource', containerResource: { name: 'memory', container: 'web', target: { type: 'AverageValue', averageValue: '100Mi' } } }
const custom: MetricSpec = { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } } }
const pod = (name: string): Pod => ({
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', resources: { requests: { cpu: '100m' } } }] },
  status: { phase: 'Running', startTime: '2025-12-31T00:00:00Z', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-12-31T00:00:10Z' }] },
})

function input(current: number, use: string, spec: Partial<HorizontalPodAutoscalerSpec> = {}, more: Partial<PlanInput> = {}): PlanInput {
  const pods = Array.from({ length: current }, (_, at) => pod(`p${at}`))
  return {
    hpa: { metadata: { name: 'web', namespace: 'default' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 3, maxReplicas: 8, metrics: [cpu], ...spec } },
    selector: 'app=web', selectorProblem: undefined, currentReplicas: current, pods, history: { recommendations: [], changes: [] }, nowMs,
    metrics: pods.map((one) => ({ metadata: { name: one.metadata.name ?? '' }, timestamp: '2026-01-01T00:00:00Z', window: '5s', containers: [{ name: 'web', usage: { cpu: use, memory: '150Mi' } }] })),
    ...more,
  }
}
const shown = (plan: ReturnType<typeof planScale>): readonly string[] => plan.conditions.map((one) => `${one.type}=${one.status} ${one.reason}`)

describe('controllers / hpa / plan', () => {
  it('grows when its metric is above the target', () => {
    const plan = planScale(input(3, '120m'))
    deepEqual([plan.replicas, plan.why], [6, 'cpu resource utilization (percentage of request) above target'])
    deepEqual(shown(plan), ['AbleToScale=True ReadyForNewScale', 'ScalingActive=True ValidMetricFound', 'ScalingLimited=False DesiredWithinRange'])
    deepEqual(plan.metrics, [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 120, averageValue: '120m' } } }])
    deepEqual(plan.history.recommendations.map((one) => one.replicas), [3, 6])
  })

  it('holds a shrinking back, and does not go below the least', () => {
    const held = planScale(input(6, '10m'))
    deepEqual([held.replicas, shown(held)[0]], [6, 'AbleToScale=True ScaleDownStabilized'])
    const later = planScale(input(6, '10m', {}, { history: { recommendations: [{ replicas: 6, atMs: nowMs - 300_000 }], changes: [] } }))
    deepEqual([later.replicas, later.why, shown(later)[2]], [3, 'All metrics below target', 'ScalingLimited=True TooFewReplicas'])
  })

  it('takes the most of several metrics', () => {
    const plan = planScale(input(4, '10m', { metrics: [cpu, memory] }))
    deepEqual([plan.replicas, plan.why], [6, 'memory resource above target'])
  })

  it('goes to the bounds whatever the metrics say, and leaves zero alone', () => {
    deepEqual([planScale(input(1, '60m')).why, planScale(input(1, '60m')).replicas], ['Current number of replicas below Spec.MinReplicas', 3])
    deepEqual([planScale(input(9, '60m')).why, planScale(input(9, '60m')).replicas], ['Current number of replicas above Spec.MaxReplicas', 8])
    const off = planScale(input(0, '60m'))
    deepEqual([off.replicas, shown(off)], [0, ['AbleToScale=True SucceededGetScale', 'ScalingActive=False ScalingDisabled']])
  })

  it('changes nothing without metrics, and says what is missing', () => {
    const plan = planScale(input(4, '60m', {}, { metrics: [] }))
    equal(plan.replicas, 4)
    deepEqual(shown(plan), ['AbleToScale=True SucceededGetScale', 'ScalingActive=False FailedGetResourceMetric'])
    deepEqual(plan.warnings.map(({ reason, message }) => [reason, message]), [
      ['FailedGetResourceMetric', 'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API'],
      ['FailedComputeMetricsReplicas', 'invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API'],
    ])
  })

  it('names the Pod that has no request', () => {
    const pods = [{ ...pod('p0'), spec: { containers: [{ name: 'web' }] } }, pod('p1'), pod('p2')]
    match(planScale(input(3, '60m', {}, { pods })).conditions[1]?.message ?? '', /^the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod p0$/)
  })

  it('with one metric that fails grows by the others, and does not shrink', () => {
    equal(planScale(input(4, '120m', { metrics: [cpu, custom] })).replicas, 8)
    const held = planScale(input(4, '10m', { metrics: [cpu, custom] }))
    deepEqual([held.replicas, shown(held)[1]], [4, 'ScalingActive=False FailedGetPodsMetric'])
  })

  it('refuses a target without a selector, and one whose Pods others scale', () => {
    deepEqual(planScale(input(3, '60m', {}, { selector: '' })).warnings.map((one) => one.reason), ['SelectorRequired', 'FailedComputeMetricsReplicas'])
    const problem = { reason: 'AmbiguousSelector', message: 'two' }
    deepEqual(shown(planScale(input(3, '60m', {}, { selectorProblem: problem })))[1], 'ScalingActive=False AmbiguousSelector')
  })

  it('moves the time of a condition only with its status', () => {
    const reason = { reason: 'A', message: '' }
    const first = withCondition([], 'AbleToScale', true, reason, 0)
    equal(withCondition(first, 'AbleToScale', true, { ...reason, reason: 'B' }, 60_000)[0]?.lastTransitionTime, '1970-01-01T00:00:00Z')
    equal(withCondition(first, 'AbleToScale', false, reason, 60_000)[0]?.lastTransitionTime, '1970-01-01T00:01:00Z')
    const { hpa } = input(3, '60m')
    deepEqual(statusAfter(hpa, { conditions: [], metrics: [] }, 3, 6, 0), { lastScaleTime: '1970-01-01T00:00:00Z', currentReplicas: 3, desiredReplicas: 6, currentMetrics: [], conditions: [] })
  })
})
