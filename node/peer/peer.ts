// The peer as the rest of the daemon sees it: it starts the peer thread, applies what is committed, answers the thread's
// questions from the state, and offers agreement, membership, works, invitations and leaving to the main thread.
// It decides nothing about consensus; that is the engine's, behind the link.
import { required, unreachable } from '../../protocol/base/assert.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { EngineStatus, PeerRecord } from '../../protocol/engine/types.ts'
import type { Assignment } from '../../protocol/message/ownership.ts'
import type { Condition } from '../../protocol/message/transaction.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import { peerKeyBytes } from '../identity/peer-key.ts'
import type { StateStore } from '../store/types.ts'
import { Agreement } from './agreement.ts'
import { Asking } from './asking.ts'
import { ClockWatch } from './clock-watch.ts'
import { ClusterKeys } from './cluster-keys.ts'
import type { ClusterFile, DataDirectory, PeerIdentity } from './data-directory.ts'
import { featureLevelUnknown, joinsAnew, listenFailed, noAgreement, onlyLogDamaged, peerThreadFailed, stateDiverged } from './errors.ts'
import { FeatureLevels, highestLevel } from './feature-levels.ts'
import { firstTransaction } from './found.ts'
import { JoinDesk } from './join-desk.ts'
import { leaseLeft } from './metrics.ts'
import { appliedReportMs, beatMs, compareMs, durableReportMs, moveTimeoutMs, renewCheckMs } from './limits.ts'
import { afterLoss, ProposalCounter } from './proposals.ts'
import { assignmentKeyOf, clusterKey, parseObject, peerKeyOf, putJson, readRemoved, readSystem } from './records.ts'
import { type Certificates, Renewal } from './renewal.ts'
import { Signing } from './signing.ts'
import { StateComparison } from './state-comparison.ts'
import { SnapshotDesk } from './snapshot-desk.ts'
import { SnapshotIntake } from './snapshot-intake.ts'
import { enterRecords } from './thread-metrics.ts'
import type { Answer, Ask, CoreOptions, Link, Order, Report, StartFailure } from './types.ts'
import { Survivors } from './survivors.ts'
import { Takeover } from './takeover.ts'
import { Members, OwnLease, Works } from './views.ts'

export interface PeerDeps {
  readonly store: StateStore
  readonly directory: DataDirectory
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Starts the peer thread (startPeerWorker), or the core in this thread for tests (startInline). */
  readonly thread: (options: CoreOptions, ended: (why: string) => void) => Link<Order, Report>
  /** The peer cannot go on: the daemon must end with an error. */
  readonly failed: (error: Error) => void
  /** A person had this peer chosen to recover the cluster alone: the daemon stops, calls `recoverAlone`, and starts again. */
  readonly recover: () => void
  /** Certificates were renewed: the API server and the kubelet take the new ones. */
  readonly renewed?: (identity: PeerIdentity) => void
  /** This peer was removed from the cluster. */
  readonly removed?: () => void
}

export interface PeerSettings {
  readonly listen: readonly string[]
  /** Multiaddrs under which others reach us; found when empty. */
  readonly advertise: readonly string[]
  readonly maxVoters: number
  readonly works: readonly string[]
  /** Seed of the engine's chance: any number. */
  readonly seed: number
  /** What this build calls itself, for other peers. */
  readonly version: string
  /** The highest feature level of this build, unless a test plays an older or a newer one. */
  readonly featureLevel?: number
}

export class Peer implements Startable {
  readonly members: Members
  readonly works: Works
  readonly lease: OwnLease
  readonly takeover: Takeover
  readonly agreed: Agreement
  readonly clocks: ClockWatch
  readonly survivors: Survivors
  /** The cluster's keys, as far as this peer can open them. */
  readonly keys: ClusterKeys
  readonly signing: Signing
  readonly renewal: Renewal
  readonly comparison: StateComparison
  readonly #deps: PeerDeps
  readonly #settings: PeerSettings
  readonly #snapshots: SnapshotDesk
  readonly #intake: SnapshotIntake
  readonly #desk: JoinDesk
  readonly #asking: Asking
  readonly #levels: FeatureLevels
  #identity: PeerIdentity
  #link: Link<Order, Report> | undefined
  #addresses: readonly string[] = []
  #peers: readonly PeerRecord[] = []
  #durableTold = 0
  /** Entries were applied of which the peer thread hears soon. */
  #tellLater: Timer | undefined
  #timers: Timer[] = []
  #started: PromiseWithResolvers<void> | undefined
  #stopped: PromiseWithResolvers<void> | undefined
  #failing = false
  #moving = false
  #removed = false
  #clusterNoted = true

  constructor(deps: PeerDeps, settings: PeerSettings) {
    this.#deps = deps
    this.#settings = settings
    this.#identity = deps.directory.read()
    const { store, clock, logger, metrics } = deps
    const self = this.#identity.key.peerId
    this.members = new Members()
    this.works = new Works(self)
    this.lease = new OwnLease(self, clock)
    this.clocks = new ClockWatch({ clock, logger, metrics })
    const counter = new ProposalCounter(deps.directory.counter, this.#identity.file.ran > 0 ? afterLoss(clock.wallMs()) : 1)
    this.agreed = new Agreement({ store, clock, metrics, counter, clocks: this.clocks, send: (order, transfer) => this.#link?.send(order, transfer) }, self)
    this.#snapshots = new SnapshotDesk({ store, clock })
    this.#intake = new SnapshotIntake({ store, logger, directory: deps.directory.incoming }, () => {
      this.agreed.applyHeld()
      this.#applied(true)
    })
    const commit = this.agreed.commit.bind(this.agreed)
    const { cluster, incarnation, left } = this.#identity.file
    this.#levels = new FeatureLevels({ store, logger, commit }, self, settings.featureLevel ?? highestLevel)
    this.#asking = new Asking({ clock, send: (order) => this.#link?.send(order) })
    const ask = this.#asking.ask.bind(this.#asking)
    this.takeover = new Takeover({
      store, clock, ask, leader: () => this.status()?.leader, send: (order) => this.#link?.send(order), barrier: (timeoutMs) => this.agreed.barrier(timeoutMs),
    }, self)
    this.comparison = new StateComparison({
      checkpoints: () => store.checkpoints(), ask, logger, others: () => this.#comparable(),
      wrong: (index) => {
        deps.directory.condemnState()
        this.#fail(stateDiverged.make({ index }))
      },
    })
    this.keys = new ClusterKeys({ store, logger, commit }, this.#identity.key, cluster)
    const alive = (peer: PeerId): boolean => this.members.members().some(({ peerId, state }) => peerId === peer && state === 'alive')
    this.signing = new Signing({ store, clock, keys: this.keys, ask, alive }, self)
    this.renewal = new Renewal({ store, clock, logger, sign: (request) => this.signing.node(request), identity: () => this.#identity, renewed: (certificates) => this.#renewed(certificates) })
    this.#desk = new JoinDesk({ store, clock, logger, keys: this.keys, signing: this.signing, commit }, { cluster, lineage: { incarnation, left }, self })
    this.survivors = new Survivors({
      directory: deps.directory, store, clock, logger, members: this.members, version: settings.version,
      identity: () => this.#identity, status: () => this.status(), peers: () => this.#peers,
      ask, opensKeys: () => this.keys.authority() !== undefined, recover: deps.recover, left: (error) => this.#fail(error),
    })
  }

  get peerId(): PeerId {
    return this.#identity.key.peerId
  }

  get identity(): PeerIdentity {
    return this.#identity
  }

  /** Multiaddrs under which others reach this peer. */
  addresses(): readonly string[] {
    return this.#addresses
  }

  /** The agreed table of peers, by name. */
  peers(): readonly PeerRecord[] {
    return this.#peers
  }

  /** How the engine stood at the last beat; undefined before the first. */
  status(): EngineStatus | undefined {
    return this.agreed.status()
  }

  /** Whether this peer was removed from the cluster, as its state or another peer says. */
  removed(): boolean {
    return this.#removed
  }

  /** Resolves when the peer listens. Throws SHOAL_LISTEN_FAILED, SHOAL_PEER_THREAD_FAILED, SHOAL_FEATURE_LEVEL_UNKNOWN. */
  async start(): Promise<void> {
    this.#levels.check()
    const system = readSystem(this.#deps.store)
    this.#peers = system.peers
    this.members.agreed(system.peers)
    if (readRemoved(this.#deps.store).includes(this.peerId)) this.#wasRemoved(this.#identity.file.name)
    const started = Promise.withResolvers<void>()
    this.#started = started
    const options = this.#coreOptions()
    // Noted before the log is made: a log that is missed for nothing only delays a vote, one that is not missed may repeat one.
    this.#write({ ran: options.cluster.incarnation })
    this.#link = this.#deps.thread(options, (why) => this.#threadEnded(why))
    this.#link.onMessage((report) => this.#take(report))
    await started.promise
    this.#every(beatMs, () => this.#beat())
    this.#every(durableReportMs, () => this.#tellDurable())
    this.#every(moveTimeoutMs, () => { void this.#move() })
    this.#every(compareMs, () => { void this.comparison.compare() })
    this.#every(renewCheckMs, () => { void this.renewal.look() })
    if (this.#deps.directory.firstTransaction() !== undefined) await this.#found()
  }

  /** Hands leadership over and stops the thread. `leave` tells the others that it is on purpose. */
  async stop(leave = false): Promise<void> {
    this.#cancelTimers()
    this.agreed.stop()
    this.#asking.stop()
    this.takeover.stop()
    this.works.stop()
    if (this.#link === undefined || this.#stopped !== undefined) return this.#stopped?.promise
    this.#stopped = Promise.withResolvers<void>()
    this.#link.send({ kind: 'stop', leave })
    await this.#stopped.promise
    await this.halt()
  }

  /** Ends at once and without a goodbye, as a crash does. */
  async halt(): Promise<void> {
    this.#failing = true
    this.#cancelTimers()
    this.agreed.stop()
    this.#asking.stop()
    this.takeover.stop()
    this.works.stop()
    const link = this.#link
    this.#link = undefined
    await link?.close()
    this.#snapshots.stop()
    await this.#intake.stop()
  }

  /** Live full peers, voters first: theirs is the state that was agreed. */
  #comparable(): readonly PeerId[] {
    // A witness keeps a part of the state only, whose hash is like nobody's.
    if (this.#identity.file.role === 'witness') return []
    const alive = new Set(this.members.members().filter(({ state }) => state === 'alive').map(({ peerId }) => peerId))
    const others = this.#peers.filter(({ peer, role }) => role === 'peer' && peer !== this.peerId && alive.has(peer)).map(({ peer }) => peer)
    const voters = this.status()?.configuration.voters ?? []
    return [...others.filter((peer) => voters.includes(peer)), ...others.filter((peer) => !voters.includes(peer))]
  }

  #beat(): void {
    this.#link?.send({ kind: 'beat', reports: this.works.reports() })
    if (!this.agreed.quorum()) return
    void this.keys.reseal(this.status()?.leader)
    void this.#levels.tick(this.status()?.role === 'leader')
    // A machine that was switched off for a year does not wait with certificates that have ended.
    this.renewal.untilDone()
  }

  #cluster(): { readonly cluster: string; readonly incarnation: number } {
    return { cluster: this.#identity.file.cluster, incarnation: this.#identity.file.incarnation }
  }

  #coreOptions(): CoreOptions {
    const { store, directory } = this.#deps
    const { listen, advertise, maxVoters, works, seed } = this.#settings
    const { key, file, authority, node } = this.#identity
    const agreed = readSystem(store)
    const founding = directory.firstTransaction() !== undefined
    // Without a state the protocol would know nobody to ask: those known from joining or the last run stand in.
    const known = file.peers.map((peer) => ({ ...peer, role: 'peer' as const, zone: '' }))
    return {
      keyBytes: peerKeyBytes(key), cluster: this.#cluster(), left: file.left, name: file.name, authority, certificate: node.certificate,
      maxVoters, works, listen, advertise, seed,
      logDirectory: directory.log, mark: store.durableMark(), logExpected: (file.ran === file.incarnation || agreed.peers.length > 0) && !founding, bootstrap: founding,
      system: agreed.peers.length > 0 ? agreed : { peers: known, assignments: [] }, removed: readRemoved(store), known: file.peers,
    }
  }

  #take(report: Report): void {
    const { metrics, clock } = this.#deps
    switch (report.kind) {
      case 'started':
        this.#addresses = report.addresses
        if (this.#identity.file.logged !== this.#identity.file.incarnation) this.#write({ logged: this.#identity.file.incarnation })
        this.survivors.started(report.foundMs)
        if (report.problem !== undefined) this.#deps.logger.error('the log was damaged', { problem: report.problem })
        return this.#started?.resolve()
      case 'failed':
        return this.#fail(this.#startError(report.why, report.cause))
      case 'committed':
        if (this.agreed.committed(report.entries)) return this.#applied(true)
        this.#tellLater ??= this.#deps.clock.after(appliedReportMs, () => this.#applied(false))
        return
      case 'outcome':
        return this.agreed.outcome(report.counter, report.outcome)
      case 'read':
        return this.agreed.read(report.context, report.index)
      case 'members':
        return this.members.seen(report.members)
      case 'works':
        return this.works.changed(report.works)
      case 'assign':
        for (const assignment of report.assignments) void this.#assign(assignment)
        return
      case 'status':
        this.agreed.told(report.status)
        metrics.gauge(leaseLeft).set({}, Math.max(0, report.status.leaseUntilMs - clock.bootMs()) / 1_000)
        return this.lease.told(report.status.leaseUntilMs)
      case 'leaseOver':
        return this.takeover.standing(report.id, report)
      case 'disk':
        return this.agreed.roomChanged(report.full)
      case 'ask':
        void this.#answer(report.id, report.ask)
        return
      case 'answered':
        return this.#asking.answered(report.id, report.answer)
      case 'otherIncarnation':
        return this.survivors.otherIncarnation(report.from, report.lineage)
      case 'log':
        return this.#deps.logger[report.level](report.message, report.fields)
      case 'metrics':
        return enterRecords(this.#deps.metrics, report.records)
      case 'stopped':
        return this.#stopped?.resolve()
      case 'removed':
        return this.#wasRemoved(this.#peers.find((record) => record.peer === report.by)?.name ?? report.by)
      default:
        return unreachable(report, 'report')
    }
  }

  /** Tells the engine how far the state is; with the protocol's own records when they may have changed. */
  #applied(systemChanged: boolean): void {
    const { store } = this.#deps
    const durableIndex = store.durableIndex()
    this.#durableTold = durableIndex
    this.#tellLater?.cancel()
    this.#tellLater = undefined
    const system = systemChanged ? readSystem(store) : undefined
    this.#link?.send({
      kind: 'applied', index: store.appliedIndex(), durableIndex, system, removed: system === undefined ? undefined : readRemoved(store),
    })
    if (system === undefined) return
    this.#checkLevel()
    if (readRemoved(store).includes(this.peerId)) this.#wasRemoved(this.#identity.file.name)
    const changed = JSON.stringify(system.peers) !== JSON.stringify(this.#peers)
    this.#peers = system.peers
    this.members.agreed(system.peers)
    if (changed && system.peers.length > 0) this.#remember(system.peers)
    if (changed) void this.#move()
  }

  /** It runs on, so that its state and logs can still be looked at, and says on every occasion what it is; its Pods end. */
  #wasRemoved(toldBy: string): void {
    if (this.#removed) return
    this.#removed = true
    if (this.#deps.directory.goesAnew()) return this.#fail(joinsAnew.make({ peer: this.peerId }))
    this.agreed.removed()
    this.#deps.removed?.()
    this.#deps.logger.error('this peer was removed from the cluster; stop it, remove its data directory and join again', { toldBy })
  }

  /** A peer that was away while the others went on to a level that it does not know must not go on either. */
  #checkLevel(): void {
    try {
      this.#levels.check()
    } catch (error) {
      if (!featureLevelUnknown.is(error)) throw error
      this.#fail(error)
    }
  }

  /** Has the agreed table tell our present addresses; gossip spreads them sooner, but only the table survives a restart of all. */
  async #move(): Promise<void> {
    const record = this.#peers.find((peer) => peer.peer === this.peerId)
    if (record === undefined || this.#moving || JSON.stringify(record.addresses) === JSON.stringify(this.#addresses)) return
    this.#moving = true
    try {
      const key = peerKeyOf(record.peer)
      // The record as it is stored: a newer version may have put more into it than this one reads.
      const moved = { ...parseObject(this.#deps.store.get(key)?.value), addresses: this.#addresses }
      await this.agreed.commit({ conditions: [{ kind: 'present', key, live: false }], writes: [putJson(key, moved)] }, moveTimeoutMs)
    } catch (error) {
      if (!noAgreement.is(error)) throw error
      this.#deps.logger.debug('the new addresses were not agreed yet', { reason: error.details.reason })
    } finally {
      this.#moving = false
    }
  }

  /** Keeps the others' addresses in the cluster file, for a start without state. */
  #remember(peers: readonly PeerRecord[]): void {
    this.#write({ peers: peers.map(({ peer, name, addresses }) => ({ peer, name, addresses })) })
  }

  #write(changed: Partial<ClusterFile>): void {
    const file = { ...this.#identity.file, ...changed }
    this.#identity = { ...this.#identity, file }
    this.#noteCluster()
  }

  /** On a full disk the last file stays and is written again later: the table itself is in the state. */
  #noteCluster(): void {
    try {
      this.#deps.directory.writeClusterFile(this.#identity.file)
      this.#clusterNoted = true
    } catch (error) {
      if (this.#clusterNoted) this.#deps.logger.warn('the cluster file was not written, trying again', { reason: error instanceof Error ? error.message : String(error) })
      this.#clusterNoted = false
    }
  }

  #tellDurable(): void {
    if (!this.#clusterNoted) this.#noteCluster()
    if (this.#deps.store.durableIndex() !== this.#durableTold) this.#applied(false)
  }

  async #answer(id: number, ask: Ask): Promise<void> {
    let answer: Answer
    try {
      if (ask.what === 'join') answer = { kind: 'bytes', bytes: await this.#desk.answer(ask.session, ask.remote, ask.frame) }
      else if (ask.what === 'question') answer = { kind: 'bytes', bytes: this.comparison.answer(ask.frame) ?? await this.takeover.answer(ask.frame) ?? await this.signing.answer(ask.from, ask.frame) ?? this.survivors.answer(ask.from, ask.frame) }
      else answer = required(await this.#snapshots.answer(ask) ?? await this.#intake.answer(ask), 'an answer about snapshots')
    } catch (error) {
      this.#deps.logger.warn('a question of the peer thread failed', { what: ask.what, reason: error instanceof Error ? error.message : String(error) })
      answer = { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
    }
    this.#link?.send({ kind: 'answer', id, answer }, answer.kind === 'bytes' ? [answer.bytes] : [])
  }

  /** The leader's engine wants a work to change hands: a transaction that only holds against the table it decided by. */
  async #assign(assignment: Assignment): Promise<void> {
    const { work, epoch } = assignment
    const key = assignmentKeyOf(work)
    const before: Condition = epoch > 1 ? { kind: 'assignment', work, epoch: epoch - 1 } : { kind: 'absent', key }
    try {
      await this.agreed.commit({ conditions: [before], writes: [putJson(key, assignment)] }, durableReportMs)
    } catch (error) {
      // The engine asks again while the table is not as it wants it.
      if (!noAgreement.is(error)) throw error
      this.#deps.logger.debug('an assignment was not agreed', { work, epoch, reason: error.details.reason })
    }
  }

  /** A new cluster's first transaction, tried until it is in the state; a second life finds it done. */
  async #found(): Promise<void> {
    const { directory, store, logger } = this.#deps
    const text = required(directory.firstTransaction(), 'the first transaction')
    if (store.get(clusterKey) === undefined) {
      const result = await this.agreed.commit(firstTransaction(text, this.peerId, this.#addresses), 20_000)
      logger.info('a new cluster begins', { cluster: this.#identity.file.cluster, outcome: result.kind })
    }
    directory.firstTransactionDone()
  }

  #renewed(certificates: Certificates): void {
    const { directory } = this.#deps
    this.#identity = { ...this.#identity, ...certificates }
    directory.writeCertificates(this.#identity)
    this.#link?.send({ kind: 'certificate', certificate: certificates.node.certificate })
    this.#deps.renewed?.(this.#identity)
  }

  #startError(why: string, cause: StartFailure): Error {
    if (cause === 'listen') return listenFailed.make({ addresses: this.#settings.listen })
    if (cause === 'onlyCopy') return onlyLogDamaged.make({ directory: this.#deps.directory.log, found: why })
    return peerThreadFailed.make({ why })
  }

  #threadEnded(why: string): void {
    if (this.#stopped !== undefined) this.#stopped.resolve()
    else this.#fail(peerThreadFailed.make({ why }))
  }

  #fail(error: Error): void {
    if (this.#failing) return
    void this.halt()
    const starting = this.#started
    // Before the start has ended the caller of start() hears it, afterwards the daemon.
    if (starting !== undefined && this.#addresses.length === 0) starting.reject(error)
    else this.#deps.failed(error)
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
    this.#tellLater?.cancel()
    this.#tellLater = undefined
  }

  #every(intervalMs: number, run: () => void): void {
    const slot = this.#timers.length
    const turn = (): void => {
      this.#timers[slot] = this.#deps.clock.after(intervalMs, turn)
      run()
    }
    const first = this.#deps.clock.after(intervalMs, turn)
    this.#timers.push(first)
  }
}
