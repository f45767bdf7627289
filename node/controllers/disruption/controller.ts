// Keeps the status of disruption budgets: what the eviction API may still grant. It evicts nothing itself.
// The status is written at the version that it was computed from, since evictions count it down meanwhile.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import {
  deployments as deploymentType, podDisruptionBudgets as budgetType, pods as podType, replicaSets as replicaSetType, statefulSets as statefulSetType,
} from '../../client/resource-types.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import type { PodDisruptionBudget } from '../../objects/generated/policy-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { selects } from '../../objects/pods/label-match.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { planDisruption } from './plan.ts'

/** The disruption controller. */
export function disruptionController(deps: ControllerDeps): Controller {
  const budgets = deps.informers.of(budgetType)
  const pods = deps.informers.of(podType)
  const deployments = deps.informers.of(deploymentType)
  const replicaSets = deps.informers.of(replicaSetType)
  const statefulSets = deps.informers.of(statefulSetType)
  const events = deps.events('controllermanager')
  const namespaceIndex = 'namespace'
  pods.addIndex(namespaceIndex, (pod) => [pod.metadata.namespace ?? ''])
  budgets.addIndex(namespaceIndex, (budget) => [budget.metadata.namespace ?? ''])

  const scaleOf = (pod: Pod): { readonly owner: string; readonly replicas: number } | undefined => {
    const owner = controllerOf(pod.metadata)
    const key = `${pod.metadata.namespace}/${owner?.name}`
    if (owner?.kind === 'StatefulSet') {
      const replicas = statefulSets.cache.get(key)?.spec?.replicas
      return replicas === undefined ? undefined : { owner: owner.uid, replicas }
    }
    const set = owner?.kind === 'ReplicaSet' ? replicaSets.cache.get(key) : undefined
    if (owner === undefined || set === undefined) return undefined
    const upper = controllerOf(set.metadata)
    const deployment = upper?.kind === 'Deployment' ? deployments.cache.get(`${pod.metadata.namespace}/${upper.name}`) : undefined
    // Both ReplicaSets of a rollout are one application.
    if (upper !== undefined && deployment !== undefined) return { owner: upper.uid, replicas: deployment.spec?.replicas ?? 1 }
    return { owner: owner.uid, replicas: set.spec?.replicas ?? 1 }
  }

  const reconcile = async (key: string): Promise<WorkResult> => {
    const budget = budgets.cache.get(key)
    if (budget === undefined) return settled
    const selected = pods.cache.byIndex(namespaceIndex, budget.metadata.namespace ?? '').filter((pod) => selects(budget.spec?.selector, pod.metadata.labels))
    const plan = planDisruption({ budget, pods: selected, scaleOf, nowMs: deps.clock.wallMs() })
    const about = referenceTo(budgetType, budget)
    if (selected.length === 0) events.event(about, 'Normal', 'NoPods', 'No matching pods found')
    if (plan.failure !== undefined) events.event(about, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${plan.failure}`)
    await report(budget, plan.status)
    return { againAfterMs: plan.againAfterMs }
  }

  const report = async (budget: PodDisruptionBudget, status: NonNullable<PodDisruptionBudget['status']>): Promise<void> => {
    if (sameJson({ disruptedPods: {}, ...budget.status }, { disruptedPods: {}, ...status, ...(status.disruptedPods === undefined ? { disruptedPods: {} } : {}) })) return
    const { name = '', namespace, uid, resourceVersion } = budget.metadata
    // A merge patch takes a field away only by null.
    const gone = Object.keys(budget.status?.disruptedPods ?? {}).filter((pod) => status.disruptedPods?.[pod] === undefined).map((pod) => [pod, null])
    const disruptedPods = { ...Object.fromEntries(gone), ...status.disruptedPods }
    try {
      budgets.assume(await deps.client.resource(budgetType).patch(name, namespace, { metadata: { uid, resourceVersion }, status: { ...status, disruptedPods } }, { subresource: 'status' }))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  const watch = (sink: KeySink): (() => void) => {
    const addBudgets = (namespace: string | undefined): void => budgets.cache.byIndex(namespaceIndex, namespace ?? '').forEach((budget) => sink.add(keyOf(budget)))
    const consider = (pod: Pod): void => budgets.cache.byIndex(namespaceIndex, pod.metadata.namespace ?? '')
      .filter((budget) => selects(budget.spec?.selector, pod.metadata.labels)).forEach((budget) => sink.add(keyOf(budget)))
    const ends = [
      budgets.onChange(({ object }) => sink.add(keyOf(object))),
      pods.onChange(({ object, previous }) => {
        consider(object)
        if (previous !== undefined && previous !== object) consider(previous)
      }),
      deployments.onChange(({ object }) => addBudgets(object.metadata.namespace)),
      replicaSets.onChange(({ object }) => addBudgets(object.metadata.namespace)),
      statefulSets.onChange(({ object }) => addBudgets(object.metadata.namespace)),
    ]
    return () => ends.forEach((end) => end())
  }
  return { name: 'disruption', watch, reconcile }
}
