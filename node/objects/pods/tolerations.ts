// Taints and tolerations: which taints keep a Pod off a node, and which drive it away and when.
// Source: Kubernetes concepts, Taints and Tolerations. Nothing here knows what a taint is for.
import type { Pod, Taint, Toleration } from '../generated/core-v1.ts'

/** Taints that this system itself puts on nodes. */
export const taintUnreachable = 'node.kubernetes.io/unreachable'
export const taintNotReady = 'node.kubernetes.io/not-ready'
export const taintUnschedulable = 'node.kubernetes.io/unschedulable'

/** Whether the toleration covers the taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false
  const isAnyKey = toleration.key === undefined || toleration.key === ''
  if (!isAnyKey && toleration.key !== taint.key) return false
  if (toleration.operator === 'Exists') return true
  // Without a key only Exists means something.
  return !isAnyKey && (toleration.value ?? '') === (taint.value ?? '')
}

/** The first taint with one of the effects that the Pod does not tolerate. */
export function untoleratedTaint(pod: Pod, taints: readonly Taint[] | undefined, effects: readonly string[]): Taint | undefined {
  const tolerations = pod.spec?.tolerations ?? []
  return (taints ?? []).find((taint) => effects.includes(taint.effect) && !tolerations.some((one) => tolerates(one, taint)))
}

/** When a Pod must leave a node because of its NoExecute taints. */
export type Eviction = { readonly kind: 'never' } | { readonly kind: 'at'; readonly atMs: number }

/** Wall clock time at which the taints drive the Pod away; `nowMs` for taints that carry no time. */
export function evictionTime(pod: Pod, taints: readonly Taint[] | undefined, nowMs: number): Eviction {
  let atMs = Number.POSITIVE_INFINITY
  for (const taint of taints ?? []) {
    if (taint.effect !== 'NoExecute') continue
    const matching = (pod.spec?.tolerations ?? []).filter((one) => tolerates(one, taint))
    const sinceMs = taint.timeAdded === undefined ? nowMs : Date.parse(taint.timeAdded)
    if (matching.length === 0) atMs = Math.min(atMs, sinceMs)
    const limited = matching.filter((one) => one.tolerationSeconds !== undefined).map((one) => Math.max(0, one.tolerationSeconds ?? 0))
    // Of several limits for one taint the shortest counts.
    if (limited.length > 0) atMs = Math.min(atMs, sinceMs + Math.min(...limited) * 1000)
  }
  return Number.isFinite(atMs) ? { kind: 'at', atMs } : { kind: 'never' }
}
