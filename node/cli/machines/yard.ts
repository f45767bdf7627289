// The yard is the outer namespace of `shoal up`: a bridge, and on it one machine a peer. This is its first process: it wires
// machines, starts and kills them on request, and leads API connections from the host to a peer that lives.
// It decides nothing about the cluster; killing it takes every machine with it, which is what `shoal down` does.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { childrenOf } from '../../platform/process-table.ts'
import { runCommand } from '../../platform/processes.ts'
import { yardFailed } from '../errors.ts'
import { pollUntil } from '../polling.ts'
import { containerdConfig } from './containerd-config.ts'
import { hardwareAddress, type MachineLayout, machineLayout, type YardConfig, yardLayout } from './layout.ts'
import { machineInit } from './machine-init.ts'
import { serveTunnels } from './tunnel.ts'
import { Uplink } from './uplink.ts'

const bridge = 'yard0'
/** The yard itself is this host of its network. */
const yardNumber = 254
const bornTimeoutMs = 10_000
const pollMs = 20

interface Machine {
  readonly number: number
  readonly layout: MachineLayout
  child: ChildProcess | undefined
  /** Process id of the machine's init in the yard's PID namespace. */
  init: number | undefined
  linkUp: boolean
  /** Arguments of its daemon, kept for the next start. */
  daemonArguments: readonly string[]
}

/** What the yard answers of its machines. */
export interface MachineStatus {
  readonly name: string
  readonly number: number
  readonly running: boolean
  readonly init: number | undefined
  readonly linkUp: boolean
}

/** Runs ip with one command; a failure names it. */
async function ip(...args: string[]): Promise<void> {
  const { status, stderr } = await runCommand('ip', args)
  if (status !== 0) throw yardFailed.make({ step: `run ip ${args.join(' ')}`, reason: stderr.trim() })
}

export class Yard {
  readonly #config: YardConfig
  readonly #machines: Machine[] = []
  readonly #uplink: Uplink
  #server: Server | undefined

  constructor(config: YardConfig) {
    this.#config = config
    for (let number = 1; number <= config.peers; number++) this.#add(number)
    this.#uplink = new Uplink(() => this.#machines.filter((m) => m.child !== undefined).map((m) => m.layout.address), 6443)
  }

  #add(number: number): Machine {
    const layout = machineLayout(this.#config.home, this.#config.subnet, number)
    const machine: Machine = { number, layout, child: undefined, init: undefined, linkUp: true, daemonArguments: [] }
    this.#machines.push(machine)
    return machine
  }

  /** Makes the bridge and the sockets; machines are started by request. */
  async start(): Promise<void> {
    const layout = yardLayout(this.#config.home)
    await ip('link', 'set', 'lo', 'up')
    // Without an address of its own a bridge takes one of its ports, and another one when that port goes: the machines would
    // go on sending to an address that nobody has.
    await ip('link', 'add', bridge, 'address', hardwareAddress(this.#config.subnet, yardNumber), 'type', 'bridge')
    await ip('addr', 'add', `10.213.${this.#config.subnet}.${yardNumber}/24`, 'dev', bridge)
    await ip('link', 'set', bridge, 'up')
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    await this.#uplink.listen(layout.uplink)
    await serveTunnels(layout.tunnel)
    rmSync(layout.control, { force: true })
    this.#server = createServer((request, response) => {
      this.#answer(request.url ?? '/').then(
        (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
        (error: unknown) =>
          response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error instanceof Error ? error.message : 'failed' })),
      )
    })
    await new Promise<void>((resolve) => this.#server?.listen(layout.control, resolve))
  }

  async #answer(url: string): Promise<unknown> {
    const [, verb = '', number = '', argument = ''] = url.split('/')
    if (verb === 'status') return this.status()
    const machine = this.#machines.find((m) => String(m.number) === number) ?? this.#machines.find((m) => m.layout.name === number)
    if (machine === undefined) throw yardFailed.make({ step: verb, reason: `there is no machine ${number}` })
    if (verb === 'start') {
      if (argument !== '') machine.daemonArguments = JSON.parse(Buffer.from(argument, 'base64url').toString()) as string[]
      await this.#startMachine(machine)
    }
    else if (verb === 'kill') await this.#killMachine(machine)
    else if (verb === 'link') await this.#setLink(machine, argument === 'up')
    else throw yardFailed.make({ step: verb, reason: 'there is no such request' })
    return this.status()
  }

  status(): readonly MachineStatus[] {
    return this.#machines.map((m) => ({ name: m.layout.name, number: m.number, running: m.child !== undefined, init: m.init, linkUp: m.linkUp }))
  }

  #prepare(machine: Machine): void {
    const { layout } = machine
    for (const folder of [layout.lib, layout.log, `${layout.lib}/shoal/cni`, `${layout.lib}/cni`, `${layout.lib}/images`]) mkdirSync(folder, { recursive: true })
    writeFileSync(
      layout.containerdConfig,
      containerdConfig({ cniPlugins: this.#config.cniPlugins, rootless: this.#config.rootless }),
    )
    writeFileSync(layout.init, machineInit(this.#config, layout, machine.daemonArguments), { mode: 0o755 })
    for (const mark of [layout.born, layout.wired]) rmSync(mark, { force: true })
  }

  async #startMachine(machine: Machine): Promise<void> {
    if (machine.child !== undefined) return
    this.#prepare(machine)
    const { layout } = machine
    const log = openSync(`${layout.directory}/init.log`, 'a')
    const child = spawn('unshare', ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', 'bash', layout.init], {
      stdio: ['ignore', log, log],
    })
    machine.child = child
    machine.linkUp = true
    child.once('exit', () => {
      machine.child = undefined
      machine.init = undefined
      this.#uplink.drop(layout.address)
    })
    await pollUntil(() => existsSync(layout.born) || machine.child === undefined, { everyMs: pollMs, timeoutMs: bornTimeoutMs })
    if (!existsSync(layout.born)) {
      throw yardFailed.make({ step: `start ${layout.name}`, reason: readFileSync(`${layout.directory}/init.log`, 'utf8').trim().slice(-500) || 'its init did not start' })
    }
    const [init] = childrenOf(child.pid ?? 0)
    if (init === undefined) throw yardFailed.make({ step: `start ${layout.name}`, reason: 'its init ended' })
    machine.init = init
    await this.#wire(machine, init)
    writeFileSync(layout.wired, '')
  }

  async #wire(machine: Machine, init: number): Promise<void> {
    const outside = `m${machine.number}`
    const inside = async (...args: string[]): Promise<void> => {
      const { status, stderr } = await runCommand('nsenter', ['-t', String(init), '-n', 'ip', ...args])
      if (status !== 0) throw yardFailed.make({ step: `wire ${machine.layout.name}`, reason: stderr.trim() })
    }
    // The link of a machine that was just killed goes away with its namespace, a moment after its processes.
    await runCommand('ip', ['link', 'del', outside])
    await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'address', machine.layout.hardwareAddress, 'netns', String(init))
    await ip('link', 'set', outside, 'master', bridge, 'up')
    await inside('addr', 'add', `${machine.layout.address}/24`, 'dev', 'eth0')
    await inside('link', 'set', 'eth0', 'up')
    await inside('route', 'add', 'default', 'via', `10.213.${this.#config.subnet}.${yardNumber}`)
  }

  async #killMachine(machine: Machine): Promise<void> {
    const { child, init } = machine
    if (child === undefined) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (init === undefined) child.kill('SIGKILL')
    else process.kill(init, 'SIGKILL')
    await gone
  }

  async #setLink(machine: Machine, up: boolean): Promise<void> {
    await ip('link', 'set', `m${machine.number}`, up ? 'up' : 'down')
    machine.linkUp = up
  }
}
