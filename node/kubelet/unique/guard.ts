// Guards what must be unique. Such a Pod starts only under this peer's lease and after a claim of this peer has gone through
// the log, and when the lease ends its containers are stopped at once. They come back with the lease, unless the others have
// replaced the Pod: whoever does so deletes the very version that it saw before it asked whether the lease is over, and the
// claim has made another one. The warden does the same when this process cannot.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { LeaseView, TakeoverView } from '../../base/views.ts'
import type { Client } from '../../client/client.ts'
import { isConflict, isNotFound } from '../../client/errors.ts'
import { persistentVolumeClaims, pods } from '../../client/resource-types.ts'
import { controllerOf } from '../../objects/pods/owners.ts'
import { isUniquePod } from '../../objects/pods/unique.ts'
import { claimsOf } from '../../objects/volumes/claims.ts'
import type { PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import { isRuntimeNotFound } from '../errors.ts'
import { claimAttempts, leaseLookMs, leaseOverLookMs, leaseStartMarginMs, uniqueGraceSeconds } from '../limits.ts'
import { uniquePods, uniqueStops } from '../metrics.ts'
import { identityOf, specOf } from '../pod/view.ts'
import type { Waiting } from '../pod/view.ts'
import type { Runtime } from '../runtime/types.ts'
import type { WardenFiles } from './warden-files.ts'

/** The Pod's annotation: the peer that claimed it last, and when. */
export const claimAnnotation = 'shoal.dev/claimed-by'

export interface GuardDeps {
  readonly client: Client
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly lease: LeaseView
  readonly takeover: TakeoverView
  readonly warden: WardenFiles
  /** Identity of this boot of the machine: a lease counts by the clock of one. */
  readonly bootId: () => string
  /** Looks at a Pod again. */
  readonly wake: (podUid: string) => void
}

/** Why a container is not there: reason and cause as the API shows them. */
const noLease: Waiting = { reason: 'NoLease', message: 'the Pod must be unique, and its peer has no lease: it does not hear the leader of a majority' }
const unclaimed: Waiting = { reason: 'NoLease', message: 'the Pod must be unique, and its claim by this peer is not agreed yet' }
const otherRuns = (peer: string): Waiting => ({ reason: 'NoLease', message: `the Pod must be unique, and the lease of peer ${peer}, which ran it under this Node's name, is not over` })

export class UniqueGuard {
  readonly #deps: GuardDeps
  /** The unique Pods of this peer, and under which lease each was claimed last. */
  readonly #unique = new Map<string, { claimedIn: number | undefined }>()
  readonly #others = new Set<string>()
  /** The lease's end as far as it counts here. */
  #untilMs = 0
  /** Leases without a gap between them are one. */
  #session = 0
  #stopped = true
  #timer: Timer | undefined
  #unsubscribe: (() => void) | undefined
  #stopping: Promise<void> | undefined

  constructor(deps: GuardDeps) {
    this.#deps = deps
  }

  /** The lease of the daemon before this one is this peer's lease: its Pods run on under it. */
  start(): void {
    const { lease, warden, bootId } = this.#deps
    this.#stopped = false
    warden.prepare()
    const noted = warden.lease()
    if (noted?.peerId === lease.peerId && noted.bootId === bootId()) this.#untilMs = noted.untilMs
    this.#unsubscribe = lease.onChange(() => this.#renewed())
    this.#renewed()
    this.#look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    this.#unsubscribe?.()
    await this.#stopping
  }

  /** Why nothing of the Pod may start now; undefined when nothing speaks against it. To be asked before each look at a Pod. */
  async held(pod: Pod): Promise<Waiting | undefined> {
    const { uid } = identityOf(pod)
    if (!this.#unique.has(uid) && !this.#others.has(uid)) await this.#classify(pod)
    return this.#unique.has(uid) && !this.#leased() ? noLease : undefined
  }

  /**
   * Asks for leave to start a container of the Pod, by a claim where there is none under this lease yet; `adopt` gets the Pod
   * that it makes. Answers why not.
   */
  async claim(pod: Pod, adopt: (newer: Pod) => void): Promise<Waiting | undefined> {
    const { uid } = identityOf(pod)
    const known = this.#unique.get(uid)
    if (known === undefined) return undefined
    const session = this.#session
    if (this.heldNow(uid) === unclaimed) {
      const refused = await this.#claimBefore(pod, adopt)
      if (refused !== undefined) return refused
      // A claim counts for the lease under which it was made; it may have ended meanwhile.
      known.claimedIn = session
    }
    const sandboxes = await this.#deps.runtime.listSandboxes(uid)
    this.#deps.warden.notePod(uid, sandboxes.map(({ id }) => id))
    return this.heldNow(uid)
  }

  /** The last word before a container is started: what came before it may have taken long. */
  heldNow(podUid: string): Waiting | undefined {
    const known = this.#unique.get(podUid)
    if (known === undefined) return undefined
    if (this.#deps.clock.bootMs() + leaseStartMarginMs >= this.#untilMs) return noLease
    return known.claimedIn === this.#session ? undefined : unclaimed
  }

  /** The Pods of which the warden knows. */
  known(): readonly string[] {
    return this.#deps.warden.pods()
  }

  /** Nothing of the Pod is left. */
  forget(podUid: string): void {
    this.#others.delete(podUid)
    this.#unique.delete(podUid)
    this.#deps.warden.forgetPod(podUid)
    this.#count()
  }

  #count(): void {
    this.#deps.metrics.gauge(uniquePods).set({}, this.#unique.size)
  }

  #leased(): boolean {
    return this.#deps.clock.bootMs() < this.#untilMs
  }

  /** Whether it must be unique never changes in a Pod's life: who controls it, and the access modes of its claims. */
  async #classify(pod: Pod): Promise<void> {
    const { uid, namespace } = identityOf(pod)
    const claims = new Map<string, PersistentVolumeClaim>()
    for (const { name } of controllerOf(pod.metadata)?.kind === 'StatefulSet' ? [] : claimsOf(pod)) {
      try {
        claims.set(name, await this.#deps.client.resource(persistentVolumeClaims).get(name, namespace))
      } catch (error) {
        // It does not start without its claim, so it is looked at again.
        if (isNotFound(error)) return
        throw error
      }
    }
    if (!isUniquePod(pod, (name) => claims.get(name))) {
      this.#others.add(uid)
      return
    }
    this.#unique.set(uid, { claimedIn: undefined })
    this.#count()
    if (this.#unique.size === 1) this.#note()
    // What a daemon before this one has started may run already.
    const sandboxes = await this.#deps.runtime.listSandboxes(uid)
    if (sandboxes.length > 0) this.#deps.warden.notePod(uid, sandboxes.map(({ id }) => id))
    this.#look()
  }

  async #claimBefore(pod: Pod, adopt: (newer: Pod) => void): Promise<Waiting | undefined> {
    const { lease, takeover, client, clock } = this.#deps
    const { namespace, name, uid } = identityOf(pod)
    let current = pod
    for (let attempt = 0; attempt < claimAttempts; attempt++) {
      const before = current.metadata.annotations?.[claimAnnotation]?.split(' ')[0]
      // A machine that joined anew under the name of one that was removed: that one's lease may still run.
      if (before !== undefined && before !== lease.peerId && !(await takeover.peerIsOver(before))) return otherRuns(before)
      const stamp = `${lease.peerId} ${new Date(clock.wallMs()).toISOString()}`
      try {
        adopt(await client.resource(pods).patch(name, namespace, { metadata: { uid, resourceVersion: current.metadata.resourceVersion, annotations: { [claimAnnotation]: stamp } } }, { subresource: 'status' }))
        return undefined
      } catch (error) {
        if (isNotFound(error)) return unclaimed
        if (!isConflict(error)) throw error
        current = await client.resource(pods).get(name, namespace)
        if (current.metadata.uid !== uid || current.metadata.deletionTimestamp !== undefined || specOf(current).nodeName !== specOf(pod).nodeName) return unclaimed
      }
    }
    return unclaimed
  }

  #renewed(): void {
    const { lease, clock } = this.#deps
    const untilMs = lease.untilMs()
    if (untilMs <= this.#untilMs) return
    const hadEnded = clock.bootMs() >= this.#untilMs
    this.#untilMs = untilMs
    if (hadEnded) this.#session++
    this.#note()
    if (hadEnded) for (const uid of this.#unique.keys()) this.#deps.wake(uid)
  }

  #note(): void {
    const { lease, warden, bootId } = this.#deps
    if (this.#unique.size > 0) warden.noteLease({ untilMs: this.#untilMs, bootId: bootId(), peerId: lease.peerId })
  }

  /** Timers do not count the time for which a machine slept, so the clock is read often while anything depends on it. */
  #look(): void {
    this.#timer?.cancel()
    if (this.#stopped || this.#unique.size === 0 || this.#stopping !== undefined) return
    const leftMs = this.#untilMs - this.#deps.clock.bootMs()
    if (leftMs > 0) {
      this.#timer = this.#deps.clock.after(Math.min(leftMs, leaseLookMs), () => this.#look())
      return
    }
    this.#stopping = this.#stopAll().then((found) => {
      this.#stopping = undefined
      if (!this.#stopped) this.#timer = this.#deps.clock.after(found ? leaseLookMs : leaseOverLookMs, () => this.#look())
    })
  }

  /** Whether there was anything to stop. */
  async #stopAll(): Promise<boolean> {
    const found = await Promise.all([...this.#unique.keys()].map(async (uid) => {
      try {
        return await this.#stop(uid)
      } catch (error) {
        this.#deps.logger.warn('a Pod that must be unique could not be stopped though the lease is over; trying again', { uid, error })
        return true
      }
    }))
    return found.includes(true)
  }

  async #stop(uid: string): Promise<boolean> {
    const { runtime, logger, metrics, wake } = this.#deps
    const running = (await runtime.listContainers(uid)).filter(({ state }) => state === 'running')
    if (running.length === 0) {
      // Nothing is left for the warden; what starts under the next lease is noted before.
      if (!this.#leased()) this.#deps.warden.forgetPod(uid)
      return false
    }
    logger.warn('the lease is over: a Pod that must be unique is stopped', { uid })
    metrics.counter(uniqueStops).add({})
    await Promise.all(running.map(async ({ id }) => {
      try {
        await runtime.stopContainer(id, uniqueGraceSeconds)
      } catch (error) {
        if (!isRuntimeNotFound(error)) throw error
      }
    }))
    wake(uid)
    return true
  }
}
