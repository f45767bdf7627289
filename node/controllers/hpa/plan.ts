// What an autoscaler should do now: the size of its target, its conditions and its events, from the target's size, Pods,
// measures and what was before. Nothing is written here. Pure.
// Source: Kubernetes documentation, "Horizontal Pod Autoscaling"; reasons and messages are those of the reference.
import { timestamp } from '../../base/clock.ts'
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerCondition, HorizontalPodAutoscalerStatus, MetricStatus } from '../../objects/generated/autoscaling-v2.ts'
import { computeMetric } from './metrics-spec.ts'
import type { MetricWorld } from './metrics-spec.ts'
import { limitReplicas } from './rate.ts'
import type { History, Reason } from './rate.ts'

export type Conditions = readonly HorizontalPodAutoscalerCondition[]

export interface Warning extends Reason {
  readonly type: 'Warning'
}

export interface PlanInput extends Omit<MetricWorld, 'namespace'> {
  readonly hpa: HorizontalPodAutoscaler
  /** Label selector of the target's Pods, as its scale shows it; empty when it has none. */
  readonly selector: string
  /** Why the selector cannot be used, if so: it is malformed, or others scale the same Pods. */
  readonly selectorProblem: Reason | undefined
  readonly history: History
}

export interface Plan {
  /** The size to write; as it is when nothing changes. */
  readonly replicas: number
  readonly why: string
  readonly conditions: Conditions
  readonly metrics: readonly MetricStatus[]
  readonly warnings: readonly Warning[]
  readonly history: History
}

/** The conditions with one set; its time moves only when its status changes. */
export function withCondition(conditions: Conditions, type: string, isTrue: boolean, { reason, message }: Reason, nowMs: number): Conditions {
  const status = isTrue ? 'True' : 'False'
  const old = conditions.find((one) => one.type === type)
  const lastTransitionTime = old?.status === status && old.lastTransitionTime !== undefined ? old.lastTransitionTime : timestamp(nowMs)
  const made = { type, status, lastTransitionTime, reason, message }
  return old === undefined ? [...conditions, made] : conditions.map((one) => (one === old ? made : one))
}

interface Wanted {
  readonly replicas: number | undefined
  readonly metric: string
  readonly conditions: Conditions
  readonly metrics: readonly MetricStatus[]
  readonly warnings: readonly Warning[]
}

/** What the metrics together want: the most of them; nothing when they fail, or fail in part and would shrink. */
function wantedReplicas(input: PlanInput, conditions: Conditions): Wanted {
  const { hpa, nowMs } = input
  const none = { replicas: undefined, metric: '', metrics: [] }
  const failed = (warnings: readonly Reason[], active: Reason, metrics: readonly MetricStatus[] = []): Wanted => ({
    ...none, metrics, conditions: withCondition(conditions, 'ScalingActive', false, active, nowMs), warnings: warnings.map((one) => ({ type: 'Warning', ...one })),
  })
  const computing = (message: string): Reason => ({ reason: 'FailedComputeMetricsReplicas', message })
  if (input.selector === '') {
    const message = 'selector is required'
    return failed([{ reason: 'SelectorRequired', message }, computing(message)], { reason: 'InvalidSelector', message: "the HPA target's scale is missing a selector" })
  }
  if (input.selectorProblem !== undefined) return failed([input.selectorProblem, computing(input.selectorProblem.message)], input.selectorProblem)
  const specs = hpa.spec?.metrics ?? []
  const results = specs.map((spec) => computeMetric({ ...input, namespace: hpa.metadata.namespace ?? '' }, spec))
  const good = results.filter((result) => result.ok)
  const bad = results.filter((result) => !result.ok)
  const metrics = good.map((result) => result.status)
  const best = good.reduce<typeof good[number] | undefined>((most, result) => (most === undefined || result.replicas > most.replicas ? result : most), undefined)
  const [first] = bad
  const warnings: Reason[] = bad.map(({ reason, message }) => ({ reason, message }))
  if (best === undefined || (first !== undefined && best.replicas < input.currentReplicas)) {
    const { reason = '', message = '', outer = '' } = first ?? {}
    warnings.push(computing(`invalid metrics (${bad.length} invalid out of ${specs.length}), first error is: ${outer}`))
    return failed(warnings, { reason, message: `the HPA was unable to compute the replica count: ${message}` }, metrics)
  }
  const found = { reason: 'ValidMetricFound', message: `the HPA was able to successfully calculate a replica count from ${best.name}` }
  return {
    replicas: best.replicas, metric: best.name, metrics, warnings: warnings.map((one) => ({ type: 'Warning', ...one })),
    conditions: withCondition(conditions, 'ScalingActive', true, found, nowMs),
  }
}

/** The plan for an autoscaler whose target's scale could be read. */
export function planScale(input: PlanInput): Plan {
  const { hpa, nowMs, currentReplicas: current } = input
  const spec = hpa.spec ?? { maxReplicas: current, scaleTargetRef: { kind: '', name: '' } }
  const least = spec.minReplicas ?? 1
  // A loop that begins holds on to the size that it finds for as long as the window says.
  const history: History = input.history.recommendations.length > 0 ? input.history : { ...input.history, recommendations: [{ replicas: current, atMs: nowMs }] }
  const got = { reason: 'SucceededGetScale', message: "the HPA controller was able to get the target's current scale" }
  const conditions = withCondition(hpa.status?.conditions ?? [], 'AbleToScale', true, got, nowMs)
  const plain = { conditions, metrics: hpa.status?.currentMetrics ?? [], warnings: [], history }
  if (current === 0 && least !== 0) {
    const disabled = { reason: 'ScalingDisabled', message: 'scaling is disabled since the replica count of the target is zero' }
    return { ...plain, replicas: 0, why: '', conditions: withCondition(conditions, 'ScalingActive', false, disabled, nowMs) }
  }
  if (current > spec.maxReplicas) return { ...plain, replicas: spec.maxReplicas, why: 'Current number of replicas above Spec.MaxReplicas' }
  if (current < least) return { ...plain, replicas: least, why: 'Current number of replicas below Spec.MinReplicas' }
  const wanted = wantedReplicas(input, conditions)
  if (wanted.replicas === undefined) return { ...wanted, replicas: current, why: '', history }
  const limited = limitReplicas(spec, current, wanted.replicas, history, nowMs)
  const able = withCondition(wanted.conditions, 'AbleToScale', true, limited.stabilized, nowMs)
  return {
    replicas: limited.replicas, metrics: wanted.metrics, warnings: wanted.warnings,
    why: wanted.replicas > current ? `${wanted.metric} above target` : wanted.replicas < current ? 'All metrics below target' : '',
    conditions: withCondition(able, 'ScalingLimited', limited.limited.is, limited.limited, nowMs),
    history: { ...history, recommendations: limited.recommendations },
  }
}

/** The status to write after a plan was carried out or not. `scaledTo` is undefined when the size was left. */
export function statusAfter(hpa: HorizontalPodAutoscaler, plan: Pick<Plan, 'conditions' | 'metrics'>, current: number, scaledTo: number | undefined, nowMs: number): HorizontalPodAutoscalerStatus {
  const lastScaleTime = scaledTo === undefined ? hpa.status?.lastScaleTime : timestamp(nowMs)
  return {
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    currentReplicas: current, desiredReplicas: scaledTo ?? current, currentMetrics: plan.metrics, conditions: plan.conditions,
  }
}
