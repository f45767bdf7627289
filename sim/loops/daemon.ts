// The Kubernetes side of one simulated daemon, for one life of its process: the very controllers and the very scheduler of
// the daemon, and a simulated kubelet, on the peer's copy of the state. As in the daemon each term of a work writes under
// its own epoch. When the process ends nothing of it acts any more: its timers, answers and watches are never heard of.
import { timestamp } from '../../node/base/clock.ts'
import type { Clock, Timer } from '../../node/base/clock.ts'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import type { MembershipView, MemberView, TakeoverView, WorksView } from '../../node/base/views.ts'
import { createClient } from '../../node/client/client.ts'
import { controllersWork, createControllers } from '../../node/controllers/manager.ts'
import type { Node, Pod } from '../../node/objects/generated/core-v1.ts'
import { createScheduler, schedulerWork } from '../../node/scheduler/scheduler.ts'
import type { Assignment } from '../../protocol/message/ownership.ts'
import type { Aboard } from '../aboard.ts'
import type { SimPeer } from '../peer.ts'
import { systemState } from '../peer.ts'
import type { World } from '../world.ts'
import type { Containers } from './containers.ts'
import { SimKubelet } from './kubelet.ts'
import { decodeObject } from './places.ts'
import { SimTransport } from './transport.ts'
import type { Fence } from './transport.ts'

/** A timer of a machine that stands still is looked at again after this. */
const stillUs = 50_000

export interface LoopsDeps {
  readonly world: World
  readonly containers: Containers
  /** What this peer hears about the leases of others. */
  readonly takeover: (peer: SimPeer) => TakeoverView
}

export class SimDaemon implements Aboard {
  readonly #peer: SimPeer
  readonly #deps: LoopsDeps
  readonly #clock: Clock
  readonly #appliedListeners = new Set<() => void>()
  readonly #worksListeners = new Set<() => void>()
  readonly #memberListeners = new Set<() => void>()
  readonly #epochs = new Map<string, number>()
  readonly #turns = new Map<string, number>()
  #alive = true
  #uids = 0

  constructor(peer: SimPeer, deps: LoopsDeps, life: number) {
    this.#peer = peer
    this.#deps = deps
    this.#clock = { wallMs: () => peer.clock.wallMs(), bootMs: () => peer.clock.bootMs(), after: (delayMs, run) => this.#after(delayMs, run) }
    // The first answers come later; until then this process may have ended.
    this.#after(0, () => this.#begin(life))
  }

  #begin(life: number): void {
    const { world, containers, takeover } = this.#deps
    const shared = { clock: this.#clock, logger: silentLogger, metrics: noMetrics, random: world.random.fork(), membership: this.#membership(), works: this.#worksView() }
    const fenced = (work: string) => (epoch: number): SimTransport => this.#transport({ work, epoch })
    void createControllers({ ...shared, transport: fenced(controllersWork), rootCa: 'PEM', agreedTimeMs: () => this.#peer.machine.timeMs, takeover: takeover(this.#peer) }).start()
    void createScheduler({ ...shared, transport: fenced(schedulerWork) }).start()
    const { index, id } = this.#peer
    new SimKubelet({
      client: createClient(this.#transport()), clock: this.#clock, containers, machine: index, nodeName: `node-${index}`, life: `${id} ${life}`,
      localPods: () => this.#localPods(`node-${index}`),
      localNode: () => this.#localNode(`node-${index}`),
      leaseUntilMs: () => this.#peer.engine.status().leaseUntilMs,
      alive: () => this.#alive,
    }).start()
  }

  works(works: readonly Assignment[]): void {
    for (const { work, peer, epoch } of works) {
      if (peer === this.#peer.id) this.#epochs.set(work, epoch)
      else this.#epochs.delete(work)
    }
    this.#tell(this.#worksListeners)
  }

  members(): void {
    this.#tell(this.#memberListeners)
  }

  applied(): void {
    this.#tell(this.#appliedListeners)
  }

  progress(work: string): number {
    return this.#turns.get(work) ?? 0
  }

  ended(): void {
    this.#alive = false
    this.#deps.containers.died(this.#peer.index)
  }

  #tell(listeners: ReadonlySet<() => void>): void {
    if (!this.#alive || listeners.size === 0) return
    this.#deps.world.touch()
    for (const listener of [...listeners]) listener()
  }

  /** By this machine's boot-time clock; a machine that stands still is late. */
  #after(delayMs: number, run: () => void): Timer {
    let cancelled = false
    const fire = (): void => {
      if (cancelled || !this.#alive) return
      if (this.#peer.paused) return this.#deps.world.after(stillUs, fire)
      this.#deps.world.touch()
      run()
    }
    this.#deps.world.after(this.#peer.clock.worldUs(Math.max(0, delayMs) * 1000), fire)
    return { cancel: () => { cancelled = true } }
  }

  #transport(fence?: Fence): SimTransport {
    return new SimTransport({
      peer: this.#peer,
      touch: () => this.#deps.world.touch(),
      fresh: () => ({ uid: `${this.#peer.id}-${this.#deps.world.nowUs}-${(++this.#uids).toString(36).padStart(5, '0')}`, now: timestamp(this.#clock.wallMs()) }),
      alive: () => this.#alive,
      onApplied: (listener) => listen(this.#appliedListeners, listener),
    }, fence)
  }

  #membership(): MembershipView {
    return {
      members: () => this.#members(),
      onChange: (listener) => listen(this.#memberListeners, listener),
    }
  }

  #members(): readonly MemberView[] {
    const soft = new Map(this.#peer.engine.status().members.map((member) => [member.peer, member]))
    return systemState(this.#peer.machine).peers.map(({ peer, name }) => ({
      name, peerId: peer, state: soft.get(peer)?.state ?? 'alive', sinceMs: soft.get(peer)?.sinceMs ?? 0,
    }))
  }

  #worksView(): WorksView {
    return {
      epoch: (work) => this.#epochs.get(work),
      onChange: (listener) => listen(this.#worksListeners, listener),
      progress: (work) => { this.#turns.set(work, this.progress(work) + 1) },
    }
  }

  #localPods(nodeName: string): readonly Pod[] {
    const pods: Pod[] = []
    for (const row of this.#peer.machine.keys.rows('/registry/core/pods/')) {
      const pod = decodeObject<Pod>(row.value, row.revision)
      if (pod.spec?.nodeName === nodeName) pods.push(pod)
    }
    return pods
  }

  #localNode(nodeName: string): Node | undefined {
    const row = this.#peer.machine.keys.get(`/registry/core/nodes/${nodeName}`)
    return row === undefined ? undefined : decodeObject<Node>(row.value, row.revision)
  }
}

function listen(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}
