// Three or more bare peers on this machine, each a process with its own directory on one disk: what the numbers about
// agreement are measured on. It starts, joins, asks, kills and removes them; what is measured is each benchmark's own business.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadOptions, LoadResult } from './load.ts'
import type { PeerAnswer, PeerReport, PeerRequest, PeerStart } from './peer-process.ts'

const script = join(import.meta.dirname, 'peer-process.ts')
const pollMs = 20

/** As the launcher runs the daemon. */
const nodeOptions: string[] = ['--max-semi-space-size=4', '--v8-pool-size=1', '--disable-warning=ExperimentalWarning']

interface Pending {
  resolve(answer: PeerAnswer): void
  reject(error: Error): void
}

/** One process, and the questions to it that are open. */
export class BarePeer {
  readonly start: PeerStart
  readonly ready: Promise<void>
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(start: PeerStart) {
    this.start = start
    this.#child = fork(script, [JSON.stringify(start)], { serialization: 'advanced', execArgv: nodeOptions })
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    this.#child.on('message', ({ id, result, error }: { readonly id: number; readonly result: PeerAnswer; readonly error?: string }) => {
      if (id === 0) ready.resolve()
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(result)
      else pending?.reject(new Error(`${start.name}: ${error}`))
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (status) => {
        const gone = new Error(`the process of ${start.name} ended with ${status}`)
        ready.reject(gone)
        for (const pending of this.#pending.values()) pending.reject(gone)
        this.#pending.clear()
        resolve()
      })
    })
  }

  get name(): string {
    return this.start.name
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends a process that runs; also the way to get a profile out of one that was started with NODE_OPTIONS=--cpu-prof. */
  letGo(): void {
    this.#child.disconnect()
  }

  async report(): Promise<PeerReport> {
    const answer = await this.ask({ kind: 'report' })
    if (typeof answer !== 'object' || !('peerId' in answer)) throw new Error('no report')
    return answer
  }

  async load(kind: 'write' | 'read', load: LoadOptions): Promise<LoadResult> {
    const answer = await this.ask({ kind, load })
    if (typeof answer !== 'object' || !('count' in answer)) throw new Error('no result')
    return answer
  }

  ask(request: PeerRequest): Promise<PeerAnswer> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { resolve, reject })
      this.#child.send({ id, request })
    })
  }
}

/** A cluster of bare peers. */
export class BarePeers {
  readonly root = mkdtempSync(join(tmpdir(), 'shoal-bench-'))
  readonly peers: BarePeer[] = []
  readonly #maxVoters: number
  #starts = 0

  private constructor(maxVoters: number) {
    this.#maxVoters = maxVoters
  }

  /** Starts a cluster of that many peers; resolves when all are in and as many vote as shall. */
  static async start(count: number, maxVoters = 3): Promise<BarePeers> {
    const cluster = new BarePeers(maxVoters)
    try {
      for (let at = 0; at < count; at++) await cluster.add()
      await cluster.until('enough voters', async () => (await cluster.first.report()).voters.length === Math.min(count, maxVoters), 60_000)
      return cluster
    } catch (error) {
      await cluster.end()
      throw error
    }
  }

  get first(): BarePeer {
    const [first] = this.peers
    if (first === undefined) throw new Error('no peer')
    return first
  }

  /** A new peer: the first founds, the others join. */
  async add(): Promise<BarePeer> {
    const invitation = this.peers.length === 0 ? undefined : await this.first.ask({ kind: 'invite' })
    if (invitation !== undefined && typeof invitation !== 'string') throw new Error('no invitation')
    const name = `peer-${++this.#starts}`
    const start = { directory: join(this.root, name), name, listen: ['/ip4/127.0.0.1/tcp/0'], invitation, maxVoters: this.#maxVoters, seed: this.#starts }
    return this.#run(start)
  }

  /** A killed peer's next life, on its directory and its addresses. */
  async again(dead: BarePeer, addresses: readonly string[]): Promise<BarePeer> {
    return this.#run({ ...dead.start, listen: addresses, seed: ++this.#starts + 1_000 })
  }

  async #run(start: PeerStart): Promise<BarePeer> {
    const peer = new BarePeer(start)
    this.peers.push(peer)
    await peer.ready
    return peer
  }

  /** As a crash of the process: nothing is said, nothing flushed. */
  async kill(peer: BarePeer): Promise<void> {
    this.peers.splice(this.peers.indexOf(peer), 1)
    peer.signal('SIGKILL')
    await peer.exited
  }

  /** The one that leads. */
  async leader(): Promise<BarePeer> {
    for (;;) {
      for (const peer of this.peers) if ((await peer.report()).role === 'leader') return peer
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async until(what: string, holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const untilMs = performance.now() + timeoutMs
    while (!await holds()) {
      if (performance.now() > untilMs) throw new Error(`not in time: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Clients spread over the peers as evenly as they go, a different peer first each round; all loads run at once. */
  load(kind: 'write' | 'read', clients: number, durationMs: number, round: number): Promise<LoadResult[]> {
    const { length } = this.peers
    return Promise.all(this.peers.flatMap((peer, at) => {
      const share = Math.floor((clients + ((at + round) % length)) / length)
      return share === 0 ? [] : [peer.load(kind, { clients: share, durationMs, firstClient: at * 1_000 })]
    }))
  }

  async end(): Promise<void> {
    for (const peer of this.peers.splice(0)) {
      peer.letGo()
      await peer.exited
    }
    rmSync(this.root, { recursive: true, force: true })
  }
}
