// Keeps this peer's Node and its lease: registers the Node, writes its status when it changes and now and then anyway, and
// renews the lease. The agreed log and not the lease tells who is dead; the lease is there for tools that look at it.
import { microTimestamp } from '../../base/clock.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Client } from '../../client/client.ts'
import { isAlreadyExists, isNotFound } from '../../client/errors.ts'
import { leases, nodes } from '../../client/resource-types.ts'
import type { Lease } from '../../objects/generated/coordination-v1.ts'
import type { Node } from '../../objects/generated/core-v1.ts'
import { runtimeError } from '../errors.ts'
import type { Images } from '../images/images.ts'
import { leaseDurationSeconds, leaseRenewMs, nodeStatusCheckMs, nodeStatusReportMs, unreadyGraceMs } from '../limits.ts'
import { readUse } from '../machine.ts'
import type { Machine } from '../machine.ts'
import type { Runtime } from '../runtime/types.ts'
import type { KubeletOptions } from '../types.ts'
import { newNode, nodeAnnotations, nodeCapacity, nodeLabels, nodeStatus, nodeStatusChanged } from './node-status.ts'
import type { NodeFacts } from './node-status.ts'

export interface AgentDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  readonly runtime: Runtime
  readonly images: Images
  readonly networkReady: () => boolean
  /** Whether the listing of the runtime works. */
  readonly runtimeHealthy: () => boolean
}

const leaseNamespace = 'kube-node-lease'
/** While something is not as it should be, the status is looked at this often. */
const impatientMs = 500

export class NodeAgent {
  readonly #deps: AgentDeps
  readonly #options: KubeletOptions
  #machine: Machine | undefined
  #kubeletPort = 0
  #diskBytes = 0
  #reportedMs = 0
  #statusTimer: Timer | undefined
  #leaseTimer: Timer | undefined
  #running: Promise<unknown> = Promise.resolve()
  #stopped = true
  #warned = false
  #unreadySinceMs: number | undefined
  /** What the runtime said when it answered last: its images do not vanish because it restarts. */
  #seen: Pick<NodeFacts, 'images'> & { readonly version: { readonly name: string; readonly version: string } } = { version: { name: 'containerd', version: 'unknown' }, images: [] }

  constructor(deps: AgentDeps, options: KubeletOptions) {
    this.#deps = deps
    this.#options = options
  }

  start(machine: Machine, kubeletPort: number): void {
    this.#stopped = false
    this.#machine = machine
    this.#kubeletPort = kubeletPort
    this.#status()
    this.#lease()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#statusTimer?.cancel()
    this.#leaseTimer?.cancel()
    await this.#running
  }

  /** What Pods may take of this machine. */
  allocatable(): { readonly [name: string]: string } {
    return this.#machine === undefined ? {} : nodeCapacity(this.#options, this.#machine, this.#diskBytes)
  }

  /** Something worth reporting may have changed. */
  hurry(): void {
    if (this.#stopped || this.#statusTimer === undefined) return
    this.#statusTimer.cancel()
    this.#status()
  }

  #status(): void {
    this.#statusTimer = undefined
    const work = this.#writeStatus().then((isReady) => (isReady ? nodeStatusCheckMs : impatientMs), (error: unknown) => {
      if (!this.#warned) this.#deps.logger.warn('the Node status could not be written and will be tried again', { error })
      this.#warned = true
      return impatientMs * 2
    })
    this.#running = work
    void work.then((delayMs) => {
      if (!this.#stopped) this.#statusTimer = this.#deps.clock.after(delayMs, () => this.#status())
    })
  }

  async #facts(machine: Machine): Promise<NodeFacts> {
    const { runtime } = this.#deps
    const use = await readUse(this.#options.dataDirectory)
    this.#diskBytes = use.diskBytes
    const status = await runtime.status().catch((error: unknown) => {
      if (!runtimeError.is(error)) throw error
      return { runtimeReady: false, networkReady: false, message: error.message }
    })
    if (status.runtimeReady) {
      const [version, images] = await Promise.all([runtime.version(), this.#deps.images.list()])
      this.#seen = { version, images }
    }
    const hasNetwork = this.#deps.networkReady()
    return {
      machine,
      use,
      images: this.#seen.images,
      kubeletPort: this.#kubeletPort,
      nowMs: this.#deps.clock.wallMs(),
      runtime: {
        ...this.#seen.version,
        ready: status.runtimeReady,
        networkReady: status.networkReady && hasNetwork,
        message: hasNetwork ? status.message : 'the Pod network of this peer is not set up yet',
      },
    }
  }

  /** True when the Node is ready and its status is written. */
  async #writeStatus(): Promise<boolean> {
    const machine = this.#machine
    if (machine === undefined) return false
    const facts = await this.#facts(machine)
    const client = this.#deps.client.resource(nodes)
    const old = await this.#read()
    const status = nodeStatus(this.#options, facts, old?.status)
    const isReady = facts.runtime.ready && facts.runtime.networkReady
    if (old === undefined) {
      await this.#register(newNode(this.#options, machine, status))
      return false
    }
    await this.#label(old, machine)
    if (!isReady && this.#mayRecover(old, facts.nowMs)) return false
    if (isReady) this.#unreadySinceMs = undefined
    const isDue = facts.nowMs - this.#reportedMs >= nodeStatusReportMs
    if (isDue || nodeStatusChanged(old.status, status)) {
      await client.patch(this.#options.nodeName, undefined, { status }, { subresource: 'status' })
      this.#reportedMs = facts.nowMs
    }
    this.#warned = false
    return isReady
  }

  /** A daemon or a runtime that restarts is back in a moment; a Node that turned NotReady would lose its Pods for it. */
  #mayRecover(old: Node, nowMs: number): boolean {
    if (old.status?.conditions?.find((condition) => condition.type === 'Ready')?.status !== 'True') return false
    this.#unreadySinceMs ??= nowMs
    return nowMs - this.#unreadySinceMs < unreadyGraceMs
  }

  /** From the local copy: the same object is read every few seconds. */
  async #read(): Promise<Node | undefined> {
    const client = this.#deps.client.resource(nodes)
    try {
      // The path names the kind of the answer.
      return await this.#deps.client.transport.send({ method: 'GET', path: client.path(undefined, this.#options.nodeName), query: { resourceVersion: '0' } }) as Node
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #register(node: Node): Promise<void> {
    try {
      await this.#deps.client.resource(nodes).create(node)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  async #label(node: Node, machine: Machine): Promise<void> {
    const labels = nodeLabels(this.#options, machine)
    const annotations = nodeAnnotations(this.#options)
    const isMissing = Object.entries(labels).some(([name, value]) => node.metadata.labels?.[name] !== value)
      || Object.entries(annotations).some(([name, value]) => node.metadata.annotations?.[name] !== value)
    if (isMissing) await this.#deps.client.resource(nodes).patch(this.#options.nodeName, undefined, { metadata: { labels, annotations } })
  }

  #lease(): void {
    const work = this.#renewLease().catch((error: unknown) => this.#deps.logger.debug('the Node lease could not be renewed', { error }))
    void work.finally(() => {
      if (!this.#stopped) this.#leaseTimer = this.#deps.clock.after(leaseRenewMs, () => this.#lease())
    })
  }

  async #renewLease(): Promise<void> {
    const client = this.#deps.client.resource(leases)
    const name = this.#options.nodeName
    const spec = { holderIdentity: name, leaseDurationSeconds, renewTime: microTimestamp(this.#deps.clock.wallMs()) }
    try {
      await client.patch(name, leaseNamespace, { spec })
    } catch (error) {
      if (!isNotFound(error)) throw error
      const uid = (await this.#read())?.metadata.uid
      const owner = uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] }
      const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: leaseNamespace, ...owner }, spec }
      await client.create(lease)
    }
  }
}
