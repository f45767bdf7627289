// What a node's health means for it: conditions when its kubelet is silent, taints that follow from conditions. Pure.
// The membership's verdict is soft state; what is decided here counts only when it has been written, by the one holder of the work.
// Source: Kubernetes concepts, Nodes (conditions, heartbeats) and Taints and Tolerations (taint based evictions).
import { timestamp } from '../../base/clock.ts'
import type { MemberView } from '../../base/views.ts'
import type { Node, NodeCondition, Pod, Taint } from '../../objects/generated/core-v1.ts'
import { podCondition, withPodCondition } from '../../objects/pods/lifecycle.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { taintNotReady, taintUnreachable, taintUnschedulable } from '../../objects/pods/tolerations.ts'
import { brakeHoldMs, brakeLeastPeers } from '../limits.ts'

/** `gone`: nothing that runs there can be reached or asked. */
export type NodeHealth = 'alive' | 'gone'

const stateRank = { alive: 0, suspect: 1, dead: 2, left: 3 } as const

/** The member of this name; of several lives under one name the liveliest. */
export function memberOf(name: string, members: readonly MemberView[]): MemberView | undefined {
  return members.filter((one) => one.name === name).sort((a, b) => stateRank[a.state] - stateRank[b.state])[0]
}

/** A suspect is still alive here: suspicion takes endpoints out of service, nothing more. */
export function healthOf(member: MemberView): NodeHealth {
  return member.state === 'dead' || member.state === 'left' ? 'gone' : 'alive'
}

const kubeletConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The conditions of a node whose kubelet is gone, or undefined when they say so already. */
export function unknownConditions(node: Node, nowMs: number): readonly NodeCondition[] | undefined {
  const now = timestamp(nowMs)
  const before = node.status?.conditions ?? []
  const isToldAlready = kubeletConditions.every((type) => before.some((one) => one.type === type && one.status === 'Unknown'))
  if (isToldAlready) return undefined
  const others = before.filter((one) => !kubeletConditions.includes(one.type))
  const next = kubeletConditions.map((type): NodeCondition => {
    const old = before.find((one) => one.type === type)
    if (old?.status === 'Unknown') return old
    const never = old === undefined
    return {
      ...old, type, status: 'Unknown', lastTransitionTime: now,
      reason: never ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: never ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
    }
  })
  return [...others, ...next]
}

const taintByPressure: { readonly [type: string]: string } = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
}

/** The taints of a node that can be reached: until its kubelet has said that it is well, it carries one that says otherwise. */
export const reachable = (node: Node): readonly Taint[] => (node.spec?.taints ?? []).filter(({ key }) => key !== taintUnreachable)

const ownKeys = new Set([taintUnreachable, taintNotReady, taintUnschedulable, ...Object.values(taintByPressure)])

/** The taints that the node should have, or undefined when it has them. Taints of others are kept as they are. */
export function planTaints(node: Node, conditions: readonly NodeCondition[], nowMs: number): readonly Taint[] | undefined {
  const before = node.spec?.taints ?? []
  const wanted: Pick<Taint, 'key' | 'effect'>[] = []
  const ready = conditions.find((one) => one.type === 'Ready')?.status
  const readyTaint = ready === 'Unknown' ? taintUnreachable : ready === 'False' ? taintNotReady : undefined
  if (readyTaint !== undefined) wanted.push({ key: readyTaint, effect: 'NoSchedule' }, { key: readyTaint, effect: 'NoExecute' })
  for (const [type, key] of Object.entries(taintByPressure)) {
    if (conditions.some((one) => one.type === type && one.status === 'True')) wanted.push({ key, effect: 'NoSchedule' })
  }
  if (node.spec?.unschedulable === true) wanted.push({ key: taintUnschedulable, effect: 'NoSchedule' })
  const timeAdded = timestamp(nowMs)
  const next = [
    ...before.filter((taint) => !ownKeys.has(taint.key)),
    ...wanted.map((one) => before.find((taint) => taint.key === one.key && taint.effect === one.effect) ?? { ...one, timeAdded }),
  ]
  const byName = (taints: readonly Taint[]): readonly Taint[] => [...taints].sort((a, b) => (`${a.key} ${a.effect}` < `${b.key} ${b.effect}` ? -1 : 1))
  return sameJson(byName(before), byName(next)) ? undefined : next
}

/** Until when evictions wait, by the boot-time clock, because many peers died at once; undefined when they need not. */
export function brakeUntilMs(members: readonly MemberView[], nowMs: number): number | undefined {
  const counted = members.filter((one) => one.state !== 'left')
  if (counted.length < brakeLeastPeers) return undefined
  const lately = counted.filter((one) => one.state === 'dead' && nowMs - one.sinceMs < brakeHoldMs)
  if (lately.length * 3 <= counted.length) return undefined
  return Math.max(...lately.map((one) => one.sinceMs)) + brakeHoldMs
}

/** The conditions of a Pod whose node is gone: it is not ready. Undefined when they say so already. */
export function notReadyConditions(pod: Pod, nowMs: number): Pod['status'] {
  const ready = podCondition(pod, 'Ready')
  if (ready === undefined || ready.status === 'False') return undefined
  return { conditions: withPodCondition(pod.status?.conditions, { ...ready, status: 'False' }, timestamp(nowMs)) }
}

/** Whether a Pod that is being deleted on a gone node, and need not be unique, may be forgotten: one that somebody replaces. */
export function mayForget(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && controllerOf(pod.metadata) !== undefined
}
