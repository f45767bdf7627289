// The status of a Pod as the API shows it, computed from what the runtime has (Kubernetes documentation, Pod Lifecycle).
// Pure; the status manager sends it. Conditions of other writers are kept as they are.
import { timestamp } from '../../base/clock.ts'
import type { ContainerState, ContainerStateTerminated, ContainerStatus, Pod, PodStatus } from '../../objects/generated/core-v1.ts'
import type { RuntimeContainerStatus } from '../runtime/types.ts'
import { podConditions } from './conditions.ts'
import type { PodPlan } from './plan.ts'
import { qosClass } from './resources.ts'
import { containersOf, newestContainer, specOf } from './view.ts'
import type { NamedContainer, PodView } from './view.ts'

/** What the status needs beside the Pod's view. */
export interface StatusContext {
  readonly plan: PodPlan
  readonly hostAddresses: readonly string[]
  /** By container id: what the container left as its termination message. */
  readonly messages: ReadonlyMap<string, string>
}

const signalBase = 128

/** An ended container as the API shows it. */
export function terminatedState(ended: RuntimeContainerStatus, message: string | undefined): ContainerStateTerminated {
  const reason = ended.reason !== '' ? ended.reason : ended.exitCode === 0 ? 'Completed' : 'Error'
  const text = message ?? ended.message
  return {
    containerID: `containerd://${ended.id}`,
    exitCode: ended.exitCode,
    ...(ended.exitCode > signalBase && ended.exitCode < 160 && reason === 'OOMKilled' ? { signal: ended.exitCode - signalBase } : {}),
    reason,
    ...(text === '' ? {} : { message: text }),
    startedAt: timestamp(ended.startedMs),
    finishedAt: timestamp(ended.finishedMs),
  }
}

function stateOf(view: PodView, context: StatusContext, target: NamedContainer, newest: RuntimeContainerStatus | undefined): ContainerState {
  const { name } = target.container
  const waiting = context.plan.waiting.get(name) ?? view.waiting.get(name)
  if (newest?.state === 'running') return { running: { startedAt: timestamp(newest.startedMs) } }
  if (waiting !== undefined && context.plan.end === undefined) return { waiting: { reason: waiting.reason, ...(waiting.message === '' ? {} : { message: waiting.message }) } }
  if (newest?.state === 'exited') return { terminated: terminatedState(newest, context.messages.get(newest.id)) }
  const hasInit = (specOf(view.pod).initContainers ?? []).length > 0
  return { waiting: { reason: hasInit && !context.plan.initialized ? 'PodInitializing' : 'ContainerCreating' } }
}

function statusOf(view: PodView, context: StatusContext, target: NamedContainer, old: ContainerStatus | undefined): ContainerStatus {
  const { container } = target
  const newest = newestContainer(view, container.name)
  const state = stateOf(view, context, target, newest)
  const previous = view.containers.filter((each) => each.name === container.name && each.state === 'exited')
  const last = state.terminated === undefined ? previous[0] : previous[1]
  const health = newest === undefined ? undefined : view.health.get(newest.id)
  const running = state.running !== undefined
  const ready = target.kind === 'init' ? state.terminated?.exitCode === 0 : running && (health?.ready ?? false)
  const lastState = last === undefined ? old?.lastState ?? {} : { terminated: terminatedState(last, context.messages.get(last.id)) }
  return {
    name: container.name,
    state,
    lastState,
    ready,
    restartCount: newest?.attempt ?? old?.restartCount ?? 0,
    image: newest?.image ?? container.image ?? '',
    imageID: newest?.imageRef ?? '',
    ...(newest === undefined ? {} : { containerID: `containerd://${newest.id}` }),
    started: target.kind === 'init' ? false : running && (health?.started ?? false),
  }
}

/** The phase by the ends and starts of the containers. */
function phaseOf(view: PodView, context: StatusContext, apps: readonly ContainerStatus[]): string {
  const old = view.pod.status?.phase
  if (old === 'Succeeded' || old === 'Failed') return old
  if (context.plan.end !== undefined) return context.plan.end.phase
  if (!context.plan.initialized) return 'Pending'
  const begun = (each: ContainerStatus): boolean => each.state?.running !== undefined || each.state?.terminated !== undefined || each.lastState?.terminated !== undefined
  return apps.some(begun) && apps.every(begun) ? 'Running' : apps.some((each) => each.state?.running !== undefined) ? 'Running' : 'Pending'
}

function addressesOf(view: PodView, context: StatusContext): readonly string[] {
  if (specOf(view.pod).hostNetwork === true) return view.sandboxes.length > 0 ? context.hostAddresses : []
  if (view.addresses.length > 0) return view.addresses
  // An ended Pod keeps the address that it had.
  return view.pod.status?.podIPs?.flatMap((each) => each.ip) ?? []
}

/** The whole status; what did not change keeps its transition times. */
export function podStatus(view: PodView, context: StatusContext): PodStatus {
  const { pod } = view
  const old = (name: string, list: readonly ContainerStatus[] | undefined): ContainerStatus | undefined => list?.find((each) => each.name === name)
  const statuses = (kinds: readonly NamedContainer['kind'][], from: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] =>
    containersOf(pod).filter((each) => kinds.includes(each.kind)).map((each) => statusOf(view, context, each, old(each.container.name, from)))
  const initContainerStatuses = statuses(['init', 'sidecar'], pod.status?.initContainerStatuses)
  const containerStatuses = statuses(['app'], pod.status?.containerStatuses)
  const ephemeral = statuses(['ephemeral'], pod.status?.ephemeralContainerStatuses)
  const phase = phaseOf(view, context, containerStatuses)
  const podIPs = addressesOf(view, context).map((ip) => ({ ip }))
  const host = context.hostAddresses.map((ip) => ({ ip }))
  const first = <T>(list: readonly T[]): T | undefined => list[0]
  const reason = context.plan.end?.reason ?? pod.status?.reason
  const message = context.plan.end?.message ?? pod.status?.message
  return {
    phase,
    conditions: podConditions({ view, plan: context.plan, phase, containerStatuses, initContainerStatuses }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(first(host) === undefined ? {} : { hostIP: first(host)?.ip, hostIPs: host }),
    ...(first(podIPs) === undefined ? {} : { podIP: first(podIPs)?.ip, podIPs }),
    startTime: pod.status?.startTime ?? timestamp(view.nowMs),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    containerStatuses,
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
  }
}

/** Whether two statuses say the same. */
export const sameStatus = (left: Pod['status'], right: Pod['status']): boolean => stable(left) === stable(right)

function stable(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each) ?? ''
}
