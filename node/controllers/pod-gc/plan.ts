// Which Pods nobody will end: those on nodes that are no more, those being deleted that never got a node, and the oldest
// of too many that have ended. Pure. Source: Kubernetes concepts, Pod lifecycle (Pod garbage collection).
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { endedPodsKept } from '../limits.ts'

/** Why a Pod may be collected, or undefined; `ask`: only when its node is really gone from the API. */
export function reasonToCollect(pod: Pod, isNodeKnown: (name: string) => boolean): 'unscheduled' | 'ask' | undefined {
  const nodeName = pod.spec?.nodeName ?? ''
  if (nodeName === '') return pod.metadata.deletionTimestamp === undefined ? undefined : 'unscheduled'
  return isNodeKnown(nodeName) ? undefined : 'ask'
}

/** The ended Pods beyond the number that is kept, oldest first. */
export function surplusEnded(pods: readonly Pod[]): readonly Pod[] {
  const ended = pods.filter(isPodTerminal)
  if (ended.length <= endedPodsKept) return []
  const created = (pod: Pod): string => `${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.namespace}/${pod.metadata.name}`
  return ended.sort((a, b) => (created(a) < created(b) ? -1 : 1)).slice(0, ended.length - endedPodsKept)
}
