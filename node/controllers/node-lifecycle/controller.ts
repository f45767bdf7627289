// Follows who is alive and writes it down: Ready becomes Unknown on a node that is gone, taints follow, Pods on it count as
// not ready and are evicted by their tolerations; what must be unique only when the leader says that the node's lease is over.
// It never acts on suspicion, and holds evictions back when many die at once.
// When a node is back, its kubelet reports Ready again and the taints go; Pods are not moved back.
import type { MembershipView, TakeoverView } from '../../base/views.ts'
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { keyOf } from '../../client/object-cache.ts'
import { leases as leaseType, nodes as nodeType, persistentVolumeClaims as claimType, pods as podType } from '../../client/resource-types.ts'
import type { Node, NodeCondition, Pod, Taint } from '../../objects/generated/core-v1.ts'
import { fencedPodsAnnotation, fenceMore, fenceText } from '../../objects/pods/fence.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { evictionTime } from '../../objects/pods/tolerations.ts'
import { isUniquePod } from '../../objects/pods/unique.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { heartbeatLimitMs, takeoverPollMs } from '../limits.ts'
import { brakeUntilMs, healthOf, mayForget, memberOf, type NodeHealth, notReadyConditions, planTaints, reachable, unknownConditions } from './plan.ts'

const leaseNamespace = 'kube-node-lease'
const nodeIndex = 'node'

/** The node lifecycle controller. Keys are nodes. */
export function nodeLifecycleController(deps: ControllerDeps): Controller {
  return new NodeLifecycleController(deps)
}

class NodeLifecycleController implements Controller {
  readonly name = 'nodelifecycle'
  readonly #deps: ControllerDeps
  readonly #membership: MembershipView
  readonly #takeover: TakeoverView
  readonly #nodes
  readonly #pods
  readonly #claims
  readonly #leases
  readonly #events
  /** When a lease's renewal was first seen here; leases count only for nodes that are no members. */
  readonly #renewals = new Map<string, { readonly renewTime: string; readonly seenMs: number }>()

  constructor(deps: ControllerDeps) {
    this.#deps = deps
    this.#membership = deps.membership
    this.#takeover = deps.takeover
    this.#nodes = deps.informers.of(nodeType)
    this.#pods = deps.informers.of(podType)
    this.#claims = deps.informers.of(claimType)
    this.#leases = deps.informers.of(leaseType)
    this.#pods.addIndex(nodeIndex, (pod) => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]))
    this.#events = deps.events('node-controller')
  }

  watch(sink: KeySink): () => void {
    const ends = [
      this.#nodes.onChange(({ object }) => sink.add(object.metadata.name ?? '')),
      this.#pods.onChange(({ kind, object }) => {
        if (kind !== 'deleted' && object.spec?.nodeName !== undefined) sink.add(object.spec.nodeName)
      }),
      this.#membership.onChange(() => this.#nodes.cache.keys().forEach((name) => sink.add(name))),
    ]
    return () => ends.forEach((end) => end())
  }

  async reconcile(key: string): Promise<WorkResult> {
    const node = this.#nodes.cache.get(key)
    if (node === undefined) {
      this.#renewals.delete(key)
      return settled
    }
    const member = memberOf(key, this.#membership.members())
    const byLease = member === undefined ? this.#healthByLease(key, node) : undefined
    const health = member === undefined ? (byLease?.health ?? 'alive') : healthOf(member)
    const marked = await this.#mark(node, health)
    const evictInMs = await this.#treatPods(marked, health)
    const waits = [byLease?.againInMs, evictInMs].filter((one) => one !== undefined)
    return waits.length === 0 ? settled : { againAfterMs: Math.min(...waits) }
  }

  #healthByLease(name: string, node: Node): { readonly health: NodeHealth; readonly againInMs: number } {
    const renewTime = this.#leases.cache.get(`${leaseNamespace}/${name}`)?.spec?.renewTime
      ?? node.status?.conditions?.find((one) => one.type === 'Ready')?.lastHeartbeatTime ?? ''
    const nowMs = this.#deps.clock.bootMs()
    const known = this.#renewals.get(name)
    if (known === undefined || known.renewTime !== renewTime) this.#renewals.set(name, { renewTime, seenMs: nowMs })
    const silentMs = known === undefined || known.renewTime !== renewTime ? 0 : nowMs - known.seenMs
    return silentMs >= heartbeatLimitMs ? { health: 'gone', againInMs: heartbeatLimitMs } : { health: 'alive', againInMs: heartbeatLimitMs - silentMs }
  }

  /** Conditions first, then the taints that follow from them; answers the node as it is then. */
  async #mark(node: Node, health: NodeHealth): Promise<Node> {
    const nowMs = this.#deps.clock.wallMs()
    const { name = '', uid } = node.metadata
    const client = this.#deps.client.resource(nodeType)
    let current = node
    const conditions = health === 'gone' ? unknownConditions(node, nowMs) : undefined
    if (conditions !== undefined) {
      current = await client.patch(name, undefined, { metadata: { uid }, status: { conditions } }, { subresource: 'status' })
      this.#nodes.assume(current)
      this.#events.event(referenceTo(nodeType, node), 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
    }
    const after: readonly NodeCondition[] = current.status?.conditions ?? []
    const taints = planTaints(current, after, nowMs)
    if (taints !== undefined) {
      const { resourceVersion } = current.metadata
      current = await client.patch(name, undefined, { metadata: { uid, resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } })
      this.#nodes.assume(current)
    }
    return current
  }

  /** Answers in how many milliseconds the next Pod must leave, if one must. */
  async #treatPods(node: Node, health: NodeHealth): Promise<number | undefined> {
    const { name = '' } = node.metadata
    const hasToLeave = (node.spec?.taints ?? []).some((taint) => taint.effect === 'NoExecute')
    if (health === 'alive' && !hasToLeave) return undefined
    const pods = this.#pods.cache.byIndex(nodeIndex, name).filter((pod) => !isPodTerminal(pod))
    // Endpoints first: a Pod that cannot answer must leave every Service before anything else is done about it.
    if (health === 'gone') await Promise.all(pods.map((pod) => this.#markNotReady(pod)))
    const bootMs = this.#deps.clock.bootMs()
    const brakeMs = brakeUntilMs(this.#membership.members(), bootMs)
    if (brakeMs !== undefined && brakeMs > bootMs) return brakeMs - bootMs
    const unique = pods.filter((pod) => isUniquePod(pod, (claim) => this.#claims.cache.get(`${pod.metadata.namespace}/${claim}`)))
    const others = pods.filter((pod) => !unique.includes(pod)).map((pod) => this.#leave(pod, node.spec?.taints, health))
    const waits = await Promise.all([...others, ...(health === 'gone' ? [this.#replace(unique, node)] : unique.map((pod) => this.#leave(pod, reachable(node), health)))])
    const due = waits.filter((one) => one !== undefined)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  async #markNotReady(pod: Pod): Promise<void> {
    const status = notReadyConditions(pod, this.#deps.clock.wallMs())
    if (status === undefined) return
    const { name = '', namespace, uid } = pod.metadata
    try {
      this.#pods.assume(await this.#deps.client.resource(podType).patch(name, namespace, { metadata: { uid }, status }, { subresource: 'status' }))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  async #leave(pod: Pod, taints: readonly Taint[] | undefined, health: NodeHealth): Promise<number | undefined> {
    const current = this.#pods.cache.get(keyOf(pod)) ?? pod
    if (current.metadata.deletionTimestamp !== undefined) {
      if (health === 'gone' && mayForget(current)) await this.#delete(current, true)
      return undefined
    }
    const nowMs = this.#deps.clock.wallMs()
    const eviction = evictionTime(current, taints, nowMs)
    if (eviction.kind === 'never') return undefined
    if (eviction.atMs > nowMs) return eviction.atMs - nowMs
    const { namespace, name } = current.metadata
    this.#events.event(referenceTo(podType, current), 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`)
    await this.#delete(current, false)
    return undefined
  }

  /**
   * What must be unique is neither marked nor forgotten before the lease of its gone node is over: it runs on until then, and
   * goes on when the node comes back. Then it goes at once, in the very version that was seen before the leader was asked.
   */
  async #replace(pods: readonly Pod[], node: Node): Promise<number | undefined> {
    const nowMs = this.#deps.clock.wallMs()
    const waits: number[] = []
    const due = pods.map((pod) => this.#pods.cache.get(keyOf(pod)) ?? pod).filter((pod) => {
      const eviction = pod.metadata.deletionTimestamp === undefined ? evictionTime(pod, node.spec?.taints, nowMs) : undefined
      if (eviction?.kind === 'at' && eviction.atMs > nowMs) waits.push(eviction.atMs - nowMs)
      return eviction === undefined || (eviction.kind === 'at' && eviction.atMs <= nowMs)
    })
    const { name = '' } = node.metadata
    if (due.length > 0 && !(await this.#takeover.nodeIsOver(name))) waits.push(takeoverPollMs)
    else if (due.length > 0) {
      await this.#fence(name, due)
      for (const pod of due) {
        this.#events.event(referenceTo(podType, pod), 'Normal', 'TaintManagerEviction', `Replacing Pod ${keyOf(pod)}: the lease of its node ${name} is over`)
        await this.#delete(pod, true, pod.metadata.resourceVersion)
      }
    }
    return waits.length === 0 ? undefined : Math.min(...waits)
  }

  async #fence(name: string, pods: readonly Pod[]): Promise<void> {
    const node = this.#nodes.cache.get(name)
    const fenced = node === undefined ? undefined : fenceMore(node, pods)
    if (node === undefined || fenced === undefined) return
    const { uid, resourceVersion } = node.metadata
    this.#nodes.assume(await this.#deps.client.resource(nodeType).patch(name, undefined, { metadata: { uid, resourceVersion, annotations: { [fencedPodsAnnotation]: fenceText(fenced) } } }))
  }

  async #delete(pod: Pod, forget: boolean, resourceVersion?: string): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    try {
      const ending = await this.#deps.client.resource(podType).delete(name, namespace, { uid, resourceVersion, ...(forget ? { gracePeriodSeconds: 0 } : {}) })
      if (ending === undefined) this.#pods.assumeDeleted(keyOf(pod), uid)
      else this.#pods.assume(ending)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
}
