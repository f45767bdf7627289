// A cluster of real peers for tests, made by the command that people use: `shoal up` in a fresh folder, kubectl against it,
// requests into its network, faults, and a clean-up that leaves nothing. As root and as an ordinary user alike.
// Images are made once a checkout and given to every cluster, since making them is no part of what is tested.
import { execFile, type ExecFileException, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pod } from '../../node/objects/generated/core-v1.ts'
import { LocalCluster } from '../../node/cli/local-cluster.ts'
import { yardPid } from '../../node/cli/machines/yard-process.ts'
import { isPodReady } from '../../node/objects/pods/lifecycle.ts'
import { eventually } from './eventually.ts'
import { Kubectl, kubectlPath } from './kubectl.ts'

const root = join(import.meta.dirname, '../..')

/** Made images, by what makes them. */
const imageCache = join(root, '.cache/e2e-images', createHash('sha256').update(readFileSync(join(root, 'node/cli/machines/images.ts'))).digest('hex').slice(0, 12))

export interface CommandResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Whether these tests run as an ordinary user, where no cgroups are. */
export const rootless = process.getuid?.() !== 0

const commandTimeoutMs = 150_000

/** Runs the launcher to its end; never throws for a failing command. */
export function shoal(home: string, ...args: readonly string[]): Promise<CommandResult> {
  return run(join(root, 'shoal'), [...args], { ...process.env, SHOAL_HOME: home })
}

export function run(file: string, args: readonly string[], environment = process.env, input?: string, timeoutMs = commandTimeoutMs): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(file, [...args], { env: environment, timeout: timeoutMs, maxBuffer: 1 << 26 }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

/** A fresh folder with a short path, with the made images in it when there are any. */
export function freshHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'shoal-e2e-'))
  if (!existsSync(imageCache)) return home
  mkdirSync(join(home, 'images'))
  for (const name of readdirSync(imageCache)) copyFileSync(join(imageCache, name), join(home, 'images', name))
  return home
}

function keepImages(home: string): void {
  if (existsSync(imageCache)) return
  const partial = `${imageCache}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  for (const name of readdirSync(join(home, 'images'))) if (name.endsWith('.tar')) copyFileSync(join(home, 'images', name), join(partial, name))
  if (!existsSync(imageCache)) renameSync(partial, imageCache)
}

/** Prints a measured time under the test that measured it. */
export function report(what: string, sinceMs: number): void {
  process.stdout.write(`        ${what}: ${((performance.now() - sinceMs) / 1000).toFixed(2)} s\n`)
}

export class TestCluster {
  readonly home: string
  readonly local: LocalCluster
  readonly kubectl: Kubectl
  readonly kubeconfig: string
  #closed = false

  private constructor(home: string) {
    this.home = home
    this.local = new LocalCluster(home)
    this.kubeconfig = this.local.kubeconfig
    this.kubectl = new Kubectl(this.kubeconfig, home)
  }

  /** Makes a cluster and waits until it is ready, as `shoal up` does. */
  static async up(...args: readonly string[]): Promise<TestCluster> {
    return TestCluster.upIn(freshHome(), ...args)
  }

  static async upIn(home: string, ...args: readonly string[]): Promise<TestCluster> {
    const startMs = performance.now()
    const { status, stdout, stderr } = await shoal(home, 'up', ...args)
    if (status !== 0) {
      await shoal(home, 'down')
      throw new Error(`shoal up ended with ${status}; its folder ${home} is kept\n${stdout}${stderr}`)
    }
    keepImages(home)
    report('shoal up', startMs)
    return new TestCluster(home)
  }

  get names(): readonly string[] {
    return this.local.machines.map((machine) => machine.name)
  }

  others(name: string): readonly string[] {
    return this.names.filter((other) => other !== name)
  }

  shoal(...args: readonly string[]): Promise<CommandResult> {
    return shoal(this.home, ...args)
  }

  /** Objects from kubectl, as JSON. */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl.ok(['get', ...args, '-o', 'json']))
  }

  async pods(selector: string): Promise<readonly Pod[]> {
    return (await this.get<{ readonly items: readonly Pod[] }>('pods', '-l', selector)).items
  }

  async readyPods(selector: string): Promise<readonly Pod[]> {
    return (await this.pods(selector)).filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined)
  }

  apply(text: string): Promise<string> {
    return this.kubectl.ok(['apply', '-f', '-'], text)
  }

  /** A file for kubectl to read, in the cluster's folder. */
  file(name: string, text: string, mode = 0o644): string {
    const path = join(this.home, name)
    writeFileSync(path, text, { mode })
    return path
  }

  /** Resolves when `count` requests in a row succeed through each of the peers; a failure tells the last one and what everybody believes. */
  async serves(names: readonly string[], port: number, withinMs: number, count = 20): Promise<void> {
    const untilMs = performance.now() + withinMs
    for (;;) {
      const failure = await this.#firstFailure(names, port, count)
      if (failure === undefined) return
      if (performance.now() > untilMs) throw new Error(`no ${count} requests in a row through ${names.join(', ')} within ${withinMs} ms: ${failure}\n${await this.picture()}`)
    }
  }

  async #firstFailure(names: readonly string[], port: number, count: number): Promise<string | undefined> {
    for (const name of names) {
      for (let i = 0; i < count; i++) {
        const answer = await this.local.fetch(this.address(name), port, '/', 1_000)
        if (!answer.ok) return `request ${i + 1} through ${name}: ${answer.body}`
      }
    }
    return undefined
  }

  /** What the API says of Pods, Nodes and endpoints, and each machine's rules, routes and neighbours. */
  async picture(): Promise<string> {
    const parts: string[] = []
    for (const kind of ['pods', 'nodes', 'endpointslices']) parts.push((await this.kubectl.run(['get', kind, '-o', 'wide', '--request-timeout=5s'])).stdout)
    for (const name of this.names) {
      for (const command of ['nft list table ip shoal', 'ip route', 'ip neigh', 'ip -brief addr', 'bridge fdb show dev shoal.vx']) {
        const { stdout, stderr } = await this.#enter(name, command.split(' '))
        parts.push(`${name}: ${command}\n${stdout}${stderr}`)
      }
      parts.push(`${name}: the end of its log\n${this.log(name).slice(-8_000)}`)
    }
    return parts.join('\n')
  }

  readonly kubectlPath = kubectlPath()

  /** Standard output of a program on this host that must succeed. */
  async must(file: string, ...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await run(file, args)
    if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`)
    return stdout
  }

  /** kubectl on a terminal of its own, with what is typed; answers what the terminal shows. */
  async terminal(args: readonly string[], typed: string): Promise<string> {
    const command = [this.kubectlPath, '--kubeconfig', this.kubeconfig, ...args].join(' ')
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], process.env, typed)
    return stdout
  }

  /** Sends requests one after another, each on a connection of its own, until it is stopped. */
  requests(name: string, port: number): { readonly stop: () => Promise<{ readonly good: number; readonly failures: readonly string[] }> } {
    const failures: string[] = []
    let good = 0
    let on = true
    const startMs = performance.now()
    const work = (async () => {
      while (on && !this.#closed) {
        const atMs = performance.now()
        const answer = await this.local.fetch(this.address(name), port, '/', 2_000)
        if (answer.ok) good++
        else failures.push(`through ${name} after ${Math.round(atMs - startMs)} ms: ${answer.body}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })()
    return {
      stop: async () => {
        on = false
        await work
        return { good, failures }
      },
    }
  }

  address(name: string): string {
    return this.local.machine(name).address
  }

  /** A peer's data directory as this host sees it, for the command's --data-dir. */
  dataDirectory(name: string): string {
    return join(this.local.machine(name).lib, 'shoal')
  }

  /** kubectl on a peer's machine, against that peer and no other; never throws for a failing one. */
  async kubectlOn(name: string, args: readonly string[], input?: string): Promise<CommandResult> {
    const path = join(this.home, `kubeconfig-${name}`)
    if (!existsSync(path)) {
      const { stdout } = await this.shoal('kubeconfig', '--server', `https://${this.address(name)}:6443`, '--data-dir', this.dataDirectory(name))
      this.file(`kubeconfig-${name}`, stdout)
    }
    return this.#enter(name, ['env', `HOME=${this.home}`, this.kubectlPath, '--kubeconfig', path, ...args], input)
  }

  /** Waits until a peer's daemon, which its supervisor starts, serves as a member. */
  async member(name: string): Promise<void> {
    await eventually(`the daemon of ${name} to serve`, async () => (await this.local.daemonState(name).catch(() => undefined))?.state === 'member', 40_000)
  }

  /** kubectl as a client on the machines' network, against the address that all live peers share; never throws for a failing one. */
  async kubectlBeside(args: readonly string[]): Promise<CommandResult> {
    const path = join(this.home, 'kubeconfig-shared')
    if (!existsSync(path)) {
      const { status, stdout, stderr } = await this.shoal('kubeconfig', '--data-dir', this.dataDirectory(this.names[0] ?? ''))
      if (status !== 0) throw new Error(`shoal kubeconfig ended with ${status}: ${stderr}`)
      this.file('kubeconfig-shared', stdout)
    }
    const user = rootless ? ['-U', '--preserve-credentials'] : []
    return run('nsenter', ['-t', String(yardPid(this.home)), ...user, '-n', this.kubectlPath, '--kubeconfig', path, ...args])
  }

  async #enter(name: string, command: readonly string[], input?: string): Promise<CommandResult> {
    const pid = (await this.local.pids()).get(name)?.machinePid
    if (pid === undefined) throw new Error(`${name} does not run`)
    const user = rootless ? ['-U', '--preserve-credentials'] : []
    return run('nsenter', ['-t', String(pid), ...user, '-m', '-p', '-n', '-u', '-i', ...command], process.env, input)
  }

  /** Runs a program in a machine's namespaces; answers its standard output. */
  async inside(name: string, ...command: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.#enter(name, command)
    if (status !== 0) throw new Error(`${command.join(' ')} on ${name} ended with ${status}: ${stderr}`)
    return stdout
  }

  /** Kills a peer's daemon, keeps its supervisor from starting another while `work` runs, and lets it then. Its Pods live on. */
  async whileDown(name: string, work: () => void | Promise<void>): Promise<void> {
    const pid = await eventually(`the daemon of ${name}`, async () => (await this.local.pids()).get(name)?.pid)
    const supervisor = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    process.kill(supervisor, 'SIGSTOP')
    try {
      process.kill(pid, 'SIGKILL')
      await eventually('its end', () => Promise.resolve(/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))))
      await work()
    } finally {
      process.kill(supervisor, 'SIGCONT')
    }
  }

  /** Runs `work` while the peer's daemon is another one whose wall clock is off by so much; then its supervisor starts a right one. */
  async whileClockIsOff(name: string, offMs: number, work: () => Promise<void>): Promise<void> {
    const pid = await eventually(`the daemon of ${name}`, async () => (await this.local.pids()).get(name)?.pid)
    const read = (file: string): string[] => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter((part) => part !== '')
    const [command, variables] = [read('cmdline'), read('environ')]
    const options = variables.find((one) => one.startsWith('NODE_OPTIONS=')) ?? 'NODE_OPTIONS='
    await this.whileDown(name, async () => {
      const machinePid = (await this.local.pids()).get(name)?.machinePid
      const user = rootless ? ['-U', '--preserve-credentials'] : []
      const wrong = [...variables, `${options} --import=${join(import.meta.dirname, 'wrong-clock.mjs')}`, `CLOCK_OFF_MS=${offMs}`]
      const log = openSync(join(this.local.machine(name).log, 'daemon.log'), 'a')
      const child = spawn('nsenter', ['-t', String(machinePid), ...user, '-m', '-p', '-n', '-u', '-i', 'env', '-i', ...wrong, ...command], { stdio: ['ignore', log, log] })
      try {
        await work()
      } finally {
        const ended = once(child, 'exit')
        // nsenter's only child, and like it no child of the machine's supervisor.
        for (const daemon of readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')) process.kill(Number(daemon), 'SIGKILL')
        await ended
        closeSync(log)
      }
    })
  }

  /** The lines of a peer's daemon log as this host sees it. */
  log(name: string): string {
    return readFileSync(join(this.local.machine(name).log, 'daemon.log'), 'utf8')
  }

  /** Ends everything and removes the data. */
  async purge(): Promise<void> {
    this.#closed = true
    await this.local.close()
    const { status, stderr } = await this.shoal('down', '--purge')
    if (status !== 0) throw new Error(`shoal down ended with ${status}: ${stderr}`)
  }
}
