// How things fare, in one word and one of four tones, as a person would say it. Pure: objects and the time in, words out.
// Source of the words for Pods: what kubectl prints as STATUS.
import type { Claim, ContainerStatus, KubeEvent, Node, Pod, Workload } from './objects.ts'

export type Tone = 'good' | 'busy' | 'bad' | 'idle'

export interface Health {
  readonly tone: Tone
  readonly word: string
}

/** Reasons to wait that pass by themselves. */
const passing = new Set(['ContainerCreating', 'PodInitializing'])

function troubled(status: ContainerStatus): string | undefined {
  const waiting = status.state?.waiting?.reason
  if (waiting !== undefined && !passing.has(waiting)) return waiting
  const ended = status.state?.terminated
  return ended !== undefined && ended.exitCode !== 0 ? ended.reason ?? 'Error' : undefined
}

export function podHealth(pod: Pod): Health {
  if (pod.metadata.deletionTimestamp !== undefined) return { tone: 'busy', word: 'Terminating' }
  const { phase = 'Pending', reason, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  if (phase === 'Succeeded') return { tone: 'idle', word: 'Completed' }
  if (phase === 'Failed') return { tone: 'bad', word: reason ?? containerStatuses.map(troubled).find((one) => one !== undefined) ?? 'Failed' }
  const trouble = [...initContainerStatuses, ...containerStatuses].map(troubled).find((one) => one !== undefined)
  if (trouble !== undefined) return { tone: 'bad', word: trouble }
  if (phase === 'Pending') return { tone: 'busy', word: containerStatuses[0]?.state?.waiting?.reason ?? (pod.spec?.nodeName === undefined ? 'Pending' : 'Starting') }
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
  return isReady ? { tone: 'good', word: 'Running' } : { tone: 'busy', word: 'Not ready' }
}

export const restartsOf = (pod: Pod): number => (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)

export function nodeHealth(node: Node): Health {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') return { tone: 'bad', word: ready?.status === 'Unknown' ? 'Not heard of' : 'Not ready' }
  const pressure = node.status?.conditions?.find(({ type, status }) => type.endsWith('Pressure') && status === 'True')
  if (pressure !== undefined) return { tone: 'busy', word: pressure.type }
  return node.spec?.unschedulable === true ? { tone: 'idle', word: 'Cordoned' } : { tone: 'good', word: 'Ready' }
}

/** How many Pods a workload has ready and how many it wants. */
export function countsOf(kind: string, { spec, status }: Workload): { readonly ready: number; readonly wanted: number } {
  if (kind === 'DaemonSet') return { ready: status?.numberReady ?? 0, wanted: status?.desiredNumberScheduled ?? 0 }
  if (kind === 'Job') return { ready: status?.succeeded ?? 0, wanted: spec?.completions ?? 1 }
  return { ready: status?.readyReplicas ?? 0, wanted: spec?.replicas ?? 1 }
}

export function workloadHealth(kind: string, workload: Workload): Health {
  if (workload.metadata.deletionTimestamp !== undefined) return { tone: 'busy', word: 'Deleting' }
  if (workload.spec?.suspend === true) return { tone: 'idle', word: 'Suspended' }
  if (kind === 'CronJob') return activeJobs(workload) > 0 ? { tone: 'busy', word: 'Running' } : { tone: 'good', word: 'On schedule' }
  const { ready, wanted } = countsOf(kind, workload)
  const failed = workload.status?.conditions?.find(({ type, status, reason }) => (type === 'Failed' && status === 'True') || (type === 'ReplicaFailure' && status === 'True') || reason === 'ProgressDeadlineExceeded')
  if (failed !== undefined) return { tone: 'bad', word: failed.reason ?? failed.type }
  if (kind === 'Job') return ready >= wanted ? { tone: 'idle', word: 'Complete' } : { tone: 'busy', word: 'Running' }
  if (wanted === 0) return { tone: 'idle', word: 'Scaled to zero' }
  const updated = workload.status?.updatedReplicas
  if (ready >= wanted && (updated === undefined || updated >= wanted)) return { tone: 'good', word: 'Healthy' }
  return ready === 0 ? { tone: 'bad', word: 'Nothing ready' } : { tone: 'busy', word: 'Progressing' }
}

/** How many Jobs of a CronJob run. */
export const activeJobs = ({ status }: Workload): number => (typeof status?.active === 'object' ? status.active.length : 0)

/** What a table says of how far a workload is. */
export function progressOf(kind: string, workload: Workload): string {
  if (kind === 'CronJob') return workload.spec?.schedule ?? ''
  const { ready, wanted } = countsOf(kind, workload)
  return `${ready} / ${wanted}`
}

export function claimHealth({ metadata, status }: Claim): Health {
  if (metadata.deletionTimestamp !== undefined) return { tone: 'busy', word: 'Deleting' }
  if (status?.phase === 'Bound') return { tone: 'good', word: 'Bound' }
  return status?.phase === 'Lost' ? { tone: 'bad', word: 'Lost' } : { tone: 'busy', word: status?.phase ?? 'Pending' }
}

/** `42s`, `7m`, `3h`, `12d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** Time since a timestamp, or a dash when there is none. */
export const age = (timestamp: string | null | undefined, nowMs: number): string => (timestamp == null ? '–' : duration(nowMs - Date.parse(timestamp)))

/** When an event was last seen, in ms. */
export function eventMs(event: KubeEvent): number {
  const text = event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? event.metadata.creationTimestamp
  return text == null ? 0 : Date.parse(text)
}
