// The composition root: builds every zone, hands each what it uses, starts them in the order in which they need each other,
// and stops them in reverse. Read it from top to bottom, and daemon/member.ts after it, to know what a daemon is. It imports
// only what the peer needs to be heard; the rest is loaded then. It decides nothing itself.
import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { required } from '../protocol/base/assert.ts'
import { seededRandom } from '../protocol/base/random.ts'
import type { Clock } from './base/clock.ts'
import type { Startable } from './base/lifecycle.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import { readOptions } from './config/read.ts'
import { type ControlRoutes, ControlServer } from './daemon/control-server.ts'
import { freshRoutes } from './daemon/fresh-routes.ts'
import { Meeting } from './daemon/meeting/meeting.ts'
import { catchUpTimeoutMs, farewellMs, firstStateTimeoutMs } from './daemon/limits.ts'
import type { Member } from './daemon/member.ts'
import { ownAddress } from './daemon/own-address.ts'
import { type Settings, settingSpecs, version } from './daemon/settings.ts'
import { nameSuffix } from './daemon/suffix.ts'
import { witnessRoutes } from './daemon/witness.ts'
import { DataDirectory } from './peer/data-directory.ts'
import { noAgreement, onlyStateDamaged } from './peer/errors.ts'
import { initCluster } from './peer/found.ts'
import { invite } from './peer/invitations.ts'
import { Peer } from './peer/peer.ts'
import { isWitnessed } from './peer/records.ts'
import type { PeerThread } from './peer/worker-thread.ts'
import { systemClock } from './platform/clock.ts'
import { stateDamaged } from './store/errors.ts'
import { discardState, openStore } from './store/level-store.ts'
import type { StateStore } from './store/types.ts'
import { createLogger, type LogLevel, logLevels } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'

const works = ['controllers', 'scheduler'] as const

/** What the daemon does when its data directory is fresh. */
export type FirstStep = { readonly kind: 'wait' } | { readonly kind: 'init' } | { readonly kind: 'join'; readonly invitation: string }

/** What every zone gets. */
interface Ground {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Runs a daemon until it is told to stop; answers the exit status. Throws what keeps it from starting. */
export async function runDaemon(
  flags: { readonly [name: string]: string | boolean | undefined },
  environment: { readonly [name: string]: string | undefined },
  first: FirstStep,
  started: () => void,
  peerThread: PeerThread,
): Promise<number> {
  const options = readOptions(settingSpecs, { flags, environment })
  const level = logLevels.find((known): known is LogLevel => known === options.logLevel) ?? 'info'
  const ground: Ground = { clock: systemClock(), logger: createLogger(level), metrics: createMetrics() }
  const ended = Promise.withResolvers<number>()
  const daemon = new Daemon(ground, options, peerThread, { end: ended.resolve, fail: ended.reject })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.resolve(0))
  process.on('unhandledRejection', (error) => {
    ground.logger.error('an error that nobody handled', { error })
    ended.resolve(70)
  })
  try {
    // A signal ends it also while it still waits for the cluster.
    const stopped = await Promise.race([daemon.start(first), ended.promise])
    if (stopped === undefined) started()
    return await ended.promise
  } finally {
    await daemon.stop()
    await peerThread.end()
  }
}

/** One peer: fresh, or a member with everything that a member runs. */
class Daemon {
  readonly #ground: Ground
  readonly #options: Settings
  readonly #peerThread: PeerThread
  readonly #ended: { readonly end: (status: number) => void; readonly fail: (error: unknown) => void }
  readonly #directory: DataDirectory
  readonly #control: ControlServer
  readonly #name: string
  readonly #address: string
  /** What runs, in the order in which it was started. */
  readonly #running: Startable[] = []
  #member: Member | undefined
  #witness: ControlRoutes | undefined
  #meeting: Meeting | undefined
  #joining = false
  #stopping = false

  constructor(ground: Ground, options: Settings, peerThread: PeerThread, ended: { readonly end: (status: number) => void; readonly fail: (error: unknown) => void }) {
    this.#ground = ground
    this.#options = options
    this.#peerThread = peerThread
    this.#ended = ended
    this.#directory = new DataDirectory(options.dataDirectory)
    this.#name = options.name === '' ? hostname().toLowerCase() : options.name
    this.#address = ownAddress(options.address)
    this.#control = new ControlServer(join(options.dataDirectory, 'shoal.sock'), () => this.#routes(), ground.logger.child('daemon'))
  }

  async start(first: FirstStep): Promise<void> {
    mkdirSync(this.#options.dataDirectory, { recursive: true, mode: 0o700 })
    await this.#control.start()
    this.#running.push(this.#control)
    if (this.#options.meeting !== '' && first.kind === 'wait') await this.#meet()
    else if (this.#directory.occupant() !== undefined) await this.#becomeMember()
    else if (first.kind === 'init') await this.#found()
    else if (first.kind === 'join') await this.#join(first.invitation)
    else this.#ground.logger.info('waiting for shoal init or shoal join', { name: this.#name })
  }

  /** Stops what runs, the last started first. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#meeting?.stop()
    for (const part of this.#running.splice(0).reverse()) await part.stop()
  }

  #routes(): ControlRoutes {
    if (this.#member !== undefined) return this.#member.routes
    if (this.#witness !== undefined) return this.#witness
    // A daemon that finds its identity on disk is a member that has not come up yet.
    const state = this.#joining || this.#meeting !== undefined || this.#directory.occupant() !== undefined ? 'joining' : 'fresh'
    return freshRoutes({ name: this.#name, state, found: () => this.#once(() => this.#found()), join: (invitation) => this.#once(() => this.#join(invitation)) })
  }

  async #once(step: () => Promise<void>): Promise<void> {
    this.#joining = true
    try {
      await step()
    } finally {
      this.#joining = false
    }
  }

  #newcomer(): { readonly name: string; readonly addresses: readonly string[]; readonly hosts: readonly string[]; readonly zone: string } {
    return { name: this.#name, addresses: this.#multiaddrs(), hosts: [this.#address], zone: this.#options.zone }
  }

  /** This machine's address with the port on which peers listen. */
  #multiaddrs(): readonly string[] {
    const port = this.#options.listen[0]?.split('/').at(-1) ?? '7447'
    return [`/ip4/${this.#address}/tcp/${port}`]
  }

  async #found(): Promise<void> {
    await initCluster(this.#directory, this.#newcomer(), this.#ground.clock)
    await this.#becomeMember()
  }

  async #join(invitation: string): Promise<void> {
    await this.#joinAs(invitation, this.#name)
    await this.#becomeMember()
  }

  async #joinAs(invitation: string, name: string): Promise<void> {
    // Joining dials with a host of its own, which a member never needs.
    const { joinCluster } = await import('./peer/join.ts')
    await joinCluster(this.#directory, invitation, { ...this.#newcomer(), name, featureLevel: this.#options.featureLevel }, this.#ground.clock)
  }

  /** Finds the others at the meeting place; this goes on while the daemon answers on its socket. */
  #meet(): Promise<void> {
    this.#meeting = new Meeting(
      {
        directory: this.#directory, clock: this.#ground.clock, logger: this.#ground.logger.child('daemon'),
        found: () => initCluster(this.#directory, this.#newcomer(), this.#ground.clock),
        join: (invitation, name) => this.#joinAs(invitation, name),
        run: () => this.#becomeMember(),
        invite: (terms) => {
          const { manage, peer } = required(this.#member, 'a member')
          return invite(manage, peer.identity.authority, terms)
        },
        suffix: () => nameSuffix((below) => randomInt(below), 4),
        failed: this.#ended.fail,
      },
      { folder: this.#options.meeting, name: this.#name, addresses: this.#multiaddrs() },
    )
    return this.#meeting.start()
  }

  async #run<Part extends Startable>(part: Part): Promise<Part> {
    // What would start now nobody would stop.
    if (this.#stopping) throw noAgreement.make({ reason: 'stopped' })
    this.#running.push(part)
    await part.start()
    return part
  }

  async #openStore(): Promise<StateStore> {
    this.#directory.dropCondemnedState()
    const directory = this.#directory.state
    const deps = { ...this.#ground, logger: this.#ground.logger.child('store') }
    const options = { directory, ...(this.#isWitness() ? { keeps: isWitnessed } : {}) }
    try {
      return await openStore(deps, options)
    } catch (error) {
      if (!stateDamaged.is(error)) throw error
      const { key, file } = this.#directory.read()
      if (!file.peers.some(({ peer }) => peer !== key.peerId)) throw onlyStateDamaged.make(error.details, error)
      // The other peers have it: what does not add up is dropped and fetched.
      this.#ground.logger.error('the state on disk is damaged; fetching it from another peer', { error })
      await discardState({ directory })
      return openStore(deps, options)
    }
  }

  /** Everything that a member runs, in order: state, agreement, and on top of them what daemon/member.ts builds. */
  async #becomeMember(): Promise<void> {
    const { clock, metrics, logger } = this.#ground
    const seed = randomBytes(4).readUInt32LE()
    if (this.#directory.logIsGone()) {
      const { joinAnew } = await import('./peer/join-anew.ts')
      await joinAnew(this.#directory, { ...this.#newcomer(), featureLevel: this.#options.featureLevel }, clock, logger.child('peer'))
    }
    logger.child('daemon').debug('opening the state', { uptimeMs: Math.round(performance.now()) })
    const store = await this.#openStore()
    this.#running.push({ start: () => Promise.resolve(), stop: () => store.close() })
    const peer = await this.#run(
      new Peer(
        {
          store, clock, metrics, logger: logger.child('peer'), directory: this.#directory, thread: (core, ended) => this.#peerThread.start(core, ended),
          failed: (error) => {
            logger.error('the peer cannot go on', { error })
            this.#ended.end(1)
          },
          recover: () => this.#ground.clock.after(farewellMs, () => void this.#recover(peer)),
          renewed: (identity) => this.#member?.renew(identity),
          removed: () => this.#member?.dismiss(),
        },
        { listen: this.#options.listen, advertise: this.#multiaddrs(), maxVoters: this.#options.maxVoters, works, seed, version, featureLevel: this.#options.featureLevel },
      ),
    )
    logger.child('daemon').debug('the peer runs')
    if (this.#isWitness()) {
      this.#witness = witnessRoutes({ store, peer, clock, logger: logger.child('daemon'), farewell: () => void this.#farewell(peer) })
      return
    }
    // Only now: the others suspect a peer that was killed until it speaks, and the rest takes longer to load than to be heard.
    const [{ runMember }] = await Promise.all([import('./daemon/member.ts'), this.#catchUp(peer, store)])
    logger.child('daemon').debug('the state is caught up')
    // What Node made of the sources is kept at once: a daemon that is killed comes back faster for it.
    flushCompileCache()
    this.#member = await runMember(
      { clock, metrics, logger, random: seededRandom(seed), store, peer, run: (part) => this.#run(part), farewell: () => void this.#farewell(peer) },
      this.#options, this.#address,
    )
  }

  #isWitness(): boolean {
    return this.#directory.read().file.role === 'witness'
  }

  /** A joiner is not Ready before its first full sync; without a majority it serves what it has. */
  async #catchUp(peer: Peer, store: StateStore): Promise<void> {
    try {
      await peer.agreed.barrier(catchUpTimeoutMs)
    } catch (error) {
      if (!noAgreement.is(error) || error.details.reason === 'stopped') throw error
      this.#ground.logger.warn('no majority yet; serving from the own copy', { reason: error.details.reason })
    }
    // Without any state the kubelet would end every Pod that it finds. It comes late when this peer took a newer incarnation,
    // or dropped a damaged state.
    await store.waitForIndex(1, firstStateTimeoutMs)
  }

  /** Begins a new incarnation with this peer alone; the supervisor starts the daemon in it. */
  async #recover(peer: Peer): Promise<void> {
    const logger = this.#ground.logger.child('daemon')
    try {
      await peer.stop()
      await this.stop()
      const { recoverAlone } = await import('./peer/recovery.ts')
      const lineage = await recoverAlone({ ...this.#ground, openState: () => this.#openStore() }, this.#directory, randomInt(2 ** 20))
      logger.warn('the cluster was recovered alone; the daemon ends to be started in the new incarnation', { incarnation: lineage.incarnation })
      this.#ended.end(0)
    } catch (error) {
      logger.error('the cluster was not recovered; everything is as it was', { error })
      this.#ended.end(1)
    }
  }

  async #farewell(peer: Peer): Promise<void> {
    await peer.stop(true)
    await this.stop()
    this.#meeting?.left(peer.peerId)
    this.#directory.forget()
    this.#ended.end(0)
  }
}
