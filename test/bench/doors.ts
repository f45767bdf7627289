// Requests to the web example through every door that clients have, at an even pace and a new connection each: the node port
// of each peer, Ingress by host name, the load balancer address. It tells when the last request was sent that failed: failing
// is allowed until the dead are suspected, and no longer. It does nothing to the cluster.
import { ingresses, services } from '../../node/client/resource-types.ts'
import type { Client } from '../../node/client/client.ts'
import type { BenchCluster } from './cluster.ts'

const answerTimeoutMs = 4_000

/** A place to ask, and the name to ask for. */
export interface Door {
  /** Doors of one kind are counted together. */
  readonly kind: string
  readonly address: string
  readonly port: number
  readonly host: string
}

/** What came of the requests through the doors of one kind. */
export interface Knocks {
  readonly count: number
  readonly failures: number
  /** When the last one was sent that failed, in seconds after the given start; 0 when none did. */
  readonly lastFailureSeconds: number
  readonly lastReason: string
}

/** The doors of the web example: node port and Ingress at each of these peers, and the address that all of them share. */
export async function webDoors(cluster: BenchCluster, client: Client, names: readonly string[]): Promise<readonly Door[]> {
  const service = await client.resource(services).get('web-svr-lb', 'default')
  const ingress = await client.resource(ingresses).get('web-svr-ingress', 'default')
  const nodePort = service.spec?.ports?.[0]?.nodePort ?? 0
  const shared = service.status?.loadBalancer?.ingress?.[0]?.ip ?? ''
  const host = ingress.spec?.rules?.[0]?.host ?? ''
  if (nodePort === 0 || shared === '' || host === '') throw new Error('the web example has no node port, no address or no host yet')
  return [
    ...names.map((name): Door => ({ kind: 'node ports', address: cluster.local.machine(name).address, port: nodePort, host: 'web' })),
    ...names.map((name): Door => ({ kind: 'Ingress', address: cluster.local.machine(name).address, port: 80, host })),
    { kind: 'the shared address', address: shared, port: 80, host: 'web' },
  ]
}

/** Asks at `perSecond` through the doors in turn until it is stopped; `startMs` is when the fault happens, on the clock of `performance`. */
export class Knocking {
  readonly #cluster: BenchCluster
  readonly #under = new Set<Promise<void>>()
  readonly #results = new Map<string, Knocks>()
  #isStopped = false
  readonly #loop: Promise<void>

  constructor(cluster: BenchCluster, doors: readonly Door[], perSecond: number, startMs: number) {
    this.#cluster = cluster
    for (const { kind } of doors) this.#results.set(kind, { count: 0, failures: 0, lastFailureSeconds: 0, lastReason: '' })
    this.#loop = this.#run(doors, 1000 / perSecond, startMs)
  }

  /** Sends no more, waits for what is under way, and tells by kind. */
  async stop(): Promise<ReadonlyMap<string, Knocks>> {
    this.#isStopped = true
    await this.#loop
    await Promise.all(this.#under)
    return this.#results
  }

  async #run(doors: readonly Door[], everyMs: number, startMs: number): Promise<void> {
    const beganMs = performance.now()
    for (let sent = 0; !this.#isStopped; sent++) {
      const dueMs = beganMs + sent * everyMs
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      const door = doors[sent % doors.length]
      if (door === undefined) return
      const asking = this.#ask(door, startMs)
      this.#under.add(asking)
      void asking.finally(() => this.#under.delete(asking))
    }
  }

  async #ask({ kind, address, port, host }: Door, startMs: number): Promise<void> {
    const sentSeconds = (performance.now() - startMs) / 1000
    const { ok, status, body } = await this.#cluster.local.fetch(address, port, '/', answerTimeoutMs, host)
    const before = this.#results.get(kind)
    if (before === undefined) return
    const reason = status === 0 ? body : `${status} ${body.trim()}`
    this.#results.set(kind, {
      count: before.count + 1, failures: before.failures + (ok ? 0 : 1),
      lastFailureSeconds: ok ? before.lastFailureSeconds : Math.max(before.lastFailureSeconds, sentSeconds),
      lastReason: ok || sentSeconds < before.lastFailureSeconds ? before.lastReason : `${reason} from ${address}:${port}`,
    })
  }
}

/** For people: how many failed through which door, and until when. */
export const describeKnocks = (results: ReadonlyMap<string, Knocks>): string =>
  [...results].map(([kind, one]) => `${kind} ${one.failures}/${one.count}${one.failures === 0 ? '' : ` until ${one.lastFailureSeconds.toFixed(2)} s (${one.lastReason})`}`).join(', ')
