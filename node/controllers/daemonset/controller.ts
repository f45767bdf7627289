// Carries out the plans of DaemonSets: keeps the history of the template, makes and deletes Pods, writes the status.
// Every change of a node's labels or taints is a look at all DaemonSets.
import type { WorkResult } from '../../base/work-queue.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { controllerRevisions as revisionType, daemonSets as daemonSetType, nodes as nodeType, pods as podType } from '../../client/resource-types.ts'
import type { ControllerRevision, DaemonSet, DaemonSetStatus } from '../../objects/generated/apps-v1.ts'
import type { Node, Pod } from '../../objects/generated/core-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { settleClaim } from '../adopt.ts'
import { planClaim } from '../claim.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { ownerKeys, watchChildren } from '../owner-keys.ts'
import { byOwner, orphansOf, ownedBy, ownerIndex } from '../ownership-index.ts'
import { forgetRevisions, writeRevision } from '../revision-writer.ts'
import { planRevision, revisionLabel, surplusRevisions } from '../revisions.ts'
import { hashOf, nodeOf, podFor } from './placement.ts'
import { planDaemonSet, type PodToDelete } from './plan.ts'

/** The DaemonSet controller. */
export function daemonSetController(deps: ControllerDeps): Controller {
  return new DaemonSetController(deps)
}

const placement = (node: Node | undefined): unknown => [node?.metadata.labels, node?.spec?.taints]

class DaemonSetController implements Controller {
  readonly name = 'daemonset'
  readonly #deps: ControllerDeps
  readonly #sets
  readonly #pods
  readonly #nodes
  readonly #revisions
  readonly #events

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#sets = deps.informers.of(daemonSetType)
    this.#pods = deps.informers.of(podType)
    this.#nodes = deps.informers.of(nodeType)
    this.#revisions = deps.informers.of(revisionType)
    this.#pods.addIndex(ownerIndex, byOwner)
    this.#revisions.addIndex(ownerIndex, byOwner)
    this.#events = deps.events('daemonset-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#sets.onChange(({ object }) => sink.add(keyOf(object))),
      this.#nodes.onChange(({ kind, object, previous }) => {
        const isMoved = kind !== 'updated' || !sameJson(placement(object), placement(previous))
        if (isMoved) this.#sets.cache.list().forEach((set) => sink.add(keyOf(set)))
      }),
      watchChildren(this.#pods, sink, (pod) => this.#ownersOf(pod)),
    ]
    return () => ends.forEach((end) => end())
  }

  #ownersOf(pod: Pod): readonly string[] {
    return ownerKeys('DaemonSet', this.#sets, pod)
  }

  async reconcile(key: string, signal: AbortSignal): Promise<WorkResult> {
    const set = this.#sets.cache.get(key)
    if (set === undefined) return settled
    const { uid, namespace } = set.metadata
    const pods = await settleClaim(this.#deps.client, daemonSetType, set, this.#pods,
      planClaim(set.metadata, set.spec?.selector, [...ownedBy(this.#pods, uid), ...orphansOf(this.#pods, namespace)]))
    const revisions = await settleClaim(this.#deps.client, daemonSetType, set, this.#revisions,
      planClaim(set.metadata, set.spec?.selector, [...ownedBy(this.#revisions, uid), ...orphansOf(this.#revisions, namespace)]))
    const update = await writeRevision(this.#deps.client, this.#revisions, planRevision(set, 'DaemonSet', revisions, set.status?.collisionCount ?? 0))
    const plan = update === undefined ? undefined : planDaemonSet({ set, nodes: this.#nodes.cache.list(), pods, update, nowMs: this.#deps.clock.wallMs() })
    if (update === undefined || plan === undefined) {
      await this.#report(set, { ...noneYet, ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 })
      return { againAfterMs: 0 }
    }
    await this.#report(set, plan.status)
    for (const one of plan.remove) await this.#delete(set, one)
    for (const node of plan.create) {
      if (signal.aborted) return settled
      await this.#create(set, update, node, pods.filter((pod) => nodeOf(pod) === node))
    }
    const used = new Set([hashOf(update), ...pods.map((pod) => pod.metadata.labels?.[revisionLabel])])
    await forgetRevisions(this.#deps.client, this.#revisions, surplusRevisions(set, revisions, (one) => used.has(hashOf(one))))
    return { againAfterMs: plan.againAfterMs }
  }

  async #create(set: DaemonSet, update: ControllerRevision, node: string, there: readonly Pod[]): Promise<void> {
    const pod = podFor(set, update, node, there)
    try {
      this.#pods.assume(await this.#deps.client.resource(podType).create(pod))
      this.#events.event(referenceTo(daemonSetType, set), 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
    } catch (error) {
      if (!isAlreadyExists(error)) this.#events.event(referenceTo(daemonSetType, set), 'Warning', 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  async #delete(set: DaemonSet, { pod, event }: PodToDelete): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    const about = referenceTo(daemonSetType, set)
    const where = `${namespace}/${name} on node ${nodeOf(pod)}`
    if (event === 'FailedDaemonPod') this.#events.event(about, 'Warning', event, `Found failed daemon pod ${where}, will try to kill it`)
    if (event === 'SucceededDaemonPod') this.#events.event(about, 'Normal', event, `Found succeeded daemon pod ${where}, will try to delete it`)
    try {
      const ending = await this.#deps.client.resource(podType).delete(name, namespace, { uid })
      if (ending === undefined) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(ending)
      this.#events.event(about, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  async #report(set: DaemonSet, status: DaemonSetStatus): Promise<void> {
    const now = set.status
    if (now !== undefined && counts.every((field) => (now[field] ?? 0) === (status[field] ?? 0))) return
    const { name = '', namespace, uid } = set.metadata
    this.#sets.assume(await this.#deps.client.resource(daemonSetType).patch(name, namespace, { metadata: { uid }, status }, { subresource: 'status' }))
  }
}

const noneYet = { desiredNumberScheduled: 0, currentNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 }
const counts = [
  'desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady', 'numberAvailable', 'numberUnavailable', 'updatedNumberScheduled', 'observedGeneration', 'collisionCount',
] as const
