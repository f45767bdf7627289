// Gives every Pod a node while this peer holds the work `scheduler`. Decisions are made one after another on one picture of
// the cluster; bindings travel side by side. A Pod that no node can take is told why, in its condition and by an event.
// It never moves a Pod that has a node.
import type { Random } from '../../protocol/base/random.ts'
import { type Clock, timestamp, type Timer } from '../base/clock.ts'
import { HeldWork } from '../base/held-work.ts'
import type { Term } from '../base/held-work.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { MembershipView, WorksView } from '../base/views.ts'
import { type Client, createClient } from '../client/client.ts'
import { isConflict, isNotFound } from '../client/errors.ts'
import { createEventRecorder, type EventRecorder, referenceTo } from '../client/event-recorder.ts'
import { Informers } from '../client/informers.ts'
import { type Change, keyOf } from '../client/object-cache.ts'
import { namespaces as namespaceType, nodes as nodeType, pods as podType } from '../client/resource-types.ts'
import type { Transport } from '../client/types.ts'
import { untilAborted } from '../client/until-aborted.ts'
import type { Node, Pod } from '../objects/generated/core-v1.ts'
import { isPodTerminal, podCondition, withPodCondition } from '../objects/pods/lifecycle.ts'
import { sameJson } from '../objects/pods/fnv.ts'
import { volumesDirectory } from '../objects/volumes/annotations.ts'
import { claimKeysOf } from '../objects/volumes/claims.ts'
import { decide } from './cycle.ts'
import { volumesNotBound } from './errors.ts'
import { bindingsInFlightMost, podsPerTurn, progressEveryMs } from './limits.ts'
import { decisionSeconds, pendingPods, scheduleAttempts } from './metrics.ts'
import { plugins } from './plugins/registry.ts'
import { SchedulingQueue } from './queue.ts'
import { Snapshot } from './snapshot.ts'
import { VolumeBinder } from './volume-binder.ts'

/** The name of the work in the assignment table. */
export const schedulerWork = 'scheduler'

const schedulerName = 'default-scheduler'

export interface SchedulerDeps {
  /** One for each term: its writes carry the condition that this peer still holds the work in this epoch. */
  readonly transport: (epoch: number) => Transport
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly random: Random
  readonly membership: MembershipView
  readonly works: WorksView
  /** Freeze every object deeply; for tests. */
  readonly freeze?: boolean
}

/** The scheduler of this peer; it runs while the peer holds the work. */
export function createScheduler(deps: SchedulerDeps): Startable {
  const logger = deps.logger.child('scheduler')
  return new HeldWork({ works: deps.works, logger, begin: (epoch) => new Scheduler({ ...deps, logger }, epoch) }, schedulerWork)
}

/** Whether this scheduler has to find a node for the Pod. */
function needsNode(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod)
    && (pod.spec?.schedulerName ?? schedulerName) === schedulerName && (pod.spec?.schedulingGates ?? []).length === 0
}

/** A Pod that has arrived somewhere can help only those that ask where others are. */
function looksAtOthers(pod: Pod): boolean {
  return pod.spec?.affinity?.podAffinity !== undefined || (pod.spec?.topologySpreadConstraints ?? []).length > 0
}

/** What of a node decides whether Pods fit; heartbeats change none of it. */
function relevant(node: Node): unknown {
  const conditions = node.status?.conditions?.map(({ type, status }) => ({ type, status }))
  return [node.metadata.labels, node.metadata.annotations?.[volumesDirectory], node.spec, node.status?.allocatable, node.status?.images?.length, conditions]
}

/** One term of holding the work. */
class Scheduler implements Term {
  readonly #deps: SchedulerDeps
  readonly #client: Client
  readonly #informers: Informers
  readonly #events: EventRecorder
  readonly #queue: SchedulingQueue
  readonly #snapshot = new Snapshot()
  readonly #volumes: VolumeBinder
  readonly #abort = new AbortController()
  readonly #ends: (() => void)[] = []
  readonly #binding = new Set<Promise<void>>()
  #starting: Promise<void> = Promise.resolve()
  #beat: Timer | undefined
  #turn: Timer | undefined

  constructor(deps: SchedulerDeps, epoch: number) {
    this.#deps = deps
    this.#client = createClient(untilAborted(deps.transport(epoch), this.#abort.signal))
    this.#informers = new Informers({ client: this.#client, clock: deps.clock, logger: deps.logger.child('client') }, { freeze: deps.freeze ?? false })
    this.#events = createEventRecorder({ ...deps, client: this.#client }, schedulerName)
    this.#volumes = new VolumeBinder({ client: this.#client, informers: this.#informers, clock: deps.clock })
    this.#queue = new SchedulingQueue(deps.clock, () => this.#wake())
  }

  start(): void {
    this.#informers.of(podType)
    this.#informers.of(nodeType)
    this.#informers.of(namespaceType)
    this.#informers.start()
    this.#starting = this.#begin()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#starting
    for (const end of this.#ends) end()
    this.#beat?.cancel()
    this.#turn?.cancel()
    this.#queue.stop()
    await Promise.all([this.#informers.stop(), ...this.#binding])
  }

  async #begin(): Promise<void> {
    await this.#informers.whenSynced(this.#abort.signal)
    if (this.#abort.signal.aborted) return
    this.#ends.push(
      this.#informers.of(nodeType).onChange((change) => this.#nodeChanged(change)),
      this.#informers.of(podType).onChange((change) => this.#podChanged(change)),
      this.#deps.membership.onChange(() => this.#queue.somethingChanged()),
      this.#volumes.onChange((changed) => this.#queue.somethingChanged((pod) => {
        const claims = claimKeysOf(pod)
        return changed === undefined ? claims.length > 0 : claims.includes(changed)
      })),
    )
    this.#reportProgress()
  }

  #reportProgress(): void {
    this.#deps.works.progress(schedulerWork)
    const { backoff, unschedulable } = this.#queue.inactive()
    const gauge = this.#deps.metrics.gauge(pendingPods)
    gauge.set({ queue: 'active' }, this.#queue.active)
    gauge.set({ queue: 'backoff' }, backoff)
    gauge.set({ queue: 'unschedulable' }, unschedulable)
    this.#beat = this.#deps.clock.after(progressEveryMs, () => this.#reportProgress())
  }

  #nodeChanged({ kind, object, previous }: Change<Node>): void {
    if (kind === 'deleted') {
      this.#snapshot.removeNode(object.metadata.name ?? '')
      return
    }
    this.#snapshot.setNode(object)
    if (previous === undefined || !sameJson(relevant(previous), relevant(object))) this.#queue.somethingChanged()
  }

  #podChanged({ kind, object, previous }: Change<Pod>): void {
    const key = keyOf(object)
    if (kind === 'deleted') {
      this.#snapshot.removePod(object)
      this.#queue.remove(key)
      this.#queue.somethingChanged()
      return
    }
    this.#snapshot.setPod(object)
    if (!needsNode(object)) {
      this.#queue.remove(key)
      if (previous !== undefined && isPodTerminal(object) && !isPodTerminal(previous)) this.#queue.somethingChanged()
      else if (previous === undefined || object.spec?.nodeName !== previous.spec?.nodeName || !sameJson(object.metadata.labels, previous.metadata.labels)) {
        this.#queue.somethingChanged(looksAtOthers)
      }
      return
    }
    if (this.#snapshot.isAssumed(object)) return
    const isSame = previous !== undefined && this.#queue.has(key) && sameJson([previous.spec, previous.metadata.labels], [object.spec, object.metadata.labels])
    // Our own report about the Pod must not make it worth another look.
    if (isSame) this.#queue.refresh(key, object)
    else this.#queue.add(key, object)
  }

  #wake(): void {
    if (this.#abort.signal.aborted) return
    this.#turn ??= this.#deps.clock.after(0, () => {
      this.#turn = undefined
      this.#takeTurn()
    })
  }

  #takeTurn(): void {
    for (let taken = 0; taken < podsPerTurn && this.#binding.size < bindingsInFlightMost; taken++) {
      const next = this.#queue.next()
      if (next === undefined) return
      this.#schedule(next.key, next.pod)
    }
    if (this.#queue.active > 0 && this.#binding.size < bindingsInFlightMost) this.#wake()
  }

  #schedule(key: string, pod: Pod): void {
    const { clock, metrics, random } = this.#deps
    const startedMs = clock.bootMs()
    const namespaces = this.#informers.of(namespaceType).cache
    const cluster = this.#snapshot.cluster({ namespaceLabels: (name) => namespaces.get(name)?.metadata.labels, suspects: this.#suspects(), volumes: this.#volumes.state })
    const decision = decide(pod, cluster, plugins, random)
    metrics.histogram(decisionSeconds).observe({}, (clock.bootMs() - startedMs) / 1000)
    if (decision.kind === 'node') {
      this.#snapshot.assume(pod, decision.name)
      this.#inBackground(this.#bind(key, pod, decision.name))
    } else {
      metrics.counter(scheduleAttempts).add({ result: 'unschedulable' })
      this.#queue.failed(key, pod, 'unschedulable')
      this.#events.event(referenceTo(podType, pod), 'Warning', 'FailedScheduling', decision.message)
      this.#inBackground(this.#tellWhyNot(pod, decision.message))
    }
  }

  #suspects(): ReadonlySet<string> {
    const members = this.#deps.membership.members()
    const alive = new Set(members.filter((one) => one.state === 'alive').map((one) => one.name))
    return new Set(members.filter((one) => one.state !== 'alive' && !alive.has(one.name)).map((one) => one.name))
  }

  #inBackground(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#binding.delete(tracked)
      if (this.#queue.active > 0) this.#wake()
    })
    this.#binding.add(tracked)
  }

  async #bind(key: string, pod: Pod, nodeName: string): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata
    const result = this.#deps.metrics.counter(scheduleAttempts)
    try {
      const node = this.#informers.of(nodeType).cache.get(nodeName)
      if (node !== undefined) await this.#volumes.bind(pod, node, this.#abort.signal)
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: nodeName } }
      await this.#client.resource(podType).post(name, namespace, 'binding', body)
      result.add({ result: 'scheduled' })
      this.#events.event(referenceTo(podType, pod), 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`)
    } catch (error) {
      result.add({ result: 'error' })
      this.#snapshot.forget(pod)
      const known = this.#informers.of(podType).cache.get(key)
      const isStillOurs = known !== undefined && known.metadata.uid === uid && needsNode(known)
      if (!isStillOurs || isNotFound(error) || this.#abort.signal.aborted) return
      if (volumesNotBound.is(error)) this.#events.event(referenceTo(podType, pod), 'Warning', 'FailedScheduling', `running PreBind plugin "VolumeBinding": ${error.message}`)
      else if (!isConflict(error)) this.#deps.logger.warn('a Pod could not be bound', { pod: key, node: nodeName, error })
      this.#queue.failed(key, known, 'error')
    }
  }

  async #tellWhyNot(pod: Pod, message: string): Promise<void> {
    const old = podCondition(pod, 'PodScheduled')
    if (old?.status === 'False' && old.reason === 'Unschedulable' && old.message === message) return
    const { name = '', namespace, uid } = pod.metadata
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    const conditions = withPodCondition(pod.status?.conditions, condition, timestamp(this.#deps.clock.wallMs()))
    try {
      await this.#client.resource(podType).patch(name, namespace, { metadata: { uid }, status: { conditions } }, { subresource: 'status' })
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) this.#deps.logger.debug('a Pod could not be told why it waits', { pod: keyOf(pod), error })
    }
  }
}
