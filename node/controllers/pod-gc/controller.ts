// Takes away Pods that nobody will end, see plan.ts. A node that is missing gets time to register again first, and the API
// is asked before a Pod is forgotten; of what must be unique also the leader, since it may still run there. Keys are Pods, and one for the count of ended ones.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { keyOf } from '../../client/object-cache.ts'
import { nodes as nodeType, persistentVolumeClaims as claimType, pods as podType } from '../../client/resource-types.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { isUniquePod } from '../../objects/pods/unique.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { takeoverPollMs } from '../limits.ts'
import { reasonToCollect, surplusEnded } from './plan.ts'

/** Time for a node that was deleted by mistake to come back. */
const missingNodeGraceMs = 10_000
const endedSweepMs = 60_000
const endedKey = 'ended'
const nodeIndex = 'node'

/** The Pod garbage collector. */
export function podGcController(deps: ControllerDeps): Controller {
  const pods = deps.informers.of(podType)
  const nodes = deps.informers.of(nodeType)
  const claims = deps.informers.of(claimType)
  const client = deps.client.resource(podType)
  pods.addIndex(nodeIndex, (pod) => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]))
  const isNodeKnown = (name: string): boolean => nodes.cache.get(name) !== undefined

  const collect = async (pod: Pod, resourceVersion?: string): Promise<void> => {
    const { name = '', namespace, uid } = pod.metadata
    try {
      const ending = await client.delete(name, namespace, { uid, resourceVersion, gracePeriodSeconds: 0 })
      if (ending === undefined) pods.assumeDeleted(keyOf(pod), uid)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  const isNodeGone = async (name: string): Promise<boolean> => {
    try {
      await deps.client.resource(nodeType).get(name)
      return false
    } catch (error) {
      if (isNotFound(error)) return true
      throw error
    }
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    if (key === endedKey) {
      for (const pod of surplusEnded(pods.cache.list())) await collect(pod)
      return { againAfterMs: endedSweepMs }
    }
    const pod = pods.cache.get(key)
    if (pod === undefined) return settled
    const reason = reasonToCollect(pod, isNodeKnown)
    if (reason === 'unscheduled') await collect(pod)
    if (reason !== 'ask' || !(await isNodeGone(pod.spec?.nodeName ?? ''))) return settled
    const isUnique = !isPodTerminal(pod) && isUniquePod(pod, (claim) => claims.cache.get(`${pod.metadata.namespace}/${claim}`))
    if (isUnique && !(await deps.takeover.nodeIsOver(pod.spec?.nodeName ?? ''))) return { againAfterMs: takeoverPollMs }
    await collect(pod, isUnique ? pod.metadata.resourceVersion : undefined)
    return settled
  }

  const watch = (sink: KeySink): (() => void) => {
    sink.add(endedKey)
    const consider = (pod: Pod): void => {
      const reason = reasonToCollect(pod, isNodeKnown)
      if (reason === 'unscheduled') sink.add(keyOf(pod))
      if (reason === 'ask') sink.addAfter(keyOf(pod), missingNodeGraceMs)
    }
    const ends = [
      nodes.onChange(({ kind, object }) => {
        if (kind === 'deleted') pods.cache.byIndex(nodeIndex, object.metadata.name ?? '').forEach(consider)
      }),
      pods.onChange(({ kind, object }) => {
        if (kind !== 'deleted') consider(object)
      }),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'podgc', watch, reconcile }
}
