// The peer thread's composition: host, log, engine, lanes, gossip and snapshots, built and stopped in order, and the
// orders and reports that pass between it and the main thread. It runs in a worker, or in the same thread for tests.
// It holds no state of the cluster but the protocol's own; questions about the state go to the main thread.
import { seededRandom, type Random } from '../../protocol/base/random.ts'
import { required, unreachable } from '../../protocol/base/assert.ts'
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { EngineOptions, PeerEngine, Recovered, SystemState } from '../../protocol/engine/types.ts'
import type { Member } from '../../protocol/membership/types.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import { peerKeyFromBytes, type PeerKey } from '../identity/peer-key.ts'
import { Asks } from './asks.ts'
import { Driver } from './driver.ts'
import { listenFailed, onlyLogDamaged } from './errors.ts'
import { Gossip, gossipTopic } from './gossip.ts'
import { Host } from './host.ts'
import { JoinDoor } from './join-door.ts'
import { Lanes } from './lanes.ts'
import { mirrorProbeTicks, tickMs } from './limits.ts'
import { Pulse } from './pulse.ts'
import { Questions } from './questions.ts'
import { Refusals } from './refusals.ts'
import { Snapshots } from './snapshots.ts'
import { Trust } from './trust.ts'
import type { CoreOptions, Link, Order, PeerLog, Report, StartFailure } from './types.ts'

/** Reads of the main thread count from 1. */
const probeContext = 0

export interface CoreDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly openLog: (options: CoreOptions, self: PeerId) => Promise<PeerLog>
  readonly createEngine: (options: EngineOptions, recovered: Recovered, random: Random) => PeerEngine
  /** Calls its argument at the end of the turn (atEndOfTurn). */
  readonly soon: (run: () => void) => void
  /** Ends the process: the main thread hangs, or the log cannot be written. */
  readonly abort: (why: string) => void
}

/** Everything that lives between start and stop. */
interface Running {
  readonly host: Host
  readonly log: PeerLog
  readonly driver: Driver
  readonly lanes: Lanes
  readonly snapshots: Snapshots
  /** This peer. */
  readonly self: PeerId
  readonly questions: Questions
}

export class Core {
  readonly #deps: CoreDeps
  readonly #options: CoreOptions
  readonly #link: Link<Report, Order>
  readonly #asks: Asks
  readonly #trust: Trust
  readonly #pulse = new Pulse()
  readonly #refusals: Refusals
  readonly #hints = new Map<PeerId, readonly string[]>()
  #system: SystemState
  #running: Running | undefined
  #timer: Timer | undefined
  #ticks = 0
  #healthy = true
  #damaged = false
  /** A state of at least this index has to come before anything is applied. */
  #missing: LogIndex | undefined
  #told = ''
  #starting: Promise<void> | undefined

  constructor(deps: CoreDeps, options: CoreOptions, link: Link<Report, Order>) {
    this.#deps = deps
    this.#options = options
    this.#link = link
    this.#system = options.system
    this.#refusals = new Refusals(deps)
    this.#asks = new Asks((report, transfer) => link.send(report, transfer))
    const members = [...options.system.peers, ...options.known].map((record) => record.peer)
    this.#trust = new Trust(options.authority, members, options.removed)
  }

  /** Builds everything and begins to tick. Reports `started`, or `failed` and builds nothing. */
  start(): Promise<void> {
    this.#starting = this.#start()
    return this.#starting
  }

  /** Ends without a goodbye, as far as one can that runs in the thread of others: nobody is told and nothing handed over. */
  async halt(): Promise<void> {
    await this.#starting
    await this.#tearDown()
  }

  async #start(): Promise<void> {
    this.#link.onMessage((order) => this.#obey(order))
    try {
      await this.#build()
    } catch (error) {
      await this.#tearDown()
      this.#link.send({ kind: 'failed', ...startFailure(error) })
    }
  }

  /** What is missing here is fetched from the others. When nobody else ever belonged to the cluster, it is gone: better to say so than to wait for ever. */
  async #openLog(self: PeerId): Promise<PeerLog> {
    const log = await this.#deps.openLog(this.#options, self)
    if (log.recovered.mayVote && log.fetchFrom === undefined) return log
    if ([...this.#system.peers, ...this.#options.known].some((record) => record.peer !== self)) return log
    await log.close()
    const lacking = log.fetchFrom === undefined ? undefined : `the state ends before entry ${log.fetchFrom}, where the log begins`
    throw onlyLogDamaged.make({ directory: this.#options.logDirectory, found: log.damage ?? lacking ?? 'the log that led to the state is gone' })
  }

  async #build(): Promise<void> {
    const { clock, logger, soon } = this.#deps
    const { cluster, certificate } = this.#options
    const key = peerKeyFromBytes(this.#options.keyBytes, 'memory')
    const random = seededRandom(this.#options.seed)
    const { log, host } = await this.#open(key, gossipTopic(cluster))
    const refusals = this.#refusals
    const engine = this.#engine(key.peerId, log.recovered, random)
    const addressesOf = (peer: PeerId): readonly string[] => this.#addressesOf(peer)
    const lanes = new Lanes({ host, trust: this.#trust, clock, random: random.fork(), logger, refusals, addressesOf }, { self: key.peerId, cluster, left: this.#options.left, certificate }, {
      frames: (from, frames) => driver.receive(from, frames),
      lost: (peer, loss) => {
        logger.debug('there is no connection with a peer any more', { peer, loss })
        driver.connectionLost(peer, loss)
      },
      otherIncarnation: (from, lineage) => this.#link.send({ kind: 'otherIncarnation', from, lineage }),
      removed: (by) => this.#link.send({ kind: 'removed', by }),
    })
    const gossip = new Gossip({ host, trust: this.#trust, clock, logger, refusals, key, cluster }, (batch) => driver.gossiped(batch))
    const ask = this.#asks.ask.bind(this.#asks)
    const snapshots = new Snapshots({ host, trust: this.#trust, clock, logger, ask, addressesOf, incarnation: cluster.incarnation }, (mark) => {
      if (this.#missing !== undefined && mark.index >= this.#missing) this.#missing = undefined
      driver.snapshotInstalled(mark)
    })
    const questions = new Questions({ host, trust: this.#trust, clock, logger, ask, addressesOf })
    const driver = new Driver({
      engine, log, clock, logger, refusals, soon,
      send: (to, frame) => lanes.send(to, frame),
      publish: (batch) => gossip.publish(batch),
      report: (report, transfer) => this.#report(report, transfer),
      fetchSnapshot: (wanted) => snapshots.fetch(wanted),
      failed: (error) => this.#deps.abort(error instanceof Error ? error.message : String(error)),
    }, { self: key.peerId, cluster })
    this.#running = { host, log, driver, lanes, snapshots, questions, self: key.peerId }
    this.#damaged = !log.recovered.mayVote
    await new JoinDoor({ clock, logger, refusals, ask }).start(host)
    await snapshots.start()
    await questions.start()
    await gossip.start()
    await lanes.start()
    driver.tick()
    driver.announce(this.#ownAddresses(host))
    this.#missing = log.fetchFrom
    this.#link.send({
      kind: 'started', addresses: this.#ownAddresses(host), foundMs: log.recovered.entries.at(-1)?.timeMs ?? 0,
      problem: log.recovered.mayVote ? undefined : log.damage ?? 'the log that led to the state is gone',
    })
    this.#tick()
  }

  /** Opens the log and the host side by side, since neither needs the other and the cluster waits; both or neither. */
  async #open(key: PeerKey, topic: string): Promise<{ readonly log: PeerLog; readonly host: Host }> {
    const [log, host] = await Promise.allSettled([
      this.#openLog(key.peerId),
      Host.create(this.#trust, { key: key.key, listen: this.#options.listen, topic, crowded: (peer) => this.#refusals.refused('crowded', peer) }),
    ])
    if (log.status === 'rejected') {
      if (host.status === 'fulfilled') await host.value.stop()
      throw log.reason
    }
    if (host.status === 'rejected') {
      await log.value.close()
      throw host.reason
    }
    return { log: log.value, host: host.value }
  }

  #engine(self: PeerId, recovered: Recovered, random: Random): PeerEngine {
    const { cluster, maxVoters, works, bootstrap } = this.#options
    const engine = this.#deps.createEngine({ self, cluster, maxVoters, works }, recovered, random.fork())
    const empty = recovered.entries.length === 0 && recovered.snapshot.index === 0 && recovered.hardState.term === 0
    if (bootstrap && empty) engine.bootstrap()
    if (this.#system.peers.length > 0) {
      const { index } = recovered.snapshot
      engine.applied({ index, durableIndex: index, system: this.#system })
    }
    return engine
  }

  /** What others should dial: as told, or every listener but loopback, unless there is nothing else. */
  #ownAddresses(host: Host): readonly string[] {
    if (this.#options.advertise.length > 0) return this.#options.advertise
    const all = host.addresses()
    const outside = all.filter((address) => !/^\/ip4\/127\.|^\/ip6\/::1\//.test(address))
    return outside.length > 0 ? outside : all
  }

  /** The newest hint first, then the agreed table, then what was known at the start. */
  #addressesOf(peer: PeerId): readonly string[] {
    const agreed = this.#system.peers.find((record) => record.peer === peer)?.addresses ?? []
    const known = this.#options.known.find((record) => record.peer === peer)?.addresses ?? []
    return [...new Set([...this.#hints.get(peer) ?? [], ...agreed, ...known])].slice(0, 16)
  }

  #report(report: Report, transfer?: readonly Uint8Array[]): void {
    if (report.kind === 'read' && report.context === probeContext) return
    if (report.kind === 'members') for (const member of report.members) this.#noticed(member)
    this.#link.send(report, transfer)
  }

  #noticed(member: Member): void {
    this.#deps.logger.debug('a member changed', { peer: member.peer, state: member.state, incarnation: member.incarnation, sinceMs: Math.round(member.sinceMs) })
    if (member.hint.addresses.length > 0) this.#hints.set(member.peer, member.hint.addresses)
    // A connection with a machine that vanished would swallow messages for minutes; the next one is dialled anew.
    if (member.state === 'dead') this.#running?.host.drop(member.peer)
  }

  #tick(): void {
    const running = this.#running
    if (running === undefined) return
    this.#timer = this.#deps.clock.after(tickMs, () => this.#tick())
    const verdict = this.#pulse.tick(this.#deps.clock.bootMs())
    if (verdict === 'fatal') this.#deps.abort('the main thread did not answer for 10 s')
    if (this.#healthy !== (verdict === 'healthy')) {
      this.#healthy = verdict === 'healthy'
      this.#deps.logger.warn(this.#healthy ? 'the main thread answers again' : 'the main thread does not answer')
      running.driver.beat(this.#healthy, undefined)
    }
    running.driver.tick()
    running.lanes.tick()
    if (++this.#ticks % 5 === 0) this.#tellStatus(running, false)
    if (this.#ticks % mirrorProbeTicks === 0) this.#probe(running)
    this.#fetchMissing(running)
  }

  /** The log begins behind the state: until a state has come, whoever is known is asked again, for all of them may be away now. */
  #fetchMissing({ snapshots, self }: Running): void {
    if (this.#missing === undefined) return
    const from = this.#trust.peers().filter((peer) => peer !== self)
    if (from.length > 0) snapshots.fetch({ atLeast: this.#missing, from })
  }

  /** A mirror that heard of no leader for a while asks for one: the leader does not know that somebody waits for it. */
  #probe(running: Running): void {
    const { role, quorum } = running.driver.status()
    if (role === 'mirror' && !quorum) running.driver.read(probeContext)
  }

  /** Tells the main thread when what it decides by has changed, and everything with each beat. */
  #tellStatus(running: Running, always: boolean): void {
    const status = running.driver.status()
    if (this.#damaged && status.mayVote !== false) this.#heal(running)
    const now = `${status.quorum} ${status.leader} ${status.role} ${status.term}`
    if (!always && now === this.#told) return
    this.#told = now
    this.#link.send({ kind: 'status', status })
  }

  /** The engine has caught up beyond what the damage may have lost: the log may forget it. */
  #heal(running: Running): void {
    this.#damaged = false
    running.log.healed().catch((error: unknown) => this.#deps.abort(error instanceof Error ? error.message : String(error)))
    this.#deps.logger.info('the damaged log is made good; this peer may vote again')
  }

  #obey(order: Order): void {
    const running = this.#running
    if (order.kind === 'answer') this.#asks.answered(order.id, order.answer)
    if (running === undefined) return
    switch (order.kind) {
      case 'propose':
        return running.driver.propose(order.counter, order.command)
      case 'read':
        return running.driver.read(order.context)
      case 'applied':
        return this.#applied(running, order)
      case 'beat':
        this.#pulse.beat()
        running.driver.beat(true, order.reports)
        return this.#tellStatus(running, true)
      case 'leaseOver': {
        const { role, term } = running.driver.status()
        const over = role === 'leader' && order.peers.every((peer) => running.driver.leaseOver(peer))
        return this.#link.send({ kind: 'leaseOver', id: order.id, over, term })
      }
      case 'certificate':
        return running.lanes.renew(order.certificate)
      case 'answer':
        return
      case 'question':
        void running.questions.ask(order.to, order.frame).then((answer) => this.#link.send({ kind: 'answered', id: order.id, answer }))
        return
      case 'stop':
        void this.#stop(order.leave)
        return
      default:
        unreachable(order, 'order')
    }
  }

  #applied(running: Running, order: Order & { readonly kind: 'applied' }): void {
    if (order.system !== undefined) {
      this.#system = order.system
      this.#trust.agreed(order.system.peers.map((record) => record.peer), required(order.removed, 'the list of removed peers'))
    }
    running.driver.applied({ index: order.index, durableIndex: order.durableIndex, system: order.system })
  }

  /** Gives leadership away, lets the last words leave, and takes everything down. */
  async #stop(leave: boolean): Promise<void> {
    const running = this.#running
    if (running !== undefined) {
      const wasLeader = running.driver.status().role === 'leader'
      running.driver.stop(leave)
      const untilMs = this.#deps.clock.bootMs() + (wasLeader ? 1_000 : 100)
      while (this.#deps.clock.bootMs() < untilMs && (!wasLeader || running.driver.status().role === 'leader')) {
        await new Promise<void>((resolve) => { this.#deps.clock.after(20, resolve) })
      }
    }
    await this.#tearDown()
    this.#link.send({ kind: 'stopped' })
  }

  async #tearDown(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#timer?.cancel()
    this.#asks.stop()
    if (running === undefined) return
    running.snapshots.stop()
    running.lanes.stop()
    await running.host.stop()
    await running.log.close()
  }
}

/** How a failed start is told to the main thread: the words of an error of the catalogue are made again there, from its particulars. */
function startFailure(error: unknown): { readonly why: string; readonly cause: StartFailure } {
  if (onlyLogDamaged.is(error)) return { why: error.details.found, cause: 'onlyCopy' }
  return { why: error instanceof Error ? error.message : String(error), cause: listenFailed.is(error) ? 'listen' : 'other' }
}
