// The Ingress of one peer: follows Ingresses, Services, endpoints, Secrets and members in the peer's own copy, and hands each
// new table to the proxy's thread. It starts the thread with the first Ingress of its class, so that a cluster without one pays
// nothing. It decides nothing itself: model.ts makes the table.
import { Worker } from 'node:worker_threads'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { MembershipView } from '../../base/views.ts'
import type { Informers } from '../../client/informers.ts'
import { endpointSlices, ingressClasses, ingresses, nodes, secrets, services } from '../../client/resource-types.ts'
import { nodesByAddress } from '../../objects/node-address.ts'
import { ingressRetryMs } from '../limits.ts'
import { routeTable } from './model.ts'
import type { RouteTable } from './routing.ts'
import type { IngressPorts } from './doors.ts'
import type { IngressReport } from './worker.ts'

export interface IngressDeps {
  readonly informers: Informers
  readonly membership: MembershipView
  readonly clock: Clock
  readonly logger: Logger
}

const byService = 'service'
const ports: IngressPorts = { http: 80, https: 443 }

export class Ingress {
  readonly #deps: IngressDeps
  readonly #self: string
  readonly #endings: (() => void)[] = []
  #worker: Worker | undefined
  #retry: Timer | undefined
  #sent = ''
  #dirty = false
  #stopped = false

  constructor(deps: IngressDeps, self: string) {
    this.#deps = deps
    this.#self = self
  }

  /** Starts to follow changes; the proxy has its index of slices by Service before. */
  async start(): Promise<void> {
    const { informers, membership } = this.#deps
    const dirty = (): void => this.#changed()
    this.#endings.push(
      membership.onChange(dirty),
      informers.of(ingresses).onChange(dirty),
      informers.of(ingressClasses).onChange(dirty),
      informers.of(services).onChange(dirty),
      informers.of(endpointSlices).onChange(dirty),
      informers.of(secrets).onChange(({ object }) => {
        if (object.type === 'kubernetes.io/tls') dirty()
      }),
    )
    await informers.whenSynced()
    this.#changed()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.cancel()
    for (const end of this.#endings.splice(0)) end()
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  /** A whole burst of events belongs to one turn of the loop: one table for all of it. */
  #changed(): void {
    if (this.#dirty || this.#stopped) return
    this.#dirty = true
    queueMicrotask(() => {
      this.#dirty = false
      if (!this.#stopped) this.#send(this.#table())
    })
  }

  #send(table: RouteTable): void {
    if (table.routes.length === 0 && this.#worker === undefined) return
    if (this.#worker === undefined) {
      if (this.#retry === undefined) this.#begin(table)
      return
    }
    const text = JSON.stringify(table)
    if (text === this.#sent) return
    this.#sent = text
    this.#worker.postMessage(table)
  }

  #begin(table: RouteTable): void {
    const { logger, clock } = this.#deps
    const worker = new Worker(new URL('worker.ts', import.meta.url), { name: 'ingress', workerData: ports })
    this.#worker = worker
    this.#sent = JSON.stringify(table)
    worker.postMessage(table)
    worker.on('message', (report: IngressReport) => {
      if (report.kind === 'listening') logger.info('the Ingress proxy listens', { ...ports })
      else if (report.kind === 'failed') logger.error('the Ingress proxy cannot listen', { reason: report.reason })
      else logger.warn('a certificate of an Ingress cannot be used', { hosts: report.hosts, reason: report.reason })
    })
    worker.on('error', (error) => logger.error('the Ingress proxy failed', { error }))
    worker.on('exit', () => {
      this.#worker = undefined
      if (this.#stopped) return
      this.#retry = clock.after(ingressRetryMs, () => {
        this.#retry = undefined
        this.#changed()
      })
    })
  }

  #table(): RouteTable {
    const { informers, membership } = this.#deps
    const slices = informers.of(endpointSlices).cache
    return routeTable({
      ingresses: informers.of(ingresses).cache.list(),
      classes: informers.of(ingressClasses).cache.list(),
      service: (key) => informers.of(services).cache.get(key),
      secret: (key) => informers.of(secrets).cache.get(key),
      slicesOf: (key) => slices.byIndex(byService, key),
      members: membership.members(),
      self: this.#self,
      nodeByAddress: nodesByAddress(informers.of(nodes).cache.list()),
    })
  }
}
