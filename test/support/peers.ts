// Peers of a test cluster in one process: real sockets on loopback, real logs on disk, state in memory or on disk, each
// core in the caller's thread. Faults are made by stopping parts without their goodbye.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, type Logger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import { systemClock } from '../../node/platform/clock.ts'
import { DataDirectory } from '../../node/peer/data-directory.ts'
import { initCluster } from '../../node/peer/found.ts'
import { invite, type InvitationTerms } from '../../node/peer/invitations.ts'
import { joinCluster } from '../../node/peer/join.ts'
import { Peer } from '../../node/peer/peer.ts'
import { joinLogAndState } from '../../node/peer/peer-log.ts'
import { startInline } from '../../node/peer/thread.ts'
import { memoryStore } from '../../node/store/memory.ts'
import { openLog } from '../../node/store/log/open-log.ts'
import { openStore } from '../../node/store/level-store.ts'
import type { StateStore } from '../../node/store/types.ts'
import { createEngine } from '../../protocol/engine/engine.ts'

const clock = systemClock()
const listen = ['/ip4/127.0.0.1/tcp/0']

export const oneDay: InvitationTerms = { lifeMs: 86_400_000, uses: 100, role: 'peer' }

/** One peer with everything that a test wants to look at. */
export interface TestPeer {
  readonly name: string
  readonly directory: DataDirectory
  readonly store: StateStore
  readonly peer: Peer
}

/** A cluster that grows by real joins. */
export class TestCluster {
  readonly root = mkdtempSync(join(tmpdir(), 'shoal-peers-'))
  readonly peers = new Map<string, TestPeer>()
  readonly #logger: Logger
  readonly #maxVoters: number
  readonly #disk: boolean
  #kills = 0

  constructor(options: { readonly maxVoters?: number; readonly logger?: Logger; readonly disk?: boolean } = {}) {
    this.#maxVoters = options.maxVoters ?? 5
    this.#logger = options.logger ?? silentLogger
    this.#disk = options.disk ?? true
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
  async join(name: string, through: string): Promise<TestPeer> {
    const text = await this.invite(through)
    await joinCluster(this.directory(name), text, { name, addresses: [], hosts: [], zone: '' }, clock)
    return this.start(name)
  }

  invite(through: string, terms: InvitationTerms = oneDay): Promise<string> {
    const { store, peer } = this.get(through)
    return invite({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, peer.identity.authority, terms)
  }

  async start(name: string): Promise<TestPeer> {
    const directory = this.directory(name)
    const logger = this.#logger.child('peer', { name })
    const store = this.#disk ? await openStore({ clock, logger, metrics: noMetrics }, { directory: directory.state }) : memoryStore({ clock, metrics: noMetrics })
    const thread = startInline({
      clock, logger, createEngine,
      openLog: async (path, mark, self) => joinLogAndState(await openLog({ clock, metrics: noMetrics }, { directory: path }), mark, logger, self),
      abort: (why) => logger.error('aborted', { why }),
    })
    const peer = new Peer({ store, directory, clock, logger, metrics: noMetrics, thread, failed: (error) => logger.error('failed', { reason: error.message }) }, {
      listen, advertise: [], maxVoters: this.#maxVoters, works: ['controllers', 'scheduler'], seed: 1 + this.#kills++,
    })
    const made = { name, directory, store, peer }
    this.peers.set(name, made)
    await peer.start()
    return made
  }

  async stop(name: string): Promise<void> {
    const { peer, store } = this.get(name)
    this.peers.delete(name)
    await peer.stop()
    await store.close()
  }

  async end(): Promise<void> {
    for (const name of [...this.peers.keys()]) await this.stop(name)
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Waits until `holds`, looking again in short steps; fails with `what` after `timeoutMs`. */
export async function eventually(what: string, holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const untilMs = Date.now() + timeoutMs
  while (!holds()) {
    if (Date.now() > untilMs) throw new Error(`not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
