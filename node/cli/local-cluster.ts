// A running `shoal up` as the demo, the benchmarks and the tests use it: its machines, its API, requests into its network,
// and faults. It only asks and acts; what is measured from it is the caller's business.
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { ClusterStatus, DaemonState } from '../base/control.ts'
import { createClient, type Client } from '../client/client.ts'
import { httpTransport, type HttpTransport } from '../client/http-transport.ts'
import { controlRequest } from './control-client.ts'
import { notUp } from './errors.ts'
import { type MachineLayout, machineLayout, type YardConfig, yardLayout } from './machines/layout.ts'
import { type MachinePids, machinePids } from './machines/pids.ts'
import { openTunnel } from './machines/tunnel.ts'
import { askYard, readYardConfig, yardRuns } from './machines/yard-process.ts'
import type { MachineStatus } from './machines/yard.ts'

/** What came back of one HTTP request into the cluster's network. */
export interface Fetched {
  readonly ok: boolean
  readonly status: number
  readonly body: string
}

const field = (text: string, name: string): string => {
  const found = new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? ''
  return Buffer.from(found, 'base64').toString()
}

export class LocalCluster {
  readonly config: YardConfig
  readonly machines: readonly MachineLayout[]
  readonly #transports: HttpTransport[] = []

  /** Throws SHOAL_NOT_UP when nothing runs from `home`. */
  constructor(home: string) {
    const config = readYardConfig(home)
    if (config === undefined || !yardRuns(home)) throw notUp.make({ home })
    this.config = config
    this.machines = Array.from({ length: config.peers }, (_, i) => machineLayout(home, config.subnet, i + 1))
  }

  get kubeconfig(): string {
    return yardLayout(this.config.home).kubeconfig
  }

  /** A client through the relay: any peer that lives. */
  client(): Client {
    const text = readFileSync(this.kubeconfig, 'utf8')
    const transport = httpTransport({
      servers: [/server: (\S+)/.exec(text)?.[1] ?? ''],
      ca: field(text, 'certificate-authority-data'),
      certificate: field(text, 'client-certificate-data'),
      key: field(text, 'client-key-data'),
    })
    this.#transports.push(transport)
    return createClient(transport)
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()))
  }

  machine(name: string): MachineLayout {
    const found = this.machines.find((machine) => machine.name === name)
    if (found === undefined) throw notUp.make({ home: `${this.config.home}/${name}` })
    return found
  }

  /** An HTTP GET to an address of the cluster's network, over a connection of its own, by `host`. A failure is an answer too. */
  fetch(address: string, port: number, path = '/', timeoutMs = 1_000, host = address): Promise<Fetched> {
    return new Promise((resolve) => {
      const failed = (reason: string): void => resolve({ ok: false, status: 0, body: reason })
      const outgoing = request(
        { path, headers: { host, connection: 'close' }, createConnection: () => openTunnel(yardLayout(this.config.home).tunnel, address, port) },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', (error) => failed(error.message))
          response.on('end', () => {
            clearTimeout(timer)
            resolve({ ok: response.statusCode === 200, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
          })
        },
      )
      const timer = setTimeout(() => {
        failed('time ran out')
        outgoing.destroy()
      }, timeoutMs)
      outgoing.on('error', (error) => {
        clearTimeout(timer)
        failed(error.message)
      })
      outgoing.end()
    })
  }

  /** The status as one peer sees it; any that answers when none is named. */
  async status(name?: string): Promise<ClusterStatus> {
    const asked = name === undefined ? this.machines : [this.machine(name)]
    let failure: unknown
    for (const machine of asked) {
      try {
        return (await controlRequest(machine.socket, { path: '/status', timeoutMs: 2_000 })) as ClusterStatus
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  async daemonState(name: string): Promise<DaemonState> {
    return (await controlRequest(this.machine(name).socket, { path: '/state', timeoutMs: 1_000 })) as DaemonState
  }

  pids(): Promise<ReadonlyMap<string, MachinePids>> {
    return machinePids(this.config.home)
  }

  async running(): Promise<readonly MachineStatus[]> {
    return (await askYard(this.config.home, '/status')) as readonly MachineStatus[]
  }

  /** SIGKILL to a machine's first process: everything in it ends. */
  async killMachine(name: string): Promise<void> {
    await askYard(this.config.home, `/kill/${name}`)
  }

  async startMachine(name: string): Promise<void> {
    await askYard(this.config.home, `/start/${name}`)
  }

  async setLink(name: string, up: boolean): Promise<void> {
    await askYard(this.config.home, `/link/${name}/${up ? 'up' : 'down'}`)
  }

  /** SIGKILL to a daemon only; its machine and its Pods live on. Answers the pid that was killed. */
  async killDaemon(name: string): Promise<number> {
    const pid = (await this.pids()).get(name)?.pid
    if (pid === undefined) throw notUp.make({ home: name })
    process.kill(pid, 'SIGKILL')
    return pid
  }
}
