// A kubelet without containers: it shows its Node, runs the Pods that are bound to it, ends those that are deleted, and keeps
// to the rules for what must be unique: it starts such a Pod only under a lease and after a claim of its own has gone through
// the log, and stops it when the lease ends. It knows the API and its own copy, and nothing of the other machines.
import { timestamp } from '../../node/base/clock.ts'
import type { Clock } from '../../node/base/clock.ts'
import type { Client } from '../../node/client/client.ts'
import { ApiError } from '../../node/client/errors.ts'
import { nodes as nodeType, pods as podType } from '../../node/client/resource-types.ts'
import type { Node, Pod } from '../../node/objects/generated/core-v1.ts'
import { isPodReady, withPodCondition } from '../../node/objects/pods/lifecycle.ts'
import { isUniquePod } from '../../node/objects/pods/unique.ts'
import type { Containers } from './containers.ts'

/** How often it looks at everything. */
const lookMs = 250
/** Where a kubelet claims such a Pod; the value names the life of its process. */
const claimAnnotation = 'shoal.dev/claim'

export interface KubeletDeps {
  readonly client: Client
  readonly clock: Clock
  readonly containers: Containers
  readonly machine: number
  readonly nodeName: string
  /** Names this life of the process. */
  readonly life: string
  /** This machine's Pods and Node in its own copy. */
  localPods(): readonly Pod[]
  localNode(): Node | undefined
  /** End of the lease by the boot-time clock. */
  leaseUntilMs(): number
  alive(): boolean
}

export class SimKubelet {
  readonly #deps: KubeletDeps
  /** Pods about which a request is under way. */
  readonly #busy = new Set<string>()

  constructor(deps: KubeletDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#deps.clock.after(lookMs, () => {
      this.start()
      this.#look()
    })
  }

  #look(): void {
    const { containers, machine } = this.#deps
    const pods = this.#deps.localPods()
    const known = new Set(pods.map((pod) => pod.metadata.uid))
    const leased = this.#leased()
    for (const { uid, unique } of [...containers.of(machine).values()]) {
      if (!known.has(uid) || (unique && !leased)) containers.stop(machine, uid)
    }
    this.#work('node', () => this.#showNode())
    for (const pod of pods) {
      // What was begun about the Pod before may have ended the process.
      if (this.#deps.alive()) this.#work(pod.metadata.uid ?? '', () => this.#bring(pod))
    }
  }

  #leased(): boolean {
    return this.#deps.clock.bootMs() < this.#deps.leaseUntilMs()
  }

  /** One request at a time about each thing; what is refused is looked at again. */
  #work(about: string, act: () => Promise<void>): void {
    if (this.#busy.has(about)) return
    this.#busy.add(about)
    act().catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error
    }).finally(() => this.#busy.delete(about))
  }

  async #showNode(): Promise<void> {
    const { client, clock, nodeName } = this.#deps
    const now = timestamp(clock.wallMs())
    const node = this.#deps.localNode()
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: now }
    const resources = { cpu: '8', memory: '16Gi', pods: '110' }
    if (node === undefined) {
      await client.resource(nodeType).create({ metadata: { name: nodeName, labels: { 'kubernetes.io/hostname': nodeName } }, status: { conditions: [ready], allocatable: resources, capacity: resources } })
    } else if (node.status?.conditions?.find((one) => one.type === 'Ready')?.status !== 'True') {
      const others = (node.status?.conditions ?? []).filter((one) => one.type !== 'Ready')
      await client.resource(nodeType).patch(nodeName, undefined, { status: { conditions: [...others, ready] } }, { subresource: 'status' })
    }
  }

  async #bring(pod: Pod): Promise<void> {
    const { containers, machine, client } = this.#deps
    const { name = '', namespace = '', uid = '' } = pod.metadata
    if (pod.metadata.deletionTimestamp !== undefined) {
      containers.stop(machine, uid)
      await client.resource(podType).delete(name, namespace, { uid, gracePeriodSeconds: 0 })
      return
    }
    const unique = isUniquePod(pod, () => undefined)
    if (!containers.of(machine).has(uid)) {
      if (unique && !(await this.#claim(pod))) return
      const owner = pod.metadata.ownerReferences?.[0]?.name ?? ''
      containers.start(machine, { namespace, name, uid, owner, unique })
    }
    if (!isPodReady(pod)) await this.#showReady(pod)
  }

  /**
   * May it be started here? Whoever replaces it deletes the very version that it judged by, and a claim makes a new one: of
   * the two one comes first in the log, and the other is refused.
   */
  async #claim(pod: Pod): Promise<boolean> {
    if (!this.#leased()) return false
    const { name = '', namespace = '', uid = '', resourceVersion } = pod.metadata
    const stamp = `${this.#deps.life} ${this.#deps.clock.bootMs()}`
    await this.#deps.client.resource(podType).patch(name, namespace, { metadata: { uid, resourceVersion, annotations: { [claimAnnotation]: stamp } } })
    return this.#deps.alive() && this.#leased()
  }

  async #showReady(pod: Pod): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const now = timestamp(this.#deps.clock.wallMs())
    const conditions = withPodCondition(pod.status?.conditions, { type: 'Ready', status: 'True' }, now)
    await this.#deps.client.resource(podType).patch(name, namespace, { metadata: { uid }, status: { phase: 'Running', podIP: `10.1.${this.#deps.machine}.9`, conditions } }, { subresource: 'status' })
  }
}
