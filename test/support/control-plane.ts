// All controllers and the scheduler on a fake API, with membership and works that a test moves by hand, and a kubelet of
// three lines: for tests of whole control loops in virtual time.
import type { Startable } from '../../node/base/lifecycle.ts'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import type { LeaseView, MemberView, MembershipView, TakeoverView, WorksView } from '../../node/base/views.ts'
import { createControllers } from '../../node/controllers/manager.ts'
import type { Deployment } from '../../node/objects/generated/apps-v1.ts'
import type { Node, Pod } from '../../node/objects/generated/core-v1.ts'
import { timestamp } from '../../node/base/clock.ts'
import { createScheduler } from '../../node/scheduler/scheduler.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import { FakeApi, settle } from './fake-api.ts'
import { ManualClock } from './manual-clock.ts'

/** Membership that a test sets. */
export class HandMembership implements MembershipView {
  readonly #members = new Map<string, MemberView>()
  readonly #listeners = new Set<() => void>()
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  members(): readonly MemberView[] {
    return [...this.#members.values()]
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(name: string, state: MemberView['state']): void {
    this.#members.set(name, { name, peerId: `id-${name}`, state, sinceMs: this.#clock.bootMs() })
    for (const listener of this.#listeners) listener()
  }
}

/** Holds every work from the start; a test may take them away. */
export class HandWorks implements WorksView {
  held: number | undefined = 1
  reports = 0
  readonly #listeners = new Set<() => void>()

  epoch(): number | undefined {
    return this.held
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  progress(): void {
    this.reports++
  }

  move(epoch: number | undefined): void {
    this.held = epoch
    for (const listener of this.#listeners) listener()
  }
}

/** A lease that a test moves; in the beginning it never ends. */
export class HandLease implements LeaseView {
  readonly peerId = 'self'
  #untilMs = Number.MAX_SAFE_INTEGER
  readonly #listeners = new Set<() => void>()

  untilMs(): number {
    return this.#untilMs
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(untilMs: number): void {
    this.#untilMs = untilMs
    for (const listener of this.#listeners) listener()
  }
}

/** The leader's word about leases, as a test sets it. */
export class HandTakeover implements TakeoverView {
  /** Names and ids of those whose lease is over. */
  readonly over = new Set<string>()
  /** Called when somebody asks, before the answer. */
  asked: () => void = () => undefined

  nodeIsOver(nodeName: string): Promise<boolean> {
    this.asked()
    return Promise.resolve(this.over.has(nodeName))
  }

  peerIsOver(peerId: string): Promise<boolean> {
    return this.nodeIsOver(peerId)
  }
}

export class ControlPlane {
  readonly clock = new ManualClock()
  readonly api = new FakeApi({ clock: this.clock })
  readonly membership = new HandMembership(this.clock)
  readonly works = new HandWorks()
  readonly takeover = new HandTakeover()
  /** How far this peer's wall clock is ahead of what is agreed. */
  clockAheadMs = 0
  #parts: Startable[] = []

  constructor() {
    this.api.put('/api/v1/namespaces', { metadata: { name: 'default' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as never)
  }

  async start(): Promise<void> {
    const shared = {
      transport: () => this.api, clock: this.clock, logger: silentLogger, metrics: noMetrics, random: seededRandom(1),
      membership: this.membership, takeover: this.takeover, works: this.works, freeze: true,
    }
    this.#parts = [createControllers({ ...shared, rootCa: 'PEM', agreedTimeMs: () => this.clock.wallMs() - this.clockAheadMs }), createScheduler(shared)]
    for (const part of this.#parts) await part.start()
    await this.run()
  }

  async stop(): Promise<void> {
    for (const part of this.#parts) await part.stop()
    this.#parts = []
  }

  /** Lets everything happen that needs no further time. */
  async run(): Promise<void> {
    for (let round = 0; round < 8; round++) {
      await settle(12)
      this.clock.advance(10)
    }
  }

  /** A ready node that is an alive member. */
  addNode(name: string, extra: Partial<Node['spec']> = {}): void {
    this.membership.set(name, 'alive')
    const amounts = { cpu: '2', memory: '4Gi', pods: '110' }
    this.api.put('/api/v1/nodes', {
      metadata: { name, labels: { 'kubernetes.io/hostname': name }, annotations: { 'shoal.dev/volumes-directory': '/volumes' } }, spec: extra,
      status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
    } as never)
  }

  /** What kubelets do: Pods that are bound to a living node run and are ready, deleted ones end. */
  async runKubelets(): Promise<void> {
    for (let round = 0; round < 6; round++) {
      await this.run()
      for (const pod of this.pods()) this.#kubelet(pod)
    }
    await this.run()
  }

  #kubelet(pod: Pod): void {
    const node = pod.spec?.nodeName
    if (node === undefined || this.membership.members().find((one) => one.name === node)?.state !== 'alive') return
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`
    if (pod.metadata.deletionTimestamp !== undefined) this.api.remove(path)
    else if (!['Running', 'Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) {
      const number = this.pods().indexOf(pod)
      const status = { phase: 'Running', podIP: `10.244.0.${number + 2}`, conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(this.clock.wallMs()) }] }
      this.api.change(path, (old: Pod) => ({ ...old, status: { ...old.status, ...status } }))
    }
  }

  pods(): Pod[] {
    return this.api.all<Pod>('/api/v1/pods')
  }

  deployment(name: string): Deployment | undefined {
    return this.api.get<Deployment>(`/apis/apps/v1/namespaces/default/deployments/${name}`)
  }

  /** Creates a Deployment of one container. */
  deploy(name: string, replicas: number, image = 'nginx', more: object = {}): void {
    this.api.put('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name },
      spec: {
        replicas, selector: { matchLabels: { app: name } }, progressDeadlineSeconds: 600, revisionHistoryLimit: 10,
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } }, ...more,
      },
    } as never)
  }
}
