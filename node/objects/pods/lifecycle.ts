// Where a Pod is in its life: active, ready, available, ended. One place for the questions that the ReplicaSet controller,
// the endpoints controllers, the scheduler and the kubelet all ask.
// Source: Kubernetes concepts, Pod lifecycle; workloads, Deployments (minReadySeconds).
import type { Pod, PodCondition } from '../generated/core-v1.ts'

/** The condition of this type, or undefined. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)
}

/** Its containers have ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** It counts as one of its owner's replicas: neither ended nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined
}

/** Whether its condition Ready is True. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** When it became ready, by the wall clock; undefined when it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = podCondition(pod, 'Ready')
  if (condition?.status !== 'True') return undefined
  return condition.lastTransitionTime === undefined ? 0 : Date.parse(condition.lastTransitionTime)
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const sinceMs = readySinceMs(pod)
  return sinceMs !== undefined && (minReadySeconds === 0 || sinceMs + minReadySeconds * 1000 <= nowMs)
}

/** The conditions with this one set. Its transition time changes only with its status. */
export function withPodCondition(conditions: readonly PodCondition[] | undefined, next: PodCondition, now: string): readonly PodCondition[] {
  const old = conditions?.find((condition) => condition.type === next.type)
  const lastTransitionTime = old !== undefined && old.status === next.status ? (old.lastTransitionTime ?? now) : now
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type)
  return [...others, { ...next, lastTransitionTime }]
}
