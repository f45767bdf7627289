// How far and how fast a target may be scaled: stabilisation windows over recent recommendations, policies over recent
// changes, and the least and most size. What was before is an argument, and what is remembered is part of the answer. Pure.
// Source: Kubernetes documentation, "Horizontal Pod Autoscaling: configurable scaling behavior".
import type { HPAScalingRules, HorizontalPodAutoscalerSpec } from '../../objects/generated/autoscaling-v2.ts'
import { downWindowSeconds, growthFactor, growthLeast } from './limits.ts'

export interface Recommendation {
  readonly replicas: number
  readonly atMs: number
}

/** A change that was made: how many were added, below zero for removed ones. */
export interface ScaleChange {
  readonly added: number
  readonly atMs: number
}

/** What an autoscaler remembers between two looks. */
export interface History {
  readonly recommendations: readonly Recommendation[]
  readonly changes: readonly ScaleChange[]
}

export interface Reason {
  readonly reason: string
  readonly message: string
}

export interface Limited {
  readonly replicas: number
  /** Why the size is not another; whether it was limited. */
  readonly stabilized: Reason
  readonly limited: Reason & { readonly is: boolean }
  readonly recommendations: readonly Recommendation[]
}

/** Longest time that anything is remembered: the longest window that the API accepts. */
const longestMs = 3_600_000
const ready: Reason = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' }
const lower: Reason = { reason: 'ScaleUpStabilized', message: 'recent recommendations were lower than current one, applying the lowest recent recommendation' }
const higher: Reason = { reason: 'ScaleDownStabilized', message: 'recent recommendations were higher than current one, applying the highest recent recommendation' }
const tooFast: Reason = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' }
const tooSlow: Reason = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' }
const tooMany: Reason = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
const tooFew: Reason = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }
const within: Reason = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' }

/** The size that the rules' policies allow, upwards or downwards. */
export function policyLimit(rules: HPAScalingRules, current: number, changes: readonly ScaleChange[], nowMs: number, way: 'up' | 'down'): number {
  if (rules.selectPolicy === 'Disabled') return current
  const sizes = (rules.policies ?? []).map((policy) => {
    const added = changes.filter((change) => change.atMs > nowMs - policy.periodSeconds * 1000).reduce((sum, change) => sum + change.added, 0)
    const start = current - added
    const sign = way === 'up' ? 1 : -1
    if (policy.type === 'Pods') return start + sign * policy.value
    const size = start * (1 + sign * policy.value / 100)
    return way === 'up' ? Math.ceil(size) : Math.trunc(size)
  })
  // The policy that changes most gives the largest size upwards and the smallest downwards.
  return (rules.selectPolicy === 'Min') === (way === 'up') ? Math.min(...sizes) : Math.max(...sizes)
}

function stabilize(current: number, desired: number, history: readonly Recommendation[], windows: { readonly upSeconds: number; readonly downSeconds: number }, nowMs: number): { readonly between: number; readonly highest: number } {
  const since = (seconds: number): readonly number[] => history.filter((one) => one.atMs > nowMs - seconds * 1000).map((one) => one.replicas)
  const lowest = Math.min(desired, ...since(windows.upSeconds))
  const highest = Math.max(desired, ...since(windows.downSeconds))
  return { between: Math.min(Math.max(current, lowest), highest), highest }
}

/** The size to go to from `current` when the metrics want `desired`. */
export function limitReplicas(spec: HorizontalPodAutoscalerSpec, current: number, desired: number, history: History, nowMs: number): Limited {
  const { behavior } = spec
  const recommendations = [...history.recommendations.filter((one) => one.atMs > nowMs - longestMs), { replicas: desired, atMs: nowMs }]
  const windows = { upSeconds: behavior?.scaleUp?.stabilizationWindowSeconds ?? 0, downSeconds: behavior?.scaleDown?.stabilizationWindowSeconds ?? downWindowSeconds }
  const bounds = stabilize(current, desired, history.recommendations, windows, nowMs)
  // Without a behavior only shrinking is held back, and the highest recommendation of the window counts as it is.
  const stable = behavior === undefined ? bounds.highest : bounds.between
  const stabilized = stable === desired ? ready : desired >= current && behavior !== undefined ? lower : higher
  const answer = (replicas: number, why: Reason): Limited => ({ replicas, stabilized, limited: { ...why, is: replicas !== stable }, recommendations })
  const least = spec.minReplicas ?? 1
  if (stable > current) {
    const allowed = behavior?.scaleUp === undefined
      ? Math.max(growthFactor * current, growthLeast)
      : Math.max(current, policyLimit(behavior.scaleUp, current, history.changes, nowMs, 'up'))
    const most = Math.min(spec.maxReplicas, allowed)
    if (stable > most) return answer(most, spec.maxReplicas > allowed ? tooFast : tooMany)
  } else if (stable < current && behavior?.scaleDown !== undefined) {
    const allowed = Math.min(current, policyLimit(behavior.scaleDown, current, history.changes, nowMs, 'down'))
    if (stable < Math.max(least, allowed)) return answer(Math.max(least, allowed), least < allowed ? tooSlow : tooFew)
  } else if (stable < least) return answer(least, tooFew)
  return answer(stable, within)
}
