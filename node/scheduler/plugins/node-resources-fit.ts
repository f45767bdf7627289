// There must be room for what the Pod reserves, and emptier nodes are better.
// Source: Kubernetes reference, scheduling plugins, NodeResourcesFit (LeastAllocated); CPU and memory weigh the same.
import type { Amounts } from '../../objects/pods/requests.ts'
import { podRequests, podScoringRequests } from '../../objects/pods/requests.ts'
import type { NodeState, Plugin, Rejection } from '../types.ts'

export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit', weight: 1,
  prepare: (pod) => {
    const wanted = podRequests(pod)
    const weighed = podScoringRequests(pod)
    return { filter: (state) => rejection(wanted, state), score: (state) => leastAllocated(weighed, state) }
  },
}

function rejection(wanted: Amounts, state: NodeState): Rejection | undefined {
  const reasons: string[] = []
  let preemptionHelps = true
  const podsMost = state.allocatable.get('pods')
  if (podsMost !== undefined && state.pods.length + 1 > podsMost) reasons.push('Too many pods')
  for (const [name, amount] of wanted) {
    if (amount === 0) continue
    const allocatable = state.allocatable.get(name) ?? 0
    if (amount <= allocatable - (state.requested.get(name) ?? 0)) continue
    reasons.push(`Insufficient ${name}`)
    // More than the whole node: no eviction makes room.
    if (amount > allocatable) preemptionHelps = false
  }
  return reasons.length === 0 ? undefined : { reasons, preemptionHelps }
}

function leastAllocated(wanted: Amounts, state: NodeState): number {
  const parts = ['cpu', 'memory'].flatMap((name) => {
    const allocatable = state.allocatable.get(name) ?? 0
    if (allocatable === 0) return []
    const requested = (state.weighed.get(name) ?? 0) + (wanted.get(name) ?? 0)
    return [requested > allocatable ? 0 : ((allocatable - requested) * 100) / allocatable]
  })
  return parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 0) / parts.length
}
