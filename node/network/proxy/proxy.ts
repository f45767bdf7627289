// The proxy of one peer: watches Services, endpoints, Nodes and members, and keeps the rules equal to the model. Changes that
// come while a transaction runs are taken together in the next one. It reads this peer's own copy, so it goes on alone.
import type { Clock, Timer } from '../../base/clock.ts'
import { CoalescedRun } from '../../base/coalesced-run.ts'
import type { Logger } from '../../base/logger.ts'
import type { Gauge, Histogram, Metrics } from '../../base/metrics.ts'
import type { MembershipView } from '../../base/views.ts'
import type { Informer } from '../../client/informer.ts'
import { keyOf } from '../../client/object-cache.ts'
import type { Informers } from '../../client/informers.ts'
import { endpointSlices, nodes, pods, services } from '../../client/resource-types.ts'
import { sameJson } from '../../objects/pods/fnv.ts'
import { fencedPods } from '../../objects/pods/fence.ts'
import type { Node, Pod, Service } from '../../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { internalAddress, nodesByAddress } from '../../objects/node-address.ts'
import { retryDelayMs } from '../limits.ts'
import { frontends, syncSeconds } from '../metrics.ts'
import type { FlowsDriver } from './flows-driver.ts'
import { purges, type Reachable, reachable } from './flows-plan.ts'
import { type HostPortRule, ProxyModel, type Rule } from './model.ts'
import type { NftDriver } from './nft-driver.ts'

export interface ProxyDeps {
  readonly informers: Informers
  readonly membership: MembershipView
  readonly driver: NftDriver
  readonly flows: FlowsDriver
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

const byService = 'service'

interface Waiter {
  readonly address: string
  readonly resolve: (gone: boolean) => void
  readonly timer: Timer
}

export class Proxy {
  readonly #deps: ProxyDeps
  readonly #self: string
  readonly #services: Informer<Service>
  readonly #slices: Informer<EndpointSlice>
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  readonly #loading: CoalescedRun
  readonly #sync: Histogram<never>
  readonly #frontends: Gauge<never>
  readonly #endings: (() => void)[] = []
  readonly #waiters = new Set<Waiter>()
  readonly #rules = new ProxyModel()
  /** Services that changed, or whose EndpointSlices did, since the model was made. */
  readonly #touched = new Set<string>()
  #inForce: readonly Rule[] = []
  /** Addresses that rules in force lead to; undefined until somebody asks. */
  #backends: ReadonlySet<string> | undefined
  #reachable: Reachable | undefined
  #dirtySinceMs: number | undefined
  /** False until every kind has its first list: rules from a part of them would take away what is still in force. */
  #synced = false
  #loaded = false

  constructor(deps: ProxyDeps, self: string) {
    this.#deps = deps
    this.#self = self
    this.#services = deps.informers.of(services)
    this.#slices = deps.informers.of(endpointSlices)
    this.#nodes = deps.informers.of(nodes)
    this.#pods = deps.informers.of(pods)
    this.#slices.addIndex(byService, (slice) => [serviceOf(slice)])
    this.#sync = deps.metrics.histogram(syncSeconds)
    this.#frontends = deps.metrics.gauge(frontends)
    this.#loading = new CoalescedRun({
      clock: deps.clock,
      run: () => this.#load(),
      failed: (error) => deps.logger.error('the rules of the proxy could not be loaded', { error }),
    }, retryDelayMs)
  }

  /** Starts to follow changes; the first rules are in force when it resolves. */
  async start(): Promise<void> {
    const dirty = (): void => this.#changed()
    this.#endings.push(
      this.#services.onChange(({ object }) => {
        this.#touched.add(keyOf(object))
        dirty()
      }),
      this.#slices.onChange(({ object, previous }) => {
        for (const slice of previous === undefined ? [object] : [object, previous]) this.#touched.add(serviceOf(slice))
        dirty()
      }),
      this.#nodes.onChange((change) => {
        if (change.kind !== 'updated' || internalAddress(change.previous) !== internalAddress(change.object) || !sameJson(fencedPods(change.previous), fencedPods(change.object))) dirty()
      }),
      this.#pods.onChange((change) => {
        if (change.object.spec?.nodeName === this.#self && hostPortsOf(change.object).length + (change.previous === undefined ? 0 : hostPortsOf(change.previous).length) > 0) dirty()
      }),
      this.#deps.membership.onChange(dirty),
    )
    await this.#deps.informers.whenSynced()
    this.#synced = true
    this.#changed()
    await this.#loading.whenIdle()
  }

  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end()
    for (const waiter of this.#waiters) this.#answer(waiter, false)
    await this.#loading.stop()
    this.#deps.driver.close()
    await this.#deps.flows.stop()
  }

  /**
   * Resolves true when no rule in force leads to the address, false after `timeoutMs`. Before the first rules are loaded
   * those of the daemon's last life are in force, and nobody knows where they lead.
   */
  waitEndpointOut(address: string, timeoutMs: number): Promise<boolean> {
    if (this.#loaded && !this.#leadsTo(address) && this.#dirtySinceMs === undefined) return Promise.resolve(true)
    return new Promise((resolve) => {
      const waiter: Waiter = { address, resolve, timer: this.#deps.clock.after(timeoutMs, () => this.#answer(waiter, false)) }
      this.#waiters.add(waiter)
    })
  }

  #leadsTo(address: string): boolean {
    this.#backends ??= new Set(this.#inForce.flatMap((rule) => rule.backends.map((backend) => backend.address)))
    return this.#backends.has(address)
  }

  #answer(waiter: Waiter, gone: boolean): void {
    waiter.timer.cancel()
    this.#waiters.delete(waiter)
    waiter.resolve(gone)
  }

  #changed(): void {
    this.#dirtySinceMs ??= this.#deps.clock.bootMs()
    if (this.#synced) this.#loading.changed()
  }

  async #load(): Promise<void> {
    const sinceMs = this.#dirtySinceMs ?? this.#deps.clock.bootMs()
    this.#dirtySinceMs = undefined
    const rules = this.#model()
    try {
      await this.#deps.driver.apply(rules, this.#nodes.cache.list().flatMap(fencedPods).map(({ address }) => address))
    } catch (error) {
      this.#dirtySinceMs = sinceMs
      throw error
    }
    this.#deps.logger.debug('the rules of the proxy are in force', { tookMs: Math.round(this.#deps.clock.bootMs() - sinceMs) })
    this.#loaded = true
    this.#backends = new Set(rules.flatMap((rule) => rule.backends.map((backend) => backend.address)))
    this.#sync.observe({}, (this.#deps.clock.bootMs() - sinceMs) / 1000)
    this.#frontends.set({}, rules.length)
    for (const waiter of this.#waiters) if (!this.#leadsTo(waiter.address)) this.#answer(waiter, true)
    await this.#forgetFlows(rules)
  }

  /** Connections of the daemon's last life may lead to what is gone by now. */
  async #forgetFlows(rules: readonly Rule[]): Promise<void> {
    const next = reachable(rules, this.#slices.cache.list())
    const before = this.#reachable ?? { ...next, others: await this.#deps.flows.targets() }
    this.#deps.flows.purge(purges(before, next))
    this.#reachable = next
  }

  #model(): readonly Rule[] {
    const nodeByAddress = nodesByAddress(this.#nodes.cache.list())
    const touched = [...this.#touched].map((key) => ({ key, service: this.#services.cache.get(key) }))
    this.#touched.clear()
    return this.#rules.next({
      services: this.#services.cache.list(),
      slicesOf: (key) => this.#slices.cache.byIndex(byService, key),
      members: this.#deps.membership.members(),
      self: this.#self,
      nodeByAddress,
      hostPorts: this.#pods.cache.list().filter((pod) => pod.spec?.nodeName === this.#self).flatMap(hostPortsOf),
    }, touched)
  }
}

/** `namespace/name` of the Service that an EndpointSlice belongs to. */
const serviceOf = ({ metadata }: EndpointSlice): string => `${metadata.namespace ?? ''}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`

/** Host ports of a running Pod with an address of its own. */
function hostPortsOf(pod: Pod): readonly HostPortRule[] {
  const address = pod.status?.podIP
  if (address === undefined || pod.spec?.hostNetwork === true || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return []
  return (pod.spec?.containers ?? []).flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort === undefined || port.hostPort === 0
        ? []
        : [{ protocol: port.protocol === 'UDP' ? ('udp' as const) : ('tcp' as const), hostPort: port.hostPort, backend: { address, port: port.containerPort } }],
    ),
  )
}
