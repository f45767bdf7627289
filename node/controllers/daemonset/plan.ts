// What a DaemonSet needs next: the nodes that want a Pod, the Pods that go, and its status. Pure.
// An update deletes the old Pod first within maxUnavailable, or starts the new one beside it within maxSurge.
// Source: Kubernetes concepts, DaemonSet; tasks, Perform a rolling update on a DaemonSet.
import type { ControllerRevision, DaemonSet, DaemonSetStatus } from '../../objects/generated/apps-v1.ts'
import type { Node, Pod } from '../../objects/generated/core-v1.ts'
import { isPodAvailable, isPodReady, isPodTerminal, readySinceMs } from '../../objects/pods/lifecycle.ts'
import { daemonRetryMs } from '../limits.ts'
import { revisionLabel } from '../revisions.ts'
import { hashOf, nodeOf, wants } from './placement.ts'

export interface DaemonSetView {
  readonly set: DaemonSet
  readonly nodes: readonly Node[]
  /** The Pods that it owns. */
  readonly pods: readonly Pod[]
  readonly update: ControllerRevision
  readonly nowMs: number
}

export interface PodToDelete {
  readonly pod: Pod
  /** Why, when people should hear of it. */
  readonly event?: 'FailedDaemonPod' | 'SucceededDaemonPod'
}

export interface DaemonSetPlan {
  /** Names of nodes. */
  readonly create: readonly string[]
  readonly remove: readonly PodToDelete[]
  readonly status: DaemonSetStatus
  readonly againAfterMs: number | undefined
}

/** A node and the set's Pods on it, oldest first. */
interface Place {
  readonly name: string
  readonly run: boolean
  readonly keep: boolean
  readonly pods: readonly Pod[]
}

const isEnding = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined
const createdOf = (pod: Pod): string => `${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.uid ?? ''}`

/** The next steps, and the status as it is without them. */
export function planDaemonSet(view: DaemonSetView): DaemonSetPlan {
  const { set, nodes, pods } = view
  const byNode = Map.groupBy(pods, nodeOf)
  const places = nodes.map((node): Place => {
    const name = node.metadata.name ?? ''
    return { name, ...wants(set, node), pods: [...(byNode.get(name) ?? [])].sort((a, b) => (createdOf(a) < createdOf(b) ? -1 : 1)) }
  })
  const status = statusOf(view, places)
  const againAfterMs = nextLookInMs(view)
  if (set.metadata.deletionTimestamp !== undefined) return { create: [], remove: [], status, againAfterMs }
  const settled = places.map((place) => settle(view, place))
  const known = new Set(nodes.map((node) => node.metadata.name))
  const lost = pods.filter((pod) => (pod.spec?.nodeName ?? '') === '' && !isEnding(pod) && !known.has(nodeOf(pod)))
  const create = settled.flatMap((one) => one.create)
  const remove = [...lost.map((pod) => ({ pod })), ...settled.flatMap((one) => one.remove)]
  const isRolling = set.spec?.updateStrategy?.type !== 'OnDelete'
  const rolling = isRolling ? roll(view, places) : { create: [], remove: [] }
  const gone = new Set(remove.map(({ pod }) => pod))
  return { create: [...create, ...rolling.create], remove: [...remove, ...rolling.remove.filter(({ pod }) => !gone.has(pod))], status, againAfterMs }
}

interface Steps {
  readonly create: readonly string[]
  readonly remove: readonly PodToDelete[]
}

const isNew = (view: DaemonSetView, pod: Pod): boolean => pod.metadata.labels?.[revisionLabel] === hashOf(view.update)
const isAvailable = (view: DaemonSetView, pod: Pod): boolean => isPodReady(pod) && isPodAvailable(pod, view.set.spec?.minReadySeconds ?? 0, view.nowMs)

/** One Pod where one is wanted, none where it may not stay, and ended ones make room. */
function settle(view: DaemonSetView, { name, run, keep, pods }: Place): Steps {
  const live = pods.filter((pod) => !isEnding(pod))
  if (!keep) return { create: [], remove: live.map((pod) => ({ pod })) }
  const over = live.filter(isPodTerminal)
  const running = live.filter((pod) => !isPodTerminal(pod))
  const remove: PodToDelete[] = over.filter((pod) => view.nowMs - Date.parse(pod.metadata.creationTimestamp ?? '') >= daemonRetryMs || pod.metadata.creationTimestamp === undefined)
    .map((pod) => ({ pod, event: pod.status?.phase === 'Failed' ? 'FailedDaemonPod' : 'SucceededDaemonPod' }))
  // One of each revision may stand side by side while the new one is not yet available.
  const [oldest, ...others] = surgeOf(view) > 0 ? running.filter((pod) => !isNew(view, pod)) : running
  const [fresh, ...twins] = surgeOf(view) > 0 ? running.filter((pod) => isNew(view, pod)) : []
  for (const pod of [...others, ...twins]) remove.push({ pod })
  if (oldest !== undefined && fresh !== undefined && isAvailable(view, fresh)) remove.push({ pod: oldest })
  return { create: run && pods.length === 0 ? [name] : [], remove }
}

function bound(value: number | string | undefined, total: number): number {
  if (value === undefined) return 0
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) / 100) * total)
}

const desiredOf = (view: DaemonSetView): number => view.nodes.filter((node) => wants(view.set, node).run).length

function surgeOf(view: DaemonSetView): number {
  const strategy = view.set.spec?.updateStrategy
  return strategy?.type === 'OnDelete' ? 0 : bound(strategy?.rollingUpdate?.maxSurge, desiredOf(view))
}

/** Old Pods that may go, or nodes that may get a second Pod, within the bounds. */
function roll(view: DaemonSetView, places: readonly Place[]): Steps {
  const wanted = places.filter((place) => place.run)
  const surge = surgeOf(view)
  return surge > 0 ? rollBeside(view, wanted, surge) : rollInPlace(view, wanted)
}

function rollInPlace(view: DaemonSetView, wanted: readonly Place[]): Steps {
  const most = bound(view.set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length)
  const unavailable = wanted.filter(({ pods }) => !pods.some((pod) => !isEnding(pod) && isAvailable(view, pod))).length
  const old = wanted.flatMap(({ pods }) => pods.filter((pod) => !isEnding(pod) && !isPodTerminal(pod) && !isNew(view, pod)))
  // What is not available now costs nothing to replace.
  const free = old.filter((pod) => !isAvailable(view, pod))
  const costly = old.filter((pod) => isAvailable(view, pod)).slice(0, Math.max(0, most - unavailable))
  return { create: [], remove: [...free, ...costly].map((pod) => ({ pod })) }
}

function rollBeside(view: DaemonSetView, wanted: readonly Place[], most: number): Steps {
  const live = wanted.map((place) => ({ ...place, pods: place.pods.filter((pod) => !isEnding(pod)) }))
  const surging = live.filter(({ pods }) => pods.some((pod) => isNew(view, pod)) && pods.some((pod) => !isNew(view, pod))).length
  const waiting = live.filter(({ pods }) => pods.length > 0 && !pods.some((pod) => isNew(view, pod)))
  const free = waiting.filter(({ pods }) => !pods.some((pod) => isAvailable(view, pod)))
  const costly = waiting.filter((place) => !free.includes(place)).slice(0, Math.max(0, most - surging))
  return { create: [...free, ...costly].map(({ name }) => name), remove: [] }
}

function statusOf(view: DaemonSetView, places: readonly Place[]): DaemonSetStatus {
  const { set } = view
  const wanted = places.filter((place) => place.run)
  const count = (is: (pod: Pod) => boolean): number => wanted.filter(({ pods }) => pods.some((pod) => !isEnding(pod) && is(pod))).length
  const available = count((pod) => isAvailable(view, pod))
  return {
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: wanted.filter(({ pods }) => pods.length > 0).length,
    numberMisscheduled: places.filter(({ run, pods }) => !run && pods.length > 0).length,
    numberReady: count(isPodReady), numberAvailable: available, numberUnavailable: wanted.length - available,
    updatedNumberScheduled: count((pod) => isNew(view, pod)),
    observedGeneration: Math.max(set.metadata.generation ?? 0, set.status?.observedGeneration ?? 0),
    collisionCount: set.status?.collisionCount ?? 0,
  }
}

/** When a ready Pod becomes available or an ended one may be replaced, in milliseconds from now. */
function nextLookInMs({ set, pods, nowMs }: DaemonSetView): number | undefined {
  const minReadyMs = (set.spec?.minReadySeconds ?? 0) * 1000
  const waits = pods.filter((pod) => !isEnding(pod)).map((pod) => (isPodTerminal(pod)
    ? Date.parse(pod.metadata.creationTimestamp ?? '') + daemonRetryMs - nowMs
    : (readySinceMs(pod) ?? Number.POSITIVE_INFINITY) + minReadyMs - nowMs))
  const next = Math.min(...waits.filter((wait) => wait > 0))
  return Number.isFinite(next) ? next : undefined
}
