// Peers of a test cluster in one process: real sockets on loopback, real logs and state on disk, each core in a thread of
// its own, as in the daemon, or all in the caller's thread. A kill ends the thread without a goodbye.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../node/base/clock.ts'
import { silentLogger, type Logger } from '../../node/base/logger.ts'
import { type Metrics, noMetrics } from '../../node/base/metrics.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { atEndOfTurn } from '../../node/platform/turn.ts'
import { DataDirectory } from '../../node/peer/data-directory.ts'
import { incarnationLeft } from '../../node/peer/errors.ts'
import { highestLevel } from '../../node/peer/feature-levels.ts'
import { initCluster } from '../../node/peer/found.ts'
import { invite, type InvitationTerms } from '../../node/peer/invitations.ts'
import { joinCluster } from '../../node/peer/join.ts'
import { Peer } from '../../node/peer/peer.ts'
import { joinLogAndState } from '../../node/peer/peer-log.ts'
import { isWitnessed } from '../../node/peer/records.ts'
import { recoverAlone } from '../../node/peer/recovery.ts'
import { startInline, startPeerWorker } from '../../node/peer/thread.ts'
import { openLog } from '../../node/store/log/open-log.ts'
import { openStore } from '../../node/store/level-store.ts'
import type { CoreOptions, Link, Order, Report } from '../../node/peer/types.ts'
import type { StateStore } from '../../node/store/types.ts'
import { createEngine } from '../../protocol/engine/engine.ts'

/** How far the peers' wall clocks are ahead of the machine's, for tests of what time does; threads keep the machine's. */
const aheadMs = { now: 0 }
const system = systemClock()
const clock: Clock = { ...system, wallMs: () => system.wallMs() + aheadMs.now }
/** Nothing that was said stays on its way for longer on one machine. */
const damagedQuietMs = 3_000
const listen = ['/ip4/127.0.0.1/tcp/0']

export const oneDay: InvitationTerms = { lifeMs: 86_400_000, uses: 100, role: 'peer' }

/** One peer with everything that a test wants to look at. */
export interface TestPeer {
  readonly name: string
  readonly directory: DataDirectory
  readonly store: StateStore
  readonly peer: Peer
}

export interface TestClusterOptions {
  readonly maxVoters?: number
  readonly logger?: Logger
  /** Of all peers together. */
  readonly metrics?: Metrics
  /** A thread for each peer, as in the daemon. */
  readonly threads?: boolean
}

/** A cluster that grows by real joins. */
export class TestCluster {
  readonly root = mkdtempSync(join(tmpdir(), 'shoal-peers-'))
  readonly peers = new Map<string, TestPeer>()
  /** Peers that were told to recover: a test stops them, recovers, and starts them. */
  readonly restarts: Promise<void>[] = []
  readonly recovering = new Set<string>()
  readonly #logger: Logger
  readonly #metrics: Metrics
  readonly #maxVoters: number
  readonly #threads: boolean
  #starts = 0
  /** Where each peer listened at first: it comes back to the same port. */
  readonly #addresses = new Map<string, readonly string[]>()

  constructor(options: TestClusterOptions = {}) {
    this.#maxVoters = options.maxVoters ?? 5
    this.#logger = options.logger ?? silentLogger
    this.#metrics = options.metrics ?? noMetrics
    this.#threads = options.threads ?? false
  }

  /** Lets time go by on the wall, for all peers in this thread. */
  passTime(ms: number): void {
    aheadMs.now += ms
  }

  directory(name: string): DataDirectory {
    return new DataDirectory(join(this.root, name))
  }

  get(name: string): TestPeer {
    const found = this.peers.get(name)
    if (found === undefined) throw new Error(`no peer ${name}`)
    return found
  }

  async init(name: string): Promise<TestPeer> {
    await initCluster(this.directory(name), { name, addresses: [], hosts: [], zone: '' }, clock)
    return this.start(name)
  }

  /** Joins by an invitation of `through`, and starts. */
  async join(name: string, through: string, role: InvitationTerms['role'] = 'peer'): Promise<TestPeer> {
    const text = await this.invite(through, { ...oneDay, role })
    await joinCluster(this.directory(name), text, { name, addresses: [], hosts: [], zone: '' }, clock)
    return this.start(name)
  }

  invite(through: string, terms: InvitationTerms = oneDay): Promise<string> {
    const { store, peer } = this.get(through)
    return invite({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, peer.identity.authority, terms)
  }

  /** `featureLevel`: of the build that the peer plays. */
  async start(name: string, featureLevel = highestLevel): Promise<TestPeer> {
    const directory = this.directory(name)
    const logger = this.#logger.child('peer', { name })
    directory.dropCondemnedState()
    const isWitness = directory.read().file.role === 'witness'
    const store = await openStore({ clock, logger, metrics: noMetrics }, { directory: directory.state, ...(isWitness ? { keeps: isWitnessed } : {}) })
    const start = this.#threads ? startPeerWorker : inline(logger, this.#metrics)
    const peer = new Peer({ store, directory, clock, logger, metrics: this.#metrics, thread: start, failed: (error) => this.#failed(name, error, logger), recover: () => { this.recovering.add(name) } }, {
      listen: this.#addresses.get(name) ?? listen, advertise: [], maxVoters: this.#maxVoters, works: ['controllers', 'scheduler'], seed: 1 + this.#starts++, version: 'test', featureLevel,
    })
    const made = { name, directory, store, peer }
    this.peers.set(name, made)
    await peer.start()
    this.#addresses.set(name, peer.addresses())
    return made
  }

  async stop(name: string): Promise<void> {
    const { peer, store } = this.get(name)
    this.peers.delete(name)
    await peer.stop()
    await store.close()
  }

  /** Kills the peer: it ends at once, the log is left as it is. */
  async kill(name: string): Promise<void> {
    const { peer, store } = this.get(name)
    this.peers.delete(name)
    await peer.halt()
    await store.close()
  }

  /** The peer comes back at another address than before. */
  moves(name: string): void {
    this.#addresses.delete(name)
  }

  /** As the daemon does when a person says so: stops the peer, recovers, and starts it again. */
  async recover(name: string): Promise<void> {
    await this.stop(name)
    this.recovering.delete(name)
    const directory = this.directory(name)
    await recoverAlone({ clock, metrics: noMetrics, openState: () => openStore({ clock, logger: this.#logger, metrics: noMetrics }, { directory: directory.state }) }, directory, this.#starts)
    await this.start(name)
  }

  /** A peer that took a newer incarnation is started again, as its supervisor would. */
  #failed(name: string, error: Error, logger: Logger): void {
    logger.error('failed', { reason: error.message })
    if (!incarnationLeft.is(error)) return
    const { store } = this.get(name)
    this.peers.delete(name)
    this.restarts.push(store.close().then(() => this.start(name)).then(() => undefined))
  }

  /** Closes what a start that failed has opened. */
  async abandon(name: string): Promise<void> {
    const { store } = this.get(name)
    this.peers.delete(name)
    await store.close()
  }

  /** The one peer that leads and has a majority; waits for it. */
  async leader(): Promise<TestPeer> {
    const find = (): TestPeer | undefined => [...this.peers.values()].find(({ peer }) => peer.status()?.role === 'leader' && peer.agreed.quorum())
    await eventually('a leader', () => find() !== undefined)
    return find() ?? this.leader()
  }

  async end(): Promise<void> {
    await Promise.all([...this.peers.keys()].map((name) => this.kill(name)))
    aheadMs.now = 0
    rmSync(this.root, { recursive: true, force: true })
  }
}

function inline(logger: Logger, metrics: Metrics): (options: CoreOptions, ended: (why: string) => void) => Link<Order, Report> {
  return startInline({
    clock, logger, metrics, soon: atEndOfTurn,
    createEngine: (options, recovered, random) => createEngine({ ...options, damagedQuietMs }, recovered, random),
    openLog: async ({ logDirectory, logExpected, mark }, self) =>
      joinLogAndState(await openLog({ clock, metrics: noMetrics }, { directory: logDirectory, expected: logExpected }), mark, logger, self),
    abort: (why) => logger.error('aborted', { why }),
  })
}

/** Waits until `holds`, looking again in short steps; fails with `what` after `timeoutMs`. */
export async function eventually(what: string, holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const untilMs = Date.now() + timeoutMs
  while (!holds()) {
    if (Date.now() > untilMs) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
