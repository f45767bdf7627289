// Carries out the plans of Deployments: makes and resizes ReplicaSets, tells of it, writes the status.
// It never touches Pods. All it knows is in the API; a step that was lost is planned again.
import type { WorkResult } from '../../base/work-queue.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf, splitKey } from '../../client/object-cache.ts'
import { deployments as deploymentType, pods as podType, replicaSets as replicaSetType } from '../../client/resource-types.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../objects/generated/apps-v1.ts'
import { controllerOf, controllerReference } from '../../objects/pods/owners.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { settleClaim } from '../adopt.ts'
import { planClaim } from '../claim.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { ownerKeys, watchChildren } from '../owner-keys.ts'
import { byOwner, orphansOf, ownedBy, ownerIndex } from '../ownership-index.ts'
import { type DeploymentStep, type DeploymentView, planDeployment } from './plan.ts'
import { hashLabel, revisionAnnotation, sameTemplate, sizeAnnotations } from './revisions.ts'
import { boundsOf, sizeOf } from './sizes.ts'
import { nextLookInMs } from './status.ts'

/** The Deployment controller. */
export function deploymentController(deps: ControllerDeps): Controller {
  return new DeploymentController(deps)
}

class DeploymentController implements Controller {
  readonly name = 'deployment'
  readonly #deps: ControllerDeps
  readonly #deployments
  readonly #sets
  readonly #pods
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#deployments = deps.informers.of(deploymentType)
    this.#sets = deps.informers.of(replicaSetType)
    this.#pods = deps.informers.of(podType)
    this.#sets.addIndex(ownerIndex, byOwner)
    this.#pods.addIndex(ownerIndex, byOwner)
    this.#events = deps.events('deployment-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#deployments.onChange(({ object }) => sink.add(keyOf(object))),
      watchChildren(this.#sets, sink, (set) => this.#ownersOf(set)),
      // Recreate waits for the last old Pod to be gone.
      this.#pods.onChange(({ kind, object }) => {
        if (kind !== 'deleted') return
        const set = controllerOf(object.metadata)
        const owner = set === undefined ? undefined : this.#sets.cache.get(`${object.metadata.namespace}/${set.name}`)
        if (owner !== undefined) this.#ownersOf(owner).forEach((key) => sink.add(key))
      }),
    ]
    return () => ends.forEach((end) => end())
  }

  #ownersOf(set: ReplicaSet): readonly string[] {
    return ownerKeys('Deployment', this.#deployments, set)
  }

  async reconcile(key: string): Promise<WorkResult> {
    const deployment = this.#deployments.cache.get(key)
    if (deployment === undefined) return settled
    const { uid, namespace } = deployment.metadata
    const claim = planClaim(deployment.metadata, deployment.spec?.selector, [...ownedBy(this.#sets, uid), ...orphansOf(this.#sets, namespace)])
    const sets = await settleClaim(this.#deps.client, deploymentType, deployment, this.#sets, claim)
    const pods = sets.flatMap((set) => ownedBy(this.#pods, set.metadata.uid))
    const view: DeploymentView = { deployment, sets, pods, nowMs: this.#deps.clock.wallMs() }
    const plan = planDeployment(view)
    for (const step of plan.steps) {
      const isDone = await this.#carryOut(deployment, step)
      if (!isDone) return { againAfterMs: 0 }
    }
    await this.#report(deployment, plan.status)
    return { againAfterMs: nextLookInMs(deployment, plan.status, view.nowMs) }
  }

  /** Answers false when the rest of the plan no longer fits. */
  async #carryOut(deployment: Deployment, step: DeploymentStep): Promise<boolean> {
    switch (step.kind) {
      case 'create':
        return this.#create(deployment, step)
      case 'resize':
        await this.#resize(deployment, step.set, step.replicas)
        return true
      case 'annotate':
        await this.#patchSet(step.set, { metadata: { annotations: step.annotations }, spec: { minReadySeconds: step.minReadySeconds } })
        return true
      case 'revision': {
        const { name = '', namespace, uid } = deployment.metadata
        const patch = { metadata: { uid, annotations: { [revisionAnnotation]: step.revision } } }
        this.#deployments.assume(await this.#deps.client.resource(deploymentType).patch(name, namespace, patch))
        return true
      }
      case 'delete': {
        const { name = '', namespace, uid } = step.set.metadata
        const ending = await this.#deps.client.resource(replicaSetType).delete(name, namespace, { uid, propagationPolicy: 'Background' })
        if (ending === undefined) this.#sets.assumeDeleted(keyOf(step.set), uid)
        return true
      }
    }
  }

  async #create(deployment: Deployment, step: DeploymentStep & { readonly kind: 'create' }): Promise<boolean> {
    const template = deployment.spec?.template
    const labels = { ...template?.metadata?.labels, [hashLabel]: step.hash }
    const { replicas, surge } = boundsOf(deployment)
    const { namespace } = deployment.metadata
    try {
      const created = await this.#deps.client.resource(replicaSetType).create({
        metadata: {
          name: step.name, namespace, labels, annotations: { ...step.annotations, ...sizeAnnotations(replicas, surge) },
          ownerReferences: [controllerReference('apps/v1', 'Deployment', deployment.metadata)],
        },
        spec: {
          replicas: step.replicas, minReadySeconds: deployment.spec?.minReadySeconds,
          selector: { ...deployment.spec?.selector, matchLabels: { ...deployment.spec?.selector.matchLabels, [hashLabel]: step.hash } },
          template: { ...template, metadata: { ...template?.metadata, labels } },
        },
      })
      this.#sets.assume(created)
      if (step.replicas > 0) this.#tell(deployment, `Scaled up replica set ${step.name} from 0 to ${step.replicas}`)
      return true
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      return this.#collided(deployment, step.name)
    }
  }

  /** Somebody has the name: our own lost create, or another template with the same hash. The second needs another hash. */
  async #collided(deployment: Deployment, name: string): Promise<boolean> {
    const { namespace, uid } = deployment.metadata
    const found = await this.#deps.client.resource(replicaSetType).get(name, namespace)
    const isOurs = controllerOf(found.metadata)?.uid === uid && sameTemplate(found.spec?.template, deployment.spec?.template)
    if (isOurs) {
      this.#sets.assume(found)
      return false
    }
    const status = { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 }
    await this.#report(deployment, status)
    return false
  }

  async #resize(deployment: Deployment, set: ReplicaSet, replicas: number): Promise<void> {
    const { replicas: wanted, surge } = boundsOf(deployment)
    const before = sizeOf(set)
    await this.#patchSet(set, { metadata: { annotations: sizeAnnotations(wanted, surge) }, spec: { replicas } })
    if (before !== replicas) {
      this.#tell(deployment, `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`)
    }
  }

  async #patchSet(set: ReplicaSet, patch: { readonly metadata: object; readonly spec: object }): Promise<void> {
    const { name = '', namespace, uid } = set.metadata
    const changed = await this.#deps.client.resource(replicaSetType).patch(name, namespace, { ...patch, metadata: { ...patch.metadata, uid } })
    this.#sets.assume(changed)
  }

  #tell(deployment: Deployment, message: string): void {
    this.#events.event(referenceTo(deploymentType, deployment), 'Normal', 'ScalingReplicaSet', message)
  }

  async #report(deployment: Deployment, status: DeploymentStatus): Promise<void> {
    if (sameStatus(deployment.status, status)) return
    const { namespace, name } = splitKey(keyOf(deployment))
    const patch = { metadata: { uid: deployment.metadata.uid }, status }
    try {
      this.#deployments.assume(await this.#deps.client.resource(deploymentType).patch(name, namespace, patch, { subresource: 'status' }))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}

const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'observedGeneration', 'collisionCount'] as const

/** Counts that are zero may be absent in what the server stores; the order of conditions means nothing. */
function sameStatus(now: DeploymentStatus | undefined, next: DeploymentStatus): boolean {
  if (now === undefined) return false
  const byType = (status: DeploymentStatus): object => Object.fromEntries((status.conditions ?? []).map((one) => [one.type, one]))
  return counts.every((count) => (now[count] ?? 0) === (next[count] ?? 0)) && sameJson(byType(now), byType(next))
}
