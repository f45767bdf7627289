// The subresource pods/eviction: a deletion that asks the disruption budget first. The budget's status is counted down in the
// same write that notes the Pod as disrupted, so that two evictions at two peers never share one permission.
// Source: API reference, policy/v1 Eviction; Kubernetes concepts, API-initiated eviction.
import { timestamp } from '../../base/clock.ts'
import { has, listIn, numberIn, objectIn, objectsIn, stringIn } from '../../objects/access.ts'
import { isObject, isTerminating, metadataOf } from '../../objects/encoding.ts'
import { matchesLabels, selectorOf } from '../../objects/selector.ts'
import { podDisruptionBudgets } from '../../resources/pod-disruption-budget.ts'
import type { JsonObject } from '../../objects/json.ts'
import { readObject } from '../body.ts'
import type { Answer, Call } from '../call.ts'
import { changeObject } from '../changing.ts'
import { deleteOne, readDeleteOptions } from '../deleting.ts'
import { disruptedPodsMost } from '../limits.ts'
import { allObjects, withMetadata } from '../rest.ts'
import type { Rest } from '../rest.ts'
import { badRequest, failure, forbidden, internal } from '../status.ts'
import { readWriteOptions } from '../write-options.ts'
import type { WriteOptions } from '../write-options.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

const evictionKind = { group: 'policy', version: 'v1', kind: 'Eviction', definition: 'io.k8s.api.policy.v1.Eviction' }
const retryAfterSeconds = 10

export const eviction: Subresource = {
  group: '', resource: 'pods', subresource: 'eviction', kind: 'Eviction', exchanged: { group: 'policy', version: 'v1' }, verbs: ['create'], handle: evict,
}

async function evict({ rest }: SubresourceDeps, call: Call, target: SubresourceTarget): Promise<Answer> {
  const { definition, namespace, name } = target
  const written = readWriteOptions(call, 'CreateOptions')
  const { object } = await readObject(call.body, evictionKind, written.fieldValidation)
  const own = stringIn(metadataOf(object), 'name')
  if (own !== name) throw badRequest('name in URL does not match name in Eviction object')
  const asked = object['deleteOptions']
  const value = isObject(asked) ? { ...objectIn(object, 'deleteOptions'), kind: 'DeleteOptions', apiVersion: 'v1' } : {}
  const options = await readDeleteOptions({ ...call, body: { ...call.body, value } })
  const dryRun = options.dryRun || written.dryRun
  await rest.storage.fresh()
  const stored = rest.storage.find(definition, namespace, name)
  const pod = stored === undefined ? undefined : rest.storage.decode(definition, stored)
  if (pod !== undefined && isWorking(pod)) {
    await askBudget(rest, call, pod, namespace, { ...written, dryRun })
    if (!dryRun) await markDisrupted(rest, call, target, written)
  }
  await deleteOne(rest, call, definition, namespace, name, { ...options, dryRun })
  return { kind: 'value', code: 201, value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

/** What has ended, has not begun or is on its way out disturbs nobody when it goes. */
const isWorking = (pod: JsonObject): boolean => !['Succeeded', 'Failed', 'Pending'].includes(stringIn(pod, 'status', 'phase')) && !isTerminating(pod)

const isReady = (pod: JsonObject): boolean => objectsIn(pod, 'status', 'conditions').some((condition) => condition.type === 'Ready' && condition.status === 'True')

/** Takes one permission from the Pod's budget, if it has one; throws 429 when none is left. */
async function askBudget(rest: Rest, call: Call, pod: JsonObject, namespace: string, options: WriteOptions): Promise<void> {
  const name = stringIn(pod, 'metadata', 'name')
  const labels = objectIn(pod, 'metadata', 'labels')
  const budgets = [...allObjects(rest, 'policy', 'poddisruptionbudgets', namespace)].filter((budget) =>
    has(budget, 'spec', 'selector') && matchesLabels(selectorOf(objectIn(budget, 'spec', 'selector')), labels))
  const [budget] = budgets
  if (budget === undefined) return
  if (budgets.length > 1) throw internal('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
  if (!isReady(pod) && mayGoUnready(budget)) return
  await changeObject(rest, call, {
    definition: podDisruptionBudgets, namespace, name: stringIn(budget, 'metadata', 'name'), subresource: 'status', options,
    make: (old) => ({ object: withMetadata(countedDown(old, name, rest.clock.wallMs()), { resourceVersion: undefined }) }),
  })
}

/** A Pod that is not ready helps no budget: it may go when the others are enough, or whenever the policy says so. */
function mayGoUnready(budget: JsonObject): boolean {
  if (stringIn(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true
  const desired = numberIn(budget, 'status', 'desiredHealthy') ?? 0
  return desired > 0 && (numberIn(budget, 'status', 'currentHealthy') ?? 0) >= desired
}

const refusal = (message: string, retry?: number): Error => failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
  causes: [{ reason: 'DisruptionBudget', message }], ...(retry === undefined ? {} : { retryAfterSeconds: retry }),
})

function countedDown(budget: JsonObject, pod: string, nowMs: number): JsonObject {
  const status = objectIn(budget, 'status')
  const name = stringIn(budget, 'metadata', 'name')
  const allowed = numberIn(status, 'disruptionsAllowed') ?? 0
  const subject = { group: 'policy', resource: 'poddisruptionbudgets' }
  if ((numberIn(status, 'observedGeneration') ?? 0) < (numberIn(budget, 'metadata', 'generation') ?? 0)) {
    throw refusal(`The disruption budget ${name} is still being processed by the server.`, retryAfterSeconds)
  }
  if (allowed < 0) throw forbidden(subject, name, 'pdb disruptions allowed is negative')
  if (Object.keys(objectIn(status, 'disruptedPods')).length > disruptedPodsMost) throw forbidden(subject, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  if (allowed === 0) throw refusal(whyNone(status, name))
  const left = allowed - 1
  const others = listIn(status, 'conditions').filter((condition) => stringIn(condition, 'type') !== 'DisruptionAllowed')
  const insufficient = {
    type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '', lastTransitionTime: timestamp(nowMs), observedGeneration: numberIn(status, 'observedGeneration') ?? 0,
  }
  return {
    ...budget,
    status: {
      ...status, disruptionsAllowed: left, disruptedPods: { ...objectIn(status, 'disruptedPods'), [pod]: timestamp(nowMs) },
      ...(left === 0 ? { conditions: [...others, insufficient] } : {}),
    },
  }
}

function whyNone(status: JsonObject, name: string): string {
  const failed = objectsIn(status, 'conditions').find((condition) => condition.type === 'DisruptionAllowed' && condition.reason === 'SyncFailed')
  if (failed !== undefined) return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${stringIn(failed, 'message')}`
  return `The disruption budget ${name} needs ${numberIn(status, 'desiredHealthy') ?? 0} healthy pods and has ${numberIn(status, 'currentHealthy') ?? 0} currently`
}

/** Says in the Pod why it goes, for its owner's rules about failures. */
async function markDisrupted(rest: Rest, call: Call, { definition, namespace, name }: SubresourceTarget, options: WriteOptions): Promise<void> {
  const now = timestamp(rest.clock.wallMs())
  const disruption = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastProbeTime: null, lastTransitionTime: now }
  await changeObject(rest, call, {
    definition, namespace, name, subresource: 'status', options,
    make: (old) => {
      const status = objectIn(old, 'status')
      const others = listIn(status, 'conditions').filter((condition) => stringIn(condition, 'type') !== 'DisruptionTarget')
      return { object: withMetadata({ ...old, status: { ...status, conditions: [...others, disruption] } }, { resourceVersion: undefined }) }
    },
  })
}
