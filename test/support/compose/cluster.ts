// A compose cluster for tests, handled as its user handles it: docker-compose, docker, the command inside the containers, and
// kubectl through the published port of any peer. A peer is called by the number in its name: peer-3 is 3, in whichever
// container it lives.
import { get } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterStatus, PeerStatus } from '../../../node/base/control.ts'
import type { Node, Pod, Service } from '../../../node/objects/generated/core-v1.ts'
import { isPodReady } from '../../../node/objects/pods/lifecycle.ts'
import { buildImage as buildPodImage, nginxRecipe } from '../../../node/cli/machines/images.ts'
import { report, run, type CommandResult } from '../cluster.ts'
import { eventually } from '../eventually.ts'
import { Kubectl } from '../kubectl.ts'
import { docker, must, tryDocker } from './docker.ts'
import { imageName } from './image.ts'

const root = join(import.meta.dirname, '../../..')
/** Where podImage keeps what it made, beside the images of the other clusters. */
const podImages = join(root, '.cache/compose-pods')

export class ComposeCluster {
  readonly project: string
  readonly #folder = mkdtempSync('/tmp/shoal-compose-')
  /** Container by peer, where it is not the one with the peer's number. */
  readonly #containers = new Map<string, string>()

  constructor(project: string) {
    this.project = project
  }

  /** docker-compose on the project's own file. */
  compose(...args: readonly string[]): Promise<CommandResult> {
    return run('docker-compose', ['-p', this.project, '-f', join(root, 'docker-compose.yml'), ...args], { ...process.env, SHOAL_IMAGE: imageName })
  }

  /** Runs `up --scale peer=N` and waits until so many are Ready. */
  async up(peers: number, ...args: readonly string[]): Promise<void> {
    const { status, stderr } = await this.compose('up', '-d', '--no-build', '--scale', `peer=${peers}`, ...args)
    if (status !== 0) throw new Error(`docker-compose up ended with ${status}: ${stderr}`)
  }

  container(number: number): string {
    return this.#containers.get(this.node(number)) ?? `${this.project}_peer_${number}`
  }

  /** Finds the containers again after some were replaced: waits until as many peers are in containers. */
  async find(peers: number): Promise<void> {
    await eventually(`${peers} peers in containers`, async () => {
      const names = (await docker('ps', '--filter', `label=com.docker.compose.project=${this.project}`, '--format', '{{.Names}}')).trim().split('\n')
      this.#containers.clear()
      for (const name of names) {
        const { status, stdout } = await tryDocker('exec', name, 'cat', '/opt/shoal/peer')
        if (status === 0) this.#containers.set(stdout.trim(), name)
      }
      return this.#containers.size === peers
    }, 20_000)
  }

  /** The folder of a peer, and its Node's name when it did not have to change it. */
  node(number: number): string {
    return `peer-${number}`
  }

  get network(): string {
    return `${this.project}_default`
  }

  /** A program in a peer's container; never throws. */
  inside(number: number, ...command: readonly string[]): Promise<CommandResult> {
    return tryDocker('exec', this.container(number), ...command)
  }

  /** The command in a peer's container that must succeed. */
  shoal(number: number, ...args: readonly string[]): Promise<string> {
    return docker('exec', this.container(number), 'shoal', ...args)
  }

  /** How a peer sees the cluster; undefined when it does not answer. */
  async status(number: number): Promise<ClusterStatus | undefined> {
    const { status, stdout } = await this.inside(number, 'shoal', 'status', '--json')
    return status === 0 ? (JSON.parse(stdout) as ClusterStatus) : undefined
  }

  /** A peer as another sees it. */
  async seen(by: number, name: string): Promise<PeerStatus | undefined> {
    return (await this.status(by))?.peers.find((peer) => peer.name === name)
  }

  /** The container's address in the project's network; empty when it has none. */
  async address(number: number): Promise<string> {
    return (await docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', this.container(number))).trim()
  }

  /** kubectl through the published port of a peer, with the configuration that the command prints. */
  async kubectl(number: number): Promise<Kubectl> {
    const published = (await docker('port', this.container(number), '6443')).trim().split('\n')[0] ?? ''
    const file = join(this.#folder, `kubeconfig-${number}`)
    writeFileSync(file, await this.shoal(number, 'kubeconfig', '--server', `https://${published}`))
    return new Kubectl(file, this.#folder)
  }

  /** Connects peers to the network again, and waits until each runs the daemon that its container then starts. */
  async reconnect(...peers: readonly number[]): Promise<void> {
    const daemon = async (number: number): Promise<number | undefined> => (await this.seen(number, this.node(number)))?.pid
    const before = await Promise.all(peers.map((number) => eventually(`the daemon of peer ${number}`, () => daemon(number))))
    for (const number of peers) await docker('network', 'connect', this.network, this.container(number))
    await Promise.all(peers.map((number, at) => eventually(`a new daemon of peer ${number}`, async () => {
      const pid = await daemon(number)
      return pid !== undefined && pid !== before[at]
    }, 60_000)))
  }

  async nodes(by: number): Promise<readonly Node[]> {
    return (JSON.parse(await (await this.kubectl(by)).ok(['get', 'nodes', '-o', 'json'])) as { readonly items: readonly Node[] }).items
  }

  /** Waits until exactly these Nodes are Ready, as a peer's API says. */
  async ready(by: number, names: readonly string[], withinMs = 120_000): Promise<void> {
    const wanted = [...names].sort().join()
    const startMs = performance.now()
    let kubectl: Kubectl | undefined
    await eventually(`${wanted} Ready by ${this.container(by)}`, async () => {
      if (kubectl === undefined && (await this.status(by)) === undefined) return false
      kubectl ??= await this.kubectl(by)
      const { status, stdout } = await kubectl.run(['get', 'nodes', '-o', 'json'])
      if (status !== 0) return false
      const items = (JSON.parse(stdout) as { readonly items: readonly Node[] }).items
      return items.filter(isReady).map((node) => node.metadata.name).sort().join() === wanted
    }, withinMs)
    report(`${names.length} Ready by peer ${by}`, startMs)
  }

  async pods(by: number, selector: string): Promise<readonly Pod[]> {
    const text = await (await this.kubectl(by)).ok(['get', 'pods', '-l', selector, '-o', 'json'])
    return (JSON.parse(text) as { readonly items: readonly Pod[] }).items
  }

  /** Gives the web server's image to all peers, by the command and through one of them. */
  async loadWebImage(through: number): Promise<void> {
    const archive = join(podImages, 'nginx.tar')
    await buildPodImage(nginxRecipe, archive, join(podImages, 'packages'))
    await must('sh', ['-c', 'exec docker exec -i "$1" shoal image load /dev/stdin < "$2"', 'sh', this.container(through), archive])
  }

  /** Waits until the web example has its Pods Ready, on other Nodes than those. */
  async webReady(by: number, without: readonly string[] = [], withinMs = 120_000): Promise<void> {
    await eventually('three Pods Ready', async () => {
      const { status, stdout } = await (await this.kubectl(by)).run(['get', 'pods', '-l', 'app=web-svr', '-o', 'json'])
      if (status !== 0) return false
      const pods = (JSON.parse(stdout) as { readonly items: readonly Pod[] }).items
      return pods.filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined && !without.includes(pod.spec?.nodeName ?? '')).length === 3
    }, withinMs)
  }

  /** The port under which every peer serves the web example. */
  async webPort(by: number): Promise<number> {
    const service = JSON.parse(await (await this.kubectl(by)).ok(['get', 'service', 'web-svr-lb', '-o', 'json'])) as Service
    return service.spec?.ports?.[0]?.nodePort ?? 0
  }

  /** Waits until 10 requests in a row, each on a connection of its own, get the page through each of these peers. */
  async serves(numbers: readonly number[], port: number, withinMs = 20_000): Promise<void> {
    for (const number of numbers) {
      const address = await this.address(number)
      await eventually(`the page through ${this.container(number)}`, async () => {
        for (let i = 0; i < 10; i++) if (!(await page(address, port))) return false
        return true
      }, withinMs)
    }
  }

  /** Removes containers, network and volumes. */
  async purge(): Promise<void> {
    const { status, stderr } = await this.compose('down', '--volumes', '--timeout', '1')
    rmSync(this.#folder, { recursive: true, force: true })
    if (status !== 0) throw new Error(`docker-compose down ended with ${status}: ${stderr}`)
  }

  /** What the containers logged, for a test that failed. */
  async logs(lines = 40): Promise<string> {
    return (await this.compose('logs', '--no-color', '--tail', String(lines))).stdout
  }

  /** A program in a new container with this project's volumes, which ends with it. */
  withVolumes(...command: readonly string[]): Promise<string> {
    return docker('run', '--rm', '--volume', `${this.project}_data:/data`, '--volume', `${this.project}_meeting:/meeting`, '--entrypoint', command[0] ?? '', imageName, ...command.slice(1))
  }
}

export const isReady = (node: Node): boolean => node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true

/** Whether one request gets the web server's page. */
function page(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/', agent: false, timeout: 1_000 }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text.includes('Welcome to nginx')))
      response.on('error', () => resolve(false))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

