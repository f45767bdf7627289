// Carries out the plans of StatefulSets: keeps the history of the template, makes and deletes Pods, writes the status.
// A name is never given twice at a time: a Pod comes back only after its predecessor is gone from the API.
import type { WorkResult } from '../../base/work-queue.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { controllerRevisions as revisionType, persistentVolumeClaims as claimType, pods as podType, statefulSets as statefulSetType } from '../../client/resource-types.ts'
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../objects/generated/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import { settleClaim } from '../adopt.ts'
import { planClaim } from '../claim.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { ownerKeys, watchChildren } from '../owner-keys.ts'
import { byOwner, orphansOf, ownedBy, ownerIndex } from '../ownership-index.ts'
import { forgetRevisions, writeRevision } from '../revision-writer.ts'
import { planRevision, surplusRevisions } from '../revisions.ts'
import { ClaimKeeper } from './claim-keeper.ts'
import { claimNames } from './claims.ts'
import { ordinalOf, podOf, revisionOf } from './identity.ts'
import { isWanted, planStatefulSet, type StatefulSetStep } from './plan.ts'

/** The StatefulSet controller. */
export function statefulSetController(deps: ControllerDeps): Controller {
  return new StatefulSetController(deps)
}

class StatefulSetController implements Controller {
  readonly name = 'statefulset'
  readonly #deps: ControllerDeps
  readonly #sets
  readonly #pods
  readonly #revisions
  readonly #claims
  readonly #keeper: ClaimKeeper
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#sets = deps.informers.of(statefulSetType)
    this.#pods = deps.informers.of(podType)
    this.#revisions = deps.informers.of(revisionType)
    this.#pods.addIndex(ownerIndex, byOwner)
    this.#revisions.addIndex(ownerIndex, byOwner)
    this.#events = deps.events('statefulset-controller')
    this.#claims = deps.informers.of(claimType)
    this.#keeper = new ClaimKeeper({ client: deps.client, claims: this.#claims, events: this.#events })
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#sets.onChange(({ object }) => sink.add(keyOf(object))),
      watchChildren(this.#pods, sink, (pod) => this.#ownersOf(pod)),
      this.#claims.onChange(({ kind, object }) => {
        if (kind === 'deleted') this.#claimants(object).forEach((key) => sink.add(key))
      }),
    ]
    return () => ends.forEach((end) => end())
  }

  /** Sets with a Pod of which this is a claim. */
  #claimants(claim: PersistentVolumeClaim): readonly string[] {
    const { name = '', namespace } = claim.metadata
    const ordinal = Number(/-(\d+)$/.exec(name)?.[1] ?? Number.NaN)
    return this.#sets.cache.list().filter((set) => set.metadata.namespace === namespace && claimNames(set, ordinal).includes(name)).map(keyOf)
  }

  #ownersOf(pod: Pod): readonly string[] {
    return ownerKeys('StatefulSet', this.#sets, pod, (set, one) => ordinalOf(set, one) !== undefined)
  }

  async reconcile(key: string): Promise<WorkResult> {
    const set = this.#sets.cache.get(key)
    if (set === undefined) return settled
    const { uid, namespace } = set.metadata
    const candidates = [...ownedBy(this.#pods, uid), ...orphansOf(this.#pods, namespace).filter((pod) => ordinalOf(set, pod) !== undefined)]
    const pods = await settleClaim(this.#deps.client, statefulSetType, set, this.#pods, planClaim(set.metadata, set.spec?.selector, candidates))
    const found = [...ownedBy(this.#revisions, uid), ...orphansOf(this.#revisions, namespace).filter((one) => one.metadata.name?.startsWith(`${set.metadata.name}-`))]
    const revisions = await settleClaim(this.#deps.client, statefulSetType, set, this.#revisions, planClaim(set.metadata, set.spec?.selector, found))
    const update = await writeRevision(this.#deps.client, this.#revisions, planRevision(set, 'StatefulSet', revisions, set.status?.collisionCount ?? 0))
    if (update === undefined) {
      await this.#report(set, { replicas: 0, ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 })
      return { againAfterMs: 0 }
    }
    const current = revisions.find((one) => one.metadata.name === set.status?.currentRevision) ?? update
    const plan = planStatefulSet({ set, pods, current, update, nowMs: this.#deps.clock.wallMs() })
    await this.#report(set, plan.status)
    if (set.metadata.deletionTimestamp === undefined) await this.#keepClaims(set, pods)
    for (const step of plan.steps) await this.#carryOut(set, step)
    const used = new Set([plan.status.currentRevision, plan.status.updateRevision, ...pods.map(revisionOf)])
    await forgetRevisions(this.#deps.client, this.#revisions, surplusRevisions(set, revisions, (one) => used.has(one.metadata.name)))
    return { againAfterMs: plan.againAfterMs }
  }

  async #carryOut(set: StatefulSet, step: StatefulSetStep): Promise<void> {
    if (step.kind === 'create') return this.#create(set, step.revision, step.ordinal)
    const { namespace, name } = set.metadata
    if (step.reason === 'RecreatingFailedPod' || step.reason === 'RecreatingTerminatedPod') {
      const kind = step.reason === 'RecreatingFailedPod' ? 'failed' : 'terminated'
      this.#tell(set, 'Warning', step.reason, `StatefulSet ${namespace}/${name} is recreating ${kind} Pod ${step.pod.metadata.name}`)
    }
    await this.#delete(set, step.pod)
  }

  /** Owners follow the policy before a Pod goes, and a Pod that waits for a Node gets back claims that were deleted. */
  async #keepClaims(set: StatefulSet, pods: readonly Pod[]): Promise<void> {
    if ((set.spec?.volumeClaimTemplates ?? []).length === 0) return
    for (const pod of pods) {
      const ordinal = ordinalOf(set, pod) ?? 0
      const isStaying = isWanted(set, ordinal)
      await this.#keeper.own(set, ordinal, isStaying ? undefined : pod)
      const isWaiting = pod.status?.phase === 'Pending' && (pod.spec?.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined
      if (isStaying && isWaiting) await this.#keeper.ensure(set, ordinal, pod.metadata.uid)
    }
  }

  async #create(set: StatefulSet, revision: ControllerRevision, ordinal: number): Promise<void> {
    // A claim that is on its way out ends first; its end brings us back here.
    if (!await this.#keeper.ensure(set, ordinal)) return
    const pod = podOf(set, revision, ordinal)
    const what = `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
    try {
      this.#pods.assume(await this.#deps.client.resource(podType).create(pod))
      this.#tell(set, 'Normal', 'SuccessfulCreate', `${what} successful`)
    } catch (error) {
      if (!isAlreadyExists(error)) this.#tell(set, 'Warning', 'FailedCreate', `${what} failed error: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  async #delete(set: StatefulSet, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    try {
      const ending = await this.#deps.client.resource(podType).delete(name, namespace, { uid })
      if (ending === undefined) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(ending)
      this.#tell(set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  #tell(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#events.event(referenceTo(statefulSetType, set), type, reason, message)
  }

  async #report(set: StatefulSet, status: StatefulSetStatus): Promise<void> {
    const now = set.status
    const isSame = now !== undefined && counts.every((field) => (now[field] ?? 0) === (status[field] ?? 0)) && now.currentRevision === status.currentRevision && now.updateRevision === status.updateRevision
    if (isSame) return
    const { name = '', namespace, uid } = set.metadata
    this.#sets.assume(await this.#deps.client.resource(statefulSetType).patch(name, namespace, { metadata: { uid }, status }, { subresource: 'status' }))
  }
}

const counts = ['observedGeneration', 'replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas', 'collisionCount'] as const
