// How many Pods of a disruption budget may go now: the healthy ones beyond those that must stay. Pure.
// Percentages and maxUnavailable count from the replicas that the Pods' owners want, not from the Pods that there are.
// Source: Kubernetes concepts, Disruptions; tasks, Specifying a Disruption Budget.
import { timestamp } from '../../base/clock.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../objects/generated/policy-v1.ts'
import { isPodReady, isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { disruptionUnconfirmedMs } from '../limits.ts'

export interface DisruptionView {
  readonly budget: PodDisruptionBudget
  /** The Pods that its selector selects, ended ones included. */
  readonly pods: readonly Pod[]
  /** Replicas that the Pods' owner wants; undefined for Pods without an owner that scales. */
  readonly scaleOf: (pod: Pod) => { readonly owner: string; readonly replicas: number } | undefined
  readonly nowMs: number
}

export interface DisruptionPlan {
  readonly status: PodDisruptionBudgetStatus
  /** Why nothing could be computed, for an event. */
  readonly failure: string | undefined
  readonly againAfterMs: number | undefined
}

/** The status of the budget. */
export function planDisruption(view: DisruptionView): DisruptionPlan {
  const { budget, nowMs } = view
  const pods = view.pods.filter((pod) => !isPodTerminal(pod))
  const pending = unconfirmed(budget, pods, nowMs)
  const currentHealthy = pods.filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined && pending[pod.metadata.name ?? ''] === undefined).length
  const expected = expectationOf(view, pods)
  if (typeof expected === 'string') {
    const old = budget.status ?? { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }
    // What cannot be computed allows nothing.
    return { status: { ...old, disruptionsAllowed: 0, conditions: conditionsOf(view, 'SyncFailed', expected) }, failure: expected, againAfterMs: undefined }
  }
  const { expectedPods, desiredHealthy } = expected
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  const next = Object.values(pending).map((since) => Date.parse(since) + disruptionUnconfirmedMs - nowMs)
  return {
    status: {
      observedGeneration: budget.metadata.generation, currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed,
      disruptedPods: Object.keys(pending).length === 0 ? undefined : pending,
      conditions: conditionsOf(view, disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods', ''),
    },
    failure: undefined, againAfterMs: next.length === 0 ? undefined : Math.max(0, Math.min(...next)),
  }
}

/** Evicted Pods that are still there: they count as gone, unless nothing becomes of it for long. */
function unconfirmed(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): { readonly [pod: string]: string } {
  const noted = Object.entries(budget.status?.disruptedPods ?? {})
  return Object.fromEntries(noted.filter(([name, since]) => {
    const pod = pods.find((one) => one.metadata.name === name)
    return pod !== undefined && pod.metadata.deletionTimestamp === undefined && Date.parse(since) + disruptionUnconfirmedMs > nowMs
  }))
}

function expectationOf(view: DisruptionView, pods: readonly Pod[]): { readonly expectedPods: number; readonly desiredHealthy: number } | string {
  const { minAvailable, maxUnavailable } = view.budget.spec ?? {}
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable }
  if (maxUnavailable === undefined && minAvailable === undefined) return { expectedPods: pods.length, desiredHealthy: 0 }
  const scales = new Map<string, number>()
  for (const pod of pods) {
    const scale = view.scaleOf(pod)
    if (scale === undefined) return `found no controllers for pod "${pod.metadata.name}"`
    scales.set(scale.owner, scale.replicas)
  }
  const expectedPods = [...scales.values()].reduce((sum, replicas) => sum + replicas, 0)
  const desiredHealthy = maxUnavailable === undefined ? partOf(minAvailable, expectedPods) : Math.max(0, expectedPods - partOf(maxUnavailable, expectedPods))
  return { expectedPods, desiredHealthy }
}

/** Percentages are rounded up. */
function partOf(value: number | string | undefined, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value ?? '0', 10) / 100) * total)
}

function conditionsOf(view: DisruptionView, reason: string, message: string): NonNullable<PodDisruptionBudgetStatus['conditions']> {
  const { budget, nowMs } = view
  const known = budget.status?.conditions ?? []
  const status = reason === 'SufficientPods' ? 'True' : 'False'
  const old = known.find((one) => one.type === 'DisruptionAllowed')
  const lastTransitionTime = old !== undefined && old.status === status ? old.lastTransitionTime : timestamp(nowMs)
  return [...known.filter((one) => one.type !== 'DisruptionAllowed'), { type: 'DisruptionAllowed', status, reason, message, lastTransitionTime, observedGeneration: budget.metadata.generation }]
}
