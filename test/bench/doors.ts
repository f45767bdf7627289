// Requests to the web example through every door that clients have, at an even pace and a new connection each: the node port
// of each peer, Ingress by host name, the load balancer address. It tells when the last request was sent that failed: failing
// is allowed until the dead are suspected, and no longer. The asking is done by knock.ts in the network of the machines.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ingresses, services } from '../../node/client/resource-types.ts'
import type { Client } from '../../node/client/client.ts'
import { yardPid } from '../../node/cli/machines/yard-process.ts'
import { rootless } from '../support/cluster.ts'
import type { BenchCluster } from './cluster.ts'
import type { KnockOrder } from './knock.ts'

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
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #text: Promise<string>

  constructor(cluster: BenchCluster, doors: readonly Door[], perSecond: number, startMs: number) {
    const order: KnockOrder = { doors, perSecond, startEpochMs: Date.now() - (performance.now() - startMs) }
    const user = rootless ? ['-U', '--preserve-credentials'] : []
    this.#child = spawn('nsenter', ['-t', String(yardPid(cluster.home)), ...user, '-n', process.execPath, join(import.meta.dirname, 'knock.ts'), JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#text = text(this.#child.stdout)
  }

  /** Sends no more, waits for what is under way, and tells by kind. */
  async stop(): Promise<ReadonlyMap<string, Knocks>> {
    this.#child.stdin.end()
    // knock.ts wrote it.
    return new Map(JSON.parse(await this.#text) as [string, Knocks][])
  }
}

/** For people: how many failed through which door, and until when. */
export const describeKnocks = (results: ReadonlyMap<string, Knocks>): string =>
  [...results].map(([kind, one]) => `${kind} ${one.failures}/${one.count}${one.failures === 0 ? '' : ` until ${one.lastFailureSeconds.toFixed(2)} s (${one.lastReason})`}`).join(', ')
