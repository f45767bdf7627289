// Keeps the number of Pods of each ReplicaSet: claims, creates in growing batches, deletes the least useful, reports.
// It never looks at containers or nodes beyond what ranks Pods, and leaves owners of the ReplicaSet alone.
import { timestamp } from '../../base/clock.ts'
import type { WorkResult } from '../../base/work-queue.ts'
import { ApiError, isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf, splitKey } from '../../client/object-cache.ts'
import { pods as podType, replicaSets as replicaSetType } from '../../client/resource-types.ts'
import type { ReplicaSet } from '../../objects/generated/apps-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { selects } from '../../objects/pods/label-match.ts'
import { controllerOf, controllerReference } from '../../objects/pods/owners.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { settleClaim } from '../adopt.ts'
import { planClaim } from '../claim.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { ownerKeys, watchChildren } from '../owner-keys.ts'
import { byOwner, ownerIndex, orphansOf, ownedBy, relatedPerNode } from '../ownership-index.ts'
import { nextAvailableInMs, planReplicas, planStatus, type ReplicaSetView } from './plan.ts'

type Failure = { readonly reason: string; readonly message: string }

/** The ReplicaSet controller. */
export function replicaSetController(deps: ControllerDeps): Controller {
  return new ReplicaSetController(deps)
}

class ReplicaSetController implements Controller {
  readonly name = 'replicaset'
  readonly #deps: ControllerDeps
  readonly #sets
  readonly #pods
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#sets = deps.informers.of(replicaSetType)
    this.#pods = deps.informers.of(podType)
    this.#pods.addIndex(ownerIndex, byOwner)
    this.#sets.addIndex(ownerIndex, byOwner)
    this.#events = deps.events('replicaset-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#sets.onChange(({ object }) => sink.add(keyOf(object))),
      watchChildren(this.#pods, sink, (pod) => this.#ownersOf(pod)),
    ]
    return () => ends.forEach((end) => end())
  }

  #ownersOf(pod: Pod): readonly string[] {
    return ownerKeys('ReplicaSet', this.#sets, pod)
  }

  async reconcile(key: string, signal: AbortSignal): Promise<WorkResult> {
    const replicaSet = this.#sets.cache.get(key)
    if (replicaSet === undefined) return settled
    const candidates = [...ownedBy(this.#pods, replicaSet.metadata.uid), ...orphansOf(this.#pods, replicaSet.metadata.namespace)]
    const claim = planClaim(replicaSet.metadata, replicaSet.spec?.selector, candidates)
    await settleClaim(this.#deps.client, replicaSetType, replicaSet, this.#pods, claim)
    const failure = await this.#scale(this.#view(key, replicaSet), signal)
    const after = this.#view(key, this.#sets.cache.get(key) ?? replicaSet)
    await this.#report(after, failure)
    // The failure itself makes the queue try again, later each time.
    if (failure !== undefined) throw failure.cause
    return { againAfterMs: nextAvailableInMs(after) }
  }

  #view(key: string, replicaSet: ReplicaSet): ReplicaSetView {
    const owner = controllerOf(replicaSet.metadata)
    const related = owner === undefined ? [replicaSet] : this.#sets.cache.byIndex(ownerIndex, owner.uid)
    return {
      replicaSet: this.#sets.cache.get(key) ?? replicaSet,
      pods: ownedBy(this.#pods, replicaSet.metadata.uid).filter((pod) => selects(replicaSet.spec?.selector, pod.metadata.labels)),
      relatedPerNode: relatedPerNode(this.#pods, related),
      nowMs: this.#deps.clock.wallMs(),
    }
  }

  async #scale(view: ReplicaSetView, signal: AbortSignal): Promise<(Failure & { readonly cause: unknown }) | undefined> {
    const { namespace } = view.replicaSet.metadata
    const step = planReplicas(view, (name) => this.#pods.cache.get(`${namespace}/${name}`) !== undefined)
    try {
      if (step.kind === 'create') await this.#create(view.replicaSet, step.names, signal)
      if (step.kind === 'delete') await this.#delete(view.replicaSet, step.pods, signal)
      return undefined
    } catch (cause) {
      if (step.kind === 'none' || !(cause instanceof ApiError)) throw cause
      return { reason: step.kind === 'create' ? 'FailedCreate' : 'FailedDelete', message: cause.message, cause }
    }
  }

  /** One Pod first, then twice as many each time: a mistake that refuses all Pods costs one request. */
  async #create(replicaSet: ReplicaSet, names: readonly string[], signal: AbortSignal): Promise<void> {
    let size = 1
    for (let at = 0; at < names.length && !signal.aborted; at += size / 2) {
      const results = await Promise.allSettled(names.slice(at, at + size).map((name) => this.#createOne(replicaSet, name)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      size *= 2
    }
  }

  async #createOne(replicaSet: ReplicaSet, name: string): Promise<void> {
    const template = replicaSet.spec?.template
    const { namespace, name: ownerName = '' } = replicaSet.metadata
    try {
      const pod = await this.#deps.client.resource(podType).create({
        metadata: {
          name, namespace, generateName: `${ownerName}-`,
          labels: template?.metadata?.labels, annotations: template?.metadata?.annotations, finalizers: template?.metadata?.finalizers,
          ownerReferences: [controllerReference('apps/v1', 'ReplicaSet', replicaSet.metadata)],
        },
        spec: template?.spec,
      })
      this.#pods.assume(pod)
      this.#events.event(referenceTo(replicaSetType, replicaSet), 'Normal', 'SuccessfulCreate', `Created pod: ${name}`)
    } catch (error) {
      const isEnding = error instanceof ApiError && error.reason === 'Forbidden' && error.message.includes('being terminated')
      if (!isEnding && !isAlreadyExists(error)) this.#tellFailure(replicaSet, 'FailedCreate', `Error creating: ${messageOf(error)}`)
      throw error
    }
  }

  async #delete(replicaSet: ReplicaSet, pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    for (const pod of pods) {
      if (signal.aborted) return
      await this.#deleteOne(replicaSet, pod)
    }
  }

  async #deleteOne(replicaSet: ReplicaSet, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    try {
      const ending = await this.#deps.client.resource(podType).delete(name, namespace, { uid })
      if (ending === undefined) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(ending)
      this.#events.event(referenceTo(replicaSetType, replicaSet), 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    } catch (error) {
      if (isNotFound(error)) {
        this.#pods.assumeDeleted(keyOf(pod), uid)
        return
      }
      this.#tellFailure(replicaSet, 'FailedDelete', `Error deleting: ${messageOf(error)}`)
      throw error
    }
  }

  #tellFailure(replicaSet: ReplicaSet, reason: string, message: string): void {
    this.#events.event(referenceTo(replicaSetType, replicaSet), 'Warning', reason, message)
  }

  async #report(view: ReplicaSetView, failure: Failure | undefined): Promise<void> {
    const { replicaSet } = view
    const plain = failure === undefined ? undefined : { reason: failure.reason, message: failure.message }
    const status = planStatus(view, plain, timestamp(this.#deps.clock.wallMs()))
    if (sameStatus(replicaSet, status)) return
    const { namespace, name } = splitKey(keyOf(replicaSet))
    const patch = { metadata: { uid: replicaSet.metadata.uid }, status: { ...status, conditions: status.conditions ?? null } }
    try {
      this.#sets.assume(await this.#deps.client.resource(replicaSetType).patch(name, namespace, patch, { subresource: 'status' }))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

/** Counts that are zero may be absent in what the server stores. */
function sameStatus(replicaSet: ReplicaSet, next: NonNullable<ReplicaSet['status']>): boolean {
  const now = replicaSet.status
  return now !== undefined && now.replicas === next.replicas && (now.fullyLabeledReplicas ?? 0) === next.fullyLabeledReplicas
    && (now.readyReplicas ?? 0) === next.readyReplicas && (now.availableReplicas ?? 0) === next.availableReplicas
    && now.observedGeneration === next.observedGeneration && sameJson(now.conditions ?? [], next.conditions ?? [])
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
