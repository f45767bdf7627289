// etcd to compare with: three members of Debian's etcd-server on this machine, on the same disk as the peers beside them,
// with fsync as etcd comes, without TLS (Shoal's peers encrypt), and one process that loads them. When etcd is missing it says what to install.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { EtcdLoad } from './etcd-client.ts'
import { cpuTicks } from './idle.ts'
import { type LoadResult } from './load.ts'

const names = ['one', 'two', 'three'] as const
const startMs = 20_000
const msPerTick = 10

/** Where etcd is, or undefined. */
export function findEtcd(path: string): string | undefined {
  return path.split(delimiter).map((folder) => join(folder, 'etcd')).find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(servers.map((server) => new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export class Etcd {
  readonly #root: string
  readonly #members: readonly ChildProcess[]
  readonly #endpoints: readonly string[]
  readonly #client: ChildProcess

  private constructor(root: string, members: readonly ChildProcess[], endpoints: readonly string[], client: ChildProcess) {
    this.#root = root
    this.#members = members
    this.#endpoints = endpoints
    this.#client = client
  }

  /** Starts three members and the process that loads them; resolves when they take a write. */
  static async start(): Promise<Etcd> {
    const binary = findEtcd(process.env['PATH'] ?? '')
    if (binary === undefined) throw new Error('etcd is not installed, and there is nothing to compare with: apt-get install etcd-server')
    const root = mkdtempSync(join(tmpdir(), 'shoal-bench-etcd-'))
    const ports = await freePorts(names.length * 2)
    const peerUrl = (at: number): string => `http://127.0.0.1:${ports[at] ?? 0}`
    const endpoints = names.map((_, at) => `127.0.0.1:${ports[names.length + at] ?? 0}`)
    const initial = names.map((name, at) => `${name}=${peerUrl(at)}`).join(',')
    const members = names.map((name, at) => spawn(binary, [
      '--name', name, '--data-dir', join(root, name), '--initial-cluster', initial, '--initial-cluster-state', 'new',
      '--listen-peer-urls', peerUrl(at), '--initial-advertise-peer-urls', peerUrl(at),
      '--listen-client-urls', `http://${endpoints[at] ?? ''}`, '--advertise-client-urls', `http://${endpoints[at] ?? ''}`,
      '--quota-backend-bytes', String(8 * 1024 ** 3), '--auto-compaction-retention', '1000', '--auto-compaction-mode', 'revision', '--logger', 'zap', '--log-outputs', join(root, `${name}.log`), '--log-level', 'error',
    ], { stdio: 'ignore' }))
    const client = fork(join(import.meta.dirname, 'etcd-client.ts'), { serialization: 'advanced', execArgv: ['--disable-warning=ExperimentalWarning'] })
    const etcd = new Etcd(root, members, endpoints, client)
    const untilMs = performance.now() + startMs
    for (;;) {
      const { count } = await etcd.load('write', 3, 200, 0)
      if (count > 0) return etcd
      if (performance.now() > untilMs) {
        await etcd.end()
        throw new Error('etcd did not take a write in time')
      }
    }
  }

  /** Clients spread over the members, a different member first each round. */
  load(kind: 'write' | 'read', clients: number, durationMs: number, round: number): Promise<LoadResult> {
    const endpoints = [...this.#endpoints.slice(round % names.length), ...this.#endpoints.slice(0, round % names.length)]
    const load: EtcdLoad = { kind, clients, durationMs, firstClient: 0, endpoints }
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the load on etcd ended'))
      this.#client.once('exit', ended)
      this.#client.once('message', (result: LoadResult) => {
        this.#client.off('exit', ended)
        resolve(result)
      })
      this.#client.send(load)
    })
  }

  /** Processor time of the members so far. */
  cpuMs(): number {
    return this.#members.reduce((sum, { pid }) => sum + cpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')) * msPerTick, 0)
  }

  async end(): Promise<void> {
    this.#client.disconnect()
    await Promise.all(this.#members.map((member) => new Promise((resolve) => {
      member.once('exit', resolve)
      member.kill('SIGKILL')
    })))
    rmSync(this.#root, { recursive: true, force: true })
  }
}
