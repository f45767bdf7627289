// The network of one peer, composed: overlay, proxy, DNS, load balancer addresses and Ingress, started in the order in which they depend on each other.
// It decides nothing itself.
import { existsSync, readFileSync } from 'node:fs'
import type { Clock, Timer } from '../base/clock.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { MembershipView } from '../base/views.ts'
import type { Informers } from '../client/informers.ts'
import { endpointSlices, namespaces, nodes, services } from '../client/resource-types.ts'
import { runCommand } from '../platform/processes.ts'
import { DnsServer } from './dns/server.ts'
import type { ZoneView } from './dns/zone.ts'
import { endpointsIn } from '../objects/endpoints.ts'
import { commandFailed } from './errors.ts'
import { retryDelayMs } from './limits.ts'
import { Ingress } from './ingress/ingress.ts'
import { AddressHolder } from './loadbalancer/holder.ts'
import { Overlay, outsideInterface } from './overlay/overlay.ts'
import { suspension, trusted } from './proxy/model.ts'
import { FlowsDriver } from './proxy/flows-driver.ts'
import { NftDriver } from './proxy/nft-driver.ts'
import { Proxy } from './proxy/proxy.ts'

export interface NetworkDeps {
  /** Over this peer's own copy of the state. */
  readonly informers: Informers
  readonly membership: MembershipView
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface NetworkOptions {
  readonly nodeName: string
  readonly address: string
  readonly cniDirectory: string
  readonly ipamDirectory: string
  readonly clusterCidr: string
  readonly dnsAddress: string
  readonly domain: string
}

const byClusterIp = 'cluster-ip'
const byEndpointAddress = 'endpoint-address'
const bySliceService = 'service'

/** Resolvers of this machine, as its resolv.conf names them. */
function upstreamResolvers(own: string): readonly string[] {
  if (!existsSync('/etc/resolv.conf')) return []
  const lines = readFileSync('/etc/resolv.conf', 'utf8').split('\n')
  return lines.filter((line) => line.startsWith('nameserver')).map((line) => line.split(/\s+/)[1] ?? '').filter((address) => address !== '' && address !== own)
}

export class Network implements Startable {
  readonly #deps: NetworkDeps
  readonly #options: NetworkOptions
  readonly #overlay: Overlay
  #proxy: Proxy | undefined
  #dns: DnsServer | undefined
  #holder: AddressHolder | undefined
  #ingress: Ingress | undefined
  readonly #endings: (() => void)[] = []
  readonly #proxyWaiters: (() => void)[] = []
  readonly #inForce = Promise.withResolvers<void>()
  #retry: Timer | undefined
  #stopped = false
  #ready = false

  constructor(deps: NetworkDeps, options: NetworkOptions) {
    this.#deps = deps
    this.#options = options
    this.#overlay = new Overlay({ nodes: deps.informers.of(nodes), clock: deps.clock, logger: deps.logger }, options)
  }

  /** Whether Pods can be wired and Services be reached. */
  ready(): boolean {
    return this.#ready
  }

  /** Begins; the rest follows once this machine's Node has its Pod CIDR, which `ready` tells. */
  async start(): Promise<void> {
    const outside = await outsideInterface(this.#options.address)
    this.#overlay.start(outside)
    void this.#overlay.whenReady().then(() => this.#serve(outside.name))
  }

  /** Proxy and DNS; tried again until they run, since a port or a rule may be taken for a moment. */
  async #serve(outside: string): Promise<void> {
    if (this.#stopped) return
    try {
      await this.#startServices(outside)
      this.#ready = true
    } catch (error) {
      this.#deps.logger.error('the proxy or the DNS could not be started', { error })
      await this.#stopServices()
      this.#retry = this.#deps.clock.after(retryDelayMs, () => void this.#serve(outside))
    }
  }

  async #startServices(outside: string): Promise<void> {
    const driver = new NftDriver({ podCidr: this.#overlay.podCidr() ?? '', clusterCidr: this.#options.clusterCidr, outside }, this.#deps.logger)
    const flows = new FlowsDriver(this.#options.clusterCidr, this.#deps.logger)
    this.#proxy = new Proxy({ ...this.#deps, driver, flows }, this.#options.nodeName)
    for (const begun of this.#proxyWaiters.splice(0)) begun()
    await this.#proxy.start()
    this.#inForce.resolve()
    const { status, stderr } = await runCommand('ip', ['addr', 'replace', `${this.#options.dnsAddress}/32`, 'dev', 'lo'])
    if (status !== 0) throw commandFailed.make({ command: 'ip addr', reason: stderr.trim() })
    this.#dns = new DnsServer({ ...this.#deps, view: this.#zoneView(), version: this.#zoneVersion() }, { address: this.#options.dnsAddress, port: 53, upstreams: upstreamResolvers(this.#options.dnsAddress) })
    await this.#dns.start()
    this.#holder = new AddressHolder(this.#deps, { self: this.#options.nodeName, outside })
    await this.#holder.start()
    this.#ingress = new Ingress(this.#deps, this.#options.nodeName)
    await this.#ingress.start()
  }

  #zoneView(): () => ZoneView {
    const { informers, membership } = this.#deps
    const [serviceInformer, sliceInformer, namespaceInformer] = [informers.of(services), informers.of(endpointSlices), informers.of(namespaces)]
    serviceInformer.addIndex(byClusterIp, (service) => [service.spec?.clusterIP ?? ''])
    sliceInformer.addIndex(byEndpointAddress, (slice) => endpointsIn(slice).flatMap((endpoint) => (endpoint.hostname === undefined ? [] : endpoint.addresses)))
    const rest = {
      domain: this.#options.domain,
      service: (namespace: string, name: string) => serviceInformer.cache.get(`${namespace}/${name}`),
      slices: (namespace: string, name: string) => sliceInformer.cache.byIndex(bySliceService, `${namespace}/${name}`),
      hasNamespace: (namespace: string) => namespaceInformer.cache.get(namespace) !== undefined,
      serviceByAddress: (address: string) => serviceInformer.cache.byIndex(byClusterIp, address)[0],
      namedEndpoint: (address: string) => {
        for (const slice of sliceInformer.cache.byIndex(byEndpointAddress, address)) {
          const hostname = endpointsIn(slice).find((endpoint) => endpoint.addresses.includes(address))?.hostname
          const service = slice.metadata.labels?.['kubernetes.io/service-name']
          if (hostname !== undefined && service !== undefined) return { hostname, service, namespace: slice.metadata.namespace ?? '' }
        }
        return undefined
      },
    }
    const self = this.#options.nodeName
    return () => {
      const now = suspension(membership.members(), self)
      return { ...rest, trusted: (endpoints) => trusted(endpoints, now, self) }
    }
  }

  /** Counts the changes of whatever the zone is answered from. */
  #zoneVersion(): () => number {
    const { informers, membership } = this.#deps
    let version = 0
    const changed = (): void => void version++
    this.#endings.push(informers.of(services).onChange(changed), informers.of(endpointSlices).onChange(changed), informers.of(namespaces).onChange(changed), membership.onChange(changed))
    return () => version
  }

  /** Makes the address plugin give this address to the next Pod, if it is free and one of this machine's. */
  preferAddress(address: string): void {
    this.#overlay.preferAddress(address)
  }

  /** Resolves once the rules are those of this life of the daemon, not of its last one; or after `timeoutMs`. */
  async whenInForce(timeoutMs: number): Promise<void> {
    const limit = Promise.withResolvers<void>()
    const timer = this.#deps.clock.after(timeoutMs, limit.resolve)
    await Promise.race([this.#inForce.promise, limit.promise])
    timer.cancel()
  }

  /** Resolves true once no rule in force leads to a Pod's address, false after `timeoutMs`. */
  async waitEndpointOut(address: string, timeoutMs: number): Promise<boolean> {
    const { clock } = this.#deps
    const untilMs = clock.bootMs() + timeoutMs
    if (this.#proxy === undefined) {
      const begun = Promise.withResolvers<void>()
      this.#proxyWaiters.push(begun.resolve)
      const timer = clock.after(timeoutMs, begun.resolve)
      await begun.promise
      timer.cancel()
    }
    return this.#proxy?.waitEndpointOut(address, Math.max(0, untilMs - clock.bootMs())) ?? false
  }

  /** Stops following changes and gives up load balancer addresses. Rules stay in force: Pods outlive the daemon. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.cancel()
    await this.#overlay.stop()
    await this.#stopServices()
  }

  async #stopServices(): Promise<void> {
    for (const end of this.#endings.splice(0)) end()
    await this.#ingress?.stop()
    await this.#holder?.stop()
    await this.#dns?.stop()
    await this.#proxy?.stop()
    this.#ingress = undefined
    this.#holder = undefined
    this.#dns = undefined
    this.#proxy = undefined
  }
}
