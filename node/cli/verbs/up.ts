// shoal up: a cluster of equal peers on this machine, ready to use. As root and as an ordinary user by the same code.
// It walks the same way as real machines: start daemons, init on the first, an invitation, join on the others.
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { DaemonState } from '../../base/control.ts'
import { runCommand } from '../../platform/processes.ts'
import { addressPools } from '../../client/resource-types.ts'
import { controlRequest } from '../control-client.ts'
import { notReady, programMissing } from '../errors.ts'
import { LocalCluster } from '../local-cluster.ts'
import { buildImage, busyboxRecipe, nginxRecipe, pauseRecipe } from '../machines/images.ts'
import { type MachineLayout, machineLayout, type YardConfig, yardLayout } from '../machines/layout.ts'
import { askYard, readYardConfig, startYard, yardId, yardRuns } from '../machines/yard-process.ts'
import type { MachineStatus } from '../machines/yard.ts'
import { poll } from '../polling.ts'
import type { Progress } from '../progress.ts'

export interface UpOptions {
  readonly home: string
  readonly peers: number
  readonly voters: number
  readonly apiPort: number
  readonly node: string
  readonly main: string
  readonly path: string
  readonly logLevel: string
  /** Only machines with fresh daemons: the caller makes the cluster. */
  readonly apart: boolean
}

const daemonTimeoutMs = 30_000
const readyTimeoutMs = 90_000
const pollMs = 50
const poolName = 'default'

const neededPrograms: readonly (readonly [program: string, debianPackage: string])[] = [
  ['unshare', 'util-linux'], ['nsenter', 'util-linux'], ['ip', 'iproute2'], ['nft', 'nftables'], ['containerd', 'containerd'], ['ctr', 'containerd'], ['runc', 'runc'],
]

async function findPrograms(path: string, rootless: boolean): Promise<string> {
  const folders = path.split(':')
  const programs = rootless ? [...neededPrograms, ['newuidmap', 'uidmap'] as const] : neededPrograms
  for (const [program, debianPackage] of programs) {
    if (!folders.some((folder) => existsSync(join(folder, program)))) throw programMissing.make({ program, package: debianPackage })
  }
  const plugins = [...folders.map((folder) => join(folder, '../lib/cni')), '/usr/lib/cni', '/opt/cni/bin'].find((folder) => existsSync(join(folder, 'bridge')))
  if (plugins === undefined) throw programMissing.make({ program: 'the CNI plugin bridge', package: 'containernetworking-plugins' })
  return plugins
}

/** A third octet whose network no route of this machine uses. An ordinary user has a network of his own and takes the first. */
async function freeSubnet(rootless: boolean): Promise<number> {
  if (rootless) return 0
  const { stdout } = await runCommand('ip', ['-4', 'route', 'show', 'table', 'all'])
  let subnet = 0
  while (stdout.includes(`10.213.${subnet}.`)) subnet++
  return subnet
}

/** The wanted port, or with 0 one that is free now. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : wanted
      server.close(() => resolve(port))
    })
  })
}

async function decide(options: UpOptions): Promise<YardConfig> {
  const before = readYardConfig(options.home)
  const rootless = process.getuid?.() !== 0
  const cniPlugins = await findPrograms(options.path, rootless)
  const running = yardRuns(options.home)
  return {
    home: options.home,
    rootless,
    peers: Math.max(options.peers, before?.peers ?? 0),
    voters: options.voters,
    subnet: before?.subnet ?? (await freeSubnet(rootless)),
    apiPort: before !== undefined && (running || options.apiPort === 0) ? before.apiPort : await freePort(options.apiPort),
    id: yardId(options.home),
    node: options.node,
    main: options.main,
    path: options.path,
    cniPlugins,
    daemonArguments: ['--log-level', options.logLevel],
  }
}

function daemonArguments(config: YardConfig, machine: MachineLayout, number: number): string[] {
  return [
    '--name', machine.name,
    '--address', machine.address,
    '--voters', String(config.voters),
    '--cni-dir', '/var/lib/shoal/cni',
    '--cgroup-root', `/shoal-${config.id}/m${number}/kubepods`,
    ...(config.rootless ? ['--rootless', 'true'] : []),
    ...config.daemonArguments,
  ]
}

/** Images that need no registry, put where each machine imports them when it starts. */
async function provideImages(config: YardConfig): Promise<void> {
  const { images } = yardLayout(config.home)
  const cache = join(images, 'debian')
  const wanted = [['00-pause', pauseRecipe], ['busybox', busyboxRecipe], ['nginx', nginxRecipe]] as const
  for (const [name, recipe] of wanted) await buildImage(recipe, join(images, `${name}.tar`), cache)
  for (let number = 1; number <= config.peers; number++) {
    const folder = join(machineLayout(config.home, config.subnet, number).lib, 'images')
    mkdirSync(folder, { recursive: true })
    for (const [name] of wanted) {
      const target = join(folder, `${name}.tar`)
      if (existsSync(target)) continue
      linkSync(join(images, `${name}.tar`), target)
    }
  }
}

async function waitFor<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>, hint: () => string): Promise<T> {
  const value = await poll(probe, { everyMs: pollMs, timeoutMs })
  if (value === undefined) throw notReady.make({ what, seconds: timeoutMs / 1000, hint: hint() })
  return value
}

/** Last words of a machine's daemon, for an error. */
function lastWords(machine: MachineLayout): string {
  const file = join(machine.log, 'daemon.log')
  return existsSync(file) ? `its log ends: ${readFileSync(file, 'utf8').trim().split('\n').slice(-2).join(' / ').slice(-600)}` : 'it has no log yet'
}

const daemonState = async (machine: MachineLayout): Promise<DaemonState | undefined> => {
  if (!existsSync(machine.socket)) return undefined
  try {
    const answer = (await controlRequest(machine.socket, { path: '/state', timeoutMs: 2_000 })) as DaemonState
    // On its way to being a member again: the caller waits for one or the other.
    return answer.state === 'joining' ? undefined : answer
  } catch {
    // The socket of the last life, or a daemon that still starts: the caller asks again until its deadline.
    return undefined
  }
}

async function startRelay(config: YardConfig): Promise<void> {
  const layout = yardLayout(config.home)
  const log = openSync(join(config.home, 'relay.log'), 'a')
  const child = spawn(config.node, [config.main, 'relay', config.home, String(config.apiPort)], { stdio: ['ignore', log, log], detached: true })
  child.unref()
  writeFileSync(layout.relayPidFile, String(child.pid))
}

/** How each machine's daemon stands, once it answers. */
const answering = (machines: readonly MachineLayout[]): Promise<readonly DaemonState[]> =>
  Promise.all(machines.map((machine) => waitFor(`the daemon of ${machine.name} does not answer`, daemonTimeoutMs, () => daemonState(machine), () => lastWords(machine))))

async function formCluster(machines: readonly MachineLayout[], progress: Progress): Promise<void> {
  const states = await answering(machines)
  const fresh = machines.filter((_, i) => states[i]?.state === 'fresh')
  let founder = machines.find((_, i) => states[i]?.state === 'member')
  if (founder === undefined) {
    founder = machines[0]
    if (founder === undefined) return
    await controlRequest(founder.socket, { method: 'POST', path: '/init', body: {}, timeoutMs: daemonTimeoutMs })
    progress.step(`${founder.name} made the cluster`)
  }
  const asked = founder
  const joiners = fresh.filter((machine) => machine !== asked)
  if (joiners.length === 0) return
  const { invitation } = (await controlRequest(asked.socket, { method: 'POST', path: '/tokens', body: { uses: joiners.length, ttlSeconds: 600 }, timeoutMs: daemonTimeoutMs })) as { invitation: string }
  await Promise.all(
    joiners.map(async (machine) => {
      await controlRequest(machine.socket, { method: 'POST', path: '/join', body: { invitation }, timeoutMs: daemonTimeoutMs })
      progress.step(`${machine.name} joined`)
    }),
  )
}

/** The peers that the cluster knows and whose Node is Ready, asked from any daemon that answers. */
async function readyNodes(machines: readonly MachineLayout[]): Promise<readonly string[] | undefined> {
  for (const machine of machines) {
    try {
      return ((await controlRequest(machine.socket, { path: '/ready-nodes', timeoutMs: 2_000 })) as { ready: readonly string[] }).ready
    } catch {
      // This one does not answer yet; the next may.
    }
  }
  return undefined
}

/** Starts (or completes) the cluster of this home; resolves when every machine's Node is Ready, or apart, when every daemon answers. */
export async function up(options: UpOptions, progress: Progress): Promise<YardConfig> {
  mkdirSync(options.home, { recursive: true })
  const config = await decide(options)
  const layout = yardLayout(config.home)
  const numbers = Array.from({ length: config.peers }, (_, i) => i + 1)
  const machines = numbers.map((number) => machineLayout(config.home, config.subnet, number))
  await provideImages(config)
  progress.step(`images are at ${layout.images}`)
  if (yardRuns(config.home)) {
    const running = (await askYard(config.home, '/status')) as readonly MachineStatus[]
    if (running.length < config.peers) throw notReady.make({ what: 'more machines cannot be added to running ones', seconds: 0, hint: 'run `shoal down` first; data is kept' })
  } else await startYard(config)
  await Promise.all(
    numbers.map((number, i) => {
      const machine = machines[i]
      if (machine === undefined) return undefined
      const encoded = Buffer.from(JSON.stringify(daemonArguments(config, machine, number))).toString('base64url')
      return askYard(config.home, `/start/${number}/${encoded}`)
    }),
  )
  progress.step(`${config.peers} machines run`)
  if (options.apart) {
    await answering(machines)
    return config
  }
  await startRelay(config)
  await formCluster(machines, progress)
  const first = machines[0]
  if (first === undefined) return config
  const kubeconfig = (await controlRequest(first.socket, { path: `/kubeconfig?server=${encodeURIComponent(`https://127.0.0.1:${config.apiPort}`)}`, timeoutMs: daemonTimeoutMs })) as string
  rmSync(layout.kubeconfig, { force: true })
  writeFileSync(layout.kubeconfig, kubeconfig, { mode: 0o600 })
  chmodSync(layout.kubeconfig, 0o600)
  await waitFor(
    'not every peer was Ready',
    readyTimeoutMs,
    async () => {
      const ready = await readyNodes(machines)
      return ready !== undefined && machines.every((machine) => ready.includes(machine.name)) ? true : undefined
    },
    () => machines.map((machine) => `${machine.name}: ${lastWords(machine)}`).join('\n'),
  )
  progress.step(`${config.peers} peers are Ready`)
  await keepPool(config)
  return config
}

/** Addresses of the yard's network that no machine has, for Services of type LoadBalancer; a pool of that name that is there stays. */
async function keepPool(config: YardConfig): Promise<void> {
  const cluster = new LocalCluster(config.home)
  try {
    const pools = cluster.client().resource(addressPools)
    if ((await pools.list()).items.some((pool) => pool.metadata.name === poolName)) return
    await pools.create({ metadata: { name: poolName }, spec: { addresses: [`10.213.${config.subnet}.200-10.213.${config.subnet}.249`] } })
  } finally {
    await cluster.close()
  }
}

/** Copies an archive where each machine imports it at its next start. */
export function keepImage(config: YardConfig, archive: string, name: string): void {
  for (let number = 1; number <= config.peers; number++) {
    copyFileSync(archive, join(machineLayout(config.home, config.subnet, number).lib, 'images', name))
  }
}

