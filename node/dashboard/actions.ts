// What the dashboard does to the cluster, each with its question: all through the public API, with the signed-in user's rights.
// A refusal is shown in the server's words.
import { read, Refused, send } from './api.ts'
import { pathOf, kinds } from './objects.ts'
import type { Item, Kind, Node, Pod, Workload } from './objects.ts'
import { ask, attempt, notify } from './parts/asking.ts'

const merge = 'application/merge-patch+json'
/** An eviction that a budget refuses is asked for again after this long. */
const evictAgainMs = 2_000
const drainLongestMs = 120_000

const nameOf = ({ metadata }: Item): string => (metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`)
const at = (kind: Kind, item: Item, subresource?: string): string => pathOf(kind, item.metadata.namespace, item.metadata.name, subresource)

export function askDelete(kind: Kind, item: Item, then?: () => void): void {
  ask({
    title: `Delete ${kind.kind} ${nameOf(item)}?`, action: 'Delete', danger: true,
    text: kind.kind === 'Pod' ? 'Its containers are stopped. A Pod that belongs to a workload is replaced.' : 'It is removed with everything that belongs to it.',
    run: async () => {
      await send('DELETE', at(kind, item), { propagationPolicy: 'Background' })
      then?.()
      return `${kind.kind} ${nameOf(item)} is being deleted`
    },
  })
}

export function askScale(kind: Kind, workload: Workload): void {
  const now = workload.spec?.replicas ?? 1
  ask({
    title: `Scale ${kind.kind} ${nameOf(workload)}`, text: `It runs with ${now} now.`, action: 'Scale', danger: false, number: now,
    run: async (replicas) => {
      if (!Number.isInteger(replicas) || replicas < 0) throw new Refused(422, 'The number of replicas is a whole number from 0.')
      await send('PATCH', at(kind, workload, 'scale'), { spec: { replicas } }, merge)
      return `${nameOf(workload)} is scaled to ${replicas}`
    },
  })
}

/** As `kubectl rollout restart`: an annotation of the template changes, so all Pods are replaced in turn. */
export function askRestart(kind: Kind, workload: Workload): void {
  ask({
    title: `Restart ${kind.kind} ${nameOf(workload)}?`, text: 'Its Pods are replaced in turn; it goes on serving.', action: 'Restart', danger: false,
    run: async () => {
      const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() }
      await send('PATCH', at(kind, workload), { spec: { template: { metadata: { annotations } } } }, merge)
      return `${nameOf(workload)} is being restarted`
    },
  })
}

/** Jobs and CronJobs: a suspended one starts nothing. */
export function suspend(kind: Kind, workload: Workload, wanted: boolean): void {
  attempt(async () => {
    await send('PATCH', at(kind, workload), { spec: { suspend: wanted } }, merge)
    return wanted ? `${nameOf(workload)} is suspended` : `${nameOf(workload)} goes on`
  })
}

/** As `kubectl create job --from=cronjob/…`: a Job of the template, now. */
export function askTrigger(workload: Workload): void {
  const { name, namespace, uid } = workload.metadata
  ask({
    title: `Run ${nameOf(workload)} now?`, text: 'A Job is made of its template, beside the schedule.', action: 'Run', danger: false,
    run: async () => {
      const { metadata, spec } = workload.spec?.jobTemplate ?? {}
      const made = `${name.slice(0, 45)}-by-hand-${Date.now().toString(36)}`
      await send('POST', pathOf(kinds.jobs, namespace), {
        apiVersion: 'batch/v1', kind: 'Job', spec,
        metadata: {
          ...metadata, name: made, namespace, annotations: { ...metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }],
        },
      })
      return `${made} runs`
    },
  })
}

export function cordon(node: Node, unschedulable: boolean): void {
  attempt(async () => {
    await send('PATCH', at(kinds.nodes, node), { spec: { unschedulable } }, merge)
    return unschedulable ? `${node.metadata.name} takes no new Pods` : `${node.metadata.name} takes Pods again`
  })
}

const belongsToDaemonSet = ({ metadata }: Pod): boolean => metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true

export function askDrain(node: Node): void {
  ask({
    title: `Drain ${node.metadata.name}?`, action: 'Drain', danger: true,
    text: 'It takes no new Pods, and its Pods are evicted; budgets are kept. Pods of DaemonSets stay.',
    run: async () => {
      await send('PATCH', at(kinds.nodes, node), { spec: { unschedulable: true } }, merge)
      const { items } = await read<{ readonly items: readonly Pod[] }>(`/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node.metadata.name}`)}`)
      const leaving = items.filter((pod) => !belongsToDaemonSet(pod))
      void evictAll(node.metadata.name, leaving)
      return `${node.metadata.name} is being drained of ${leaving.length} Pods`
    },
  })
}

async function evictAll(node: string, pods: readonly Pod[]): Promise<void> {
  const untilMs = Date.now() + drainLongestMs
  const failed: string[] = []
  for (const pod of pods) {
    const why = await evict(pod, untilMs)
    if (why !== '') failed.push(`${nameOf(pod)}: ${why}`)
  }
  if (failed.length === 0) notify(`${node} is drained`)
  else notify(`${node} is not drained: ${failed.slice(0, 3).join('; ')}`, true)
}

/** Why it failed; empty when the Pod goes or is gone. */
async function evict(pod: Pod, untilMs: number): Promise<string> {
  const { name, namespace } = pod.metadata
  for (;;) {
    try {
      await send('POST', at(kinds.pods, pod, 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } })
      return ''
    } catch (error) {
      if (error instanceof Refused && error.code === 404) return ''
      // 429: a PodDisruptionBudget says not now.
      if (!(error instanceof Refused) || error.code !== 429 || Date.now() > untilMs) return error instanceof Error ? error.message : String(error)
      await new Promise((resolve) => setTimeout(resolve, evictAgainMs))
    }
  }
}
