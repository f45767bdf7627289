// What the benchmarks measure on: a cluster of `shoal up`, a fresh one or one that runs already, with a client for each peer
// and programs run inside machines. It acts and looks; what is measured with it is each benchmark's own business.
import { existsSync, mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '../../node/client/client.ts'
import { httpTransport, type HttpTransport } from '../../node/client/http-transport.ts'
import { nodes, pods } from '../../node/client/resource-types.ts'
import { LocalCluster } from '../../node/cli/local-cluster.ts'
import { buildImage, busyboxRecipe, nginxRecipe, pauseRecipe } from '../../node/cli/machines/images.ts'
import { yardLayout } from '../../node/cli/machines/layout.ts'
import { openTunnel } from '../../node/cli/machines/tunnel.ts'
import type { Pod } from '../../node/objects/generated/core-v1.ts'
import { isPodReady } from '../../node/objects/pods/lifecycle.ts'
import { freshHome, rootless, run, shoal } from '../support/cluster.ts'
import { kubeconfigAccess } from './kubeconfig-access.ts'

const apiPort = 6443
const pollMs = 25

/** A folder for a cluster, with the images made: what `shoal up` finds when packages are there. */
export async function preparedHome(): Promise<string> {
  const home = freshHome()
  const images = yardLayout(home).images
  mkdirSync(images, { recursive: true })
  const recipes = [['00-pause', pauseRecipe], ['busybox', busyboxRecipe], ['nginx', nginxRecipe]] as const
  for (const [name, recipe] of recipes) await buildImage(recipe, join(images, `${name}.tar`), join(images, 'debian'))
  return home
}

/** Polls until `probe` is true. Answers the seconds since `startMs`, or NaN when they ran out. */
export async function secondsUntil(startMs: number, timeoutSeconds: number, probe: () => Promise<boolean>): Promise<number> {
  for (;;) {
    // A peer that does not answer yet is what is being measured.
    const isTrue = await probe().catch(() => false)
    const seconds = (performance.now() - startMs) / 1000
    if (isTrue) return seconds
    if (seconds > timeoutSeconds) return Number.NaN
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

export class BenchCluster {
  readonly home: string
  readonly local: LocalCluster
  readonly #own: boolean
  readonly #doors: Server[] = []
  readonly #transports: HttpTransport[] = []

  private constructor(home: string, own: boolean) {
    this.home = home
    this.local = new LocalCluster(home)
    this.#own = own
  }

  /** The cluster of `home`, or a fresh one of three peers. */
  static async open(home: string | undefined): Promise<BenchCluster> {
    if (home !== undefined) return new BenchCluster(home, false)
    return BenchCluster.up(await preparedHome())
  }

  /** Starts a cluster of three in a prepared folder; it is removed again at the end. */
  static async up(home: string): Promise<BenchCluster> {
    const { status, stdout, stderr } = await shoal(home, 'up')
    if (status === 0) return new BenchCluster(home, true)
    await shoal(home, 'down')
    throw new Error(`shoal up ended with ${status}; its folder ${home} is kept\n${stdout}${stderr}`)
  }

  get names(): readonly string[] {
    return this.local.machines.map((machine) => machine.name)
  }

  others(name: string): readonly string[] {
    return this.names.filter((other) => other !== name)
  }

  /** A client of one peer's own API, past the relay, the same for root and for an ordinary user. */
  async client(name: string): Promise<Client> {
    const { address } = this.local.machine(name)
    const door = createServer((near) => {
      const far = openTunnel(yardLayout(this.home).tunnel, address, apiPort)
      for (const [one, other] of [[near, far], [far, near]] as const) {
        one.on('error', () => other.destroy())
        one.on('close', () => other.destroy())
        one.pipe(other)
      }
    })
    this.#doors.push(door)
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    const at = door.address()
    if (at === null || typeof at === 'string') throw new Error('the door has no port')
    const transport = httpTransport({ ...kubeconfigAccess(this.local.kubeconfig), servers: [`https://127.0.0.1:${at.port}`] })
    this.#transports.push(transport)
    return createClient(transport)
  }

  /** Runs a program in the network of the machine with this first process; its standard output, or undefined when it failed. */
  async inNetworkAt(machinePid: number, ...command: readonly string[]): Promise<string | undefined> {
    const user = rootless ? ['-U', '--preserve-credentials'] : []
    const { status, stdout } = await run('nsenter', ['-t', String(machinePid), ...user, '-n', ...command])
    return status === 0 ? stdout : undefined
  }

  /** Resolves when every peer's Node is Ready, as `client` sees it. */
  async allReady(client: Client): Promise<boolean> {
    const { items } = await client.resource(nodes).list({ resourceVersion: '0' })
    const ready = items.filter((node) => node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true)
    return ready.length === this.names.length
  }

  async close(): Promise<void> {
    for (const transport of this.#transports.splice(0)) await transport.close()
    for (const door of this.#doors.splice(0)) door.close()
    await this.local.close()
    if (!this.#own || !existsSync(this.home)) return
    const { status, stderr } = await shoal(this.home, 'down', '--purge')
    if (status !== 0) throw new Error(`shoal down ended with ${status}: ${stderr}`)
  }
}

/** Pods of the web example in the local copy of the peer that is asked. */
export async function webPods(client: Client): Promise<readonly Pod[]> {
  return (await client.resource(pods).list({ namespace: 'default', labelSelector: 'app=web-svr', resourceVersion: '0' })).items
}

export const isServing = (pod: Pod): boolean => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined

/** How busy the machine is, for the reader of the numbers. */
export const describeLoad = (): string => `load average ${loadavg().map((load) => load.toFixed(1)).join(' ')}`
