// The composition root: builds every zone, hands each what it uses, starts them in the order in which they need each other,
// and stops them in reverse. Read it from top to bottom to know what a daemon is. It decides nothing itself.
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { required } from '../protocol/base/assert.ts'
import { seededRandom } from '../protocol/base/random.ts'
import { createApiServer } from './apiserver/api-server.ts'
import { apiServerOptions } from './apiserver/options.ts'
import type { Clock } from './base/clock.ts'
import type { Startable } from './base/lifecycle.ts'
import type { Logger } from './base/logger.ts'
import type { Metrics } from './base/metrics.ts'
import type { OptionValues } from './base/options.ts'
import { createClient, type Client } from './client/client.ts'
import { Informers } from './client/informers.ts'
import { nodes } from './client/resource-types.ts'
import { daemonOptions } from './config/options.ts'
import { readOptions } from './config/read.ts'
import { createControllers } from './controllers/manager.ts'
import { apiServiceController } from './daemon/api-service-controller.ts'
import { ClusterAccess } from './daemon/cluster-access.ts'
import { ControlServer } from './daemon/control-server.ts'
import { freshRoutes, memberRoutes, type MemberParts } from './daemon/control-routes.ts'
import { endpointsWithdrawn } from './daemon/other-kubelets.ts'
import { Meeting } from './daemon/meeting/meeting.ts'
import { drain, forgetNode } from './daemon/leaving.ts'
import { catchUpTimeoutMs, farewellMs, firstStateTimeoutMs } from './daemon/limits.ts'
import { ownAddress } from './daemon/own-address.ts'
import { rootlessLabel } from './daemon/status.ts'
import { createKubelet } from './kubelet/kubelet.ts'
import { criRuntime } from './kubelet/runtime/cri.ts'
import { Network } from './network/network.ts'
import { DataDirectory } from './peer/data-directory.ts'
import { noAgreement } from './peer/errors.ts'
import { initCluster } from './peer/found.ts'
import { invite, type ManageDeps } from './peer/invitations.ts'
import { joinCluster } from './peer/join.ts'
import { peerOptions } from './peer/options.ts'
import { Peer } from './peer/peer.ts'
import { recoverAlone } from './peer/recovery.ts'
import { removePeer } from './peer/removal.ts'
import type { PeerThread } from './peer/worker-thread.ts'
import { systemClock } from './platform/clock.ts'
import { resources } from './resources/registry.ts'
import { createScheduler } from './scheduler/scheduler.ts'
import { stateDamaged } from './store/errors.ts'
import { discardState, openStore } from './store/level-store.ts'
import type { StateStore } from './store/types.ts'
import { createLogger, type LogLevel, logLevels } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'

const works = ['controllers', 'scheduler'] as const
const clusterDomain = 'cluster.local'
const dnsAddress = '10.96.0.10'
const clusterCidr = '10.244.0.0/16'
/** What this build calls itself where Kubernetes shows a version. */
const version = 'v1.32.3+shoal'

const optionSpecs = { ...daemonOptions, ...apiServerOptions, listen: peerOptions.listen, maxVoters: peerOptions.voters, zone: peerOptions.zone }
type Options = OptionValues<typeof optionSpecs>

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
  const options = readOptions(optionSpecs, { flags, environment })
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
  readonly #options: Options
  readonly #peerThread: PeerThread
  readonly #ended: { readonly end: (status: number) => void; readonly fail: (error: unknown) => void }
  readonly #directory: DataDirectory
  readonly #control: ControlServer
  readonly #name: string
  readonly #address: string
  /** What runs, in the order in which it was started. */
  readonly #running: Startable[] = []
  #member: MemberParts | undefined
  #meeting: Meeting | undefined
  #joining = false

  constructor(ground: Ground, options: Options, peerThread: PeerThread, ended: { readonly end: (status: number) => void; readonly fail: (error: unknown) => void }) {
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
    await this.#meeting?.stop()
    for (const part of this.#running.splice(0).reverse()) await part.stop()
  }

  #routes(): ReturnType<typeof freshRoutes> {
    if (this.#member !== undefined) return memberRoutes(this.#member)
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
    await joinCluster(this.#directory, invitation, this.#newcomer(), this.#ground.clock)
    await this.#becomeMember()
  }

  /** Finds the others at the meeting place; this goes on while the daemon answers on its socket. */
  #meet(): Promise<void> {
    this.#meeting = new Meeting(
      {
        directory: this.#directory, clock: this.#ground.clock, logger: this.#ground.logger.child('daemon'),
        found: () => initCluster(this.#directory, this.#newcomer(), this.#ground.clock),
        join: (invitation, name) => joinCluster(this.#directory, invitation, { ...this.#newcomer(), name }, this.#ground.clock),
        run: () => this.#becomeMember(),
        invite: (terms) => {
          const { store, peer, clock } = required(this.#member, 'a member')
          return invite({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, peer.identity.authority, terms)
        },
        suffix: () => suffix((below) => randomInt(below), 4),
        failed: this.#ended.fail,
      },
      { folder: this.#options.meeting, name: this.#name, addresses: this.#multiaddrs() },
    )
    return this.#meeting.start()
  }

  async #run<Part extends Startable>(part: Part): Promise<Part> {
    this.#running.push(part)
    await part.start()
    return part
  }

  async #openStore(): Promise<StateStore> {
    const directory = this.#directory.state
    const deps = { ...this.#ground, logger: this.#ground.logger.child('store') }
    try {
      return await openStore(deps, { directory })
    } catch (error) {
      if (!stateDamaged.is(error)) throw error
      // The other peers have it: what does not add up is dropped and fetched.
      this.#ground.logger.error('the state on disk is damaged; fetching it from another peer', { error })
      await discardState({ directory })
      return openStore(deps, { directory })
    }
  }

  /** Everything that a member runs, in order: state, agreement, API, network, Pods, works. */
  async #becomeMember(): Promise<void> {
    const { clock, metrics } = this.#ground
    const logger = this.#ground.logger
    const seed = randomBytes(4).readUInt32LE()
    const random = seededRandom(seed)
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
          renewed: (identity) => {
            api.renew(apiServingOf(identity))
            kubelet.renewCertificates(servingOf(identity))
          },
        },
        { listen: this.#options.listen, advertise: this.#multiaddrs(), maxVoters: this.#options.maxVoters, works, seed, version },
      ),
    )
    logger.child('daemon').debug('the peer runs')
    await this.#catchUp(peer, store)
    logger.child('daemon').debug('the state is caught up')
    const access = new ClusterAccess({ store, peer, clock, kubeletPort: this.#options.kubeletPort })
    const name = peer.identity.file.name
    const api = createApiServer(
      {
        store, agreed: peer.agreed, resources, clock, random, metrics, kubelets: access, logger,
        ids: { uid: () => randomUUID(), suffix: (length) => suffix(random.integer.bind(random), length) },
        tokenKeys: () => access.tokenKeys(),
      },
      {
        addresses: ['0.0.0.0'], port: this.#options.apiPort, serving: apiServingOf(peer.identity), serverAddress: `${this.#address}:${this.#options.apiPort}`,
        defaultTolerationSeconds: this.#options.defaultTolerationSeconds,
      },
    )
    const client = createClient(api.transport({ name: 'system:shoal', groups: ['system:masters'] }))
    const informers = new Informers({ client, clock, logger: logger.child('client') }, { fromLocalCopy: true })
    access.follow(informers.of(nodes))
    await this.#run(api)
    informers.start()
    this.#running.push({ start: () => Promise.resolve(), stop: () => informers.stop() })
    const network = await this.#run(
      new Network(
        { informers, membership: peer.members, clock, metrics, logger: logger.child('network') },
        { nodeName: name, address: this.#address, cniDirectory: this.#options.cniDirectory, ipamDirectory: join(this.#options.dataDirectory, 'ipam'), clusterCidr, dnsAddress, domain: clusterDomain },
      ),
    )
    const kubelet = createKubelet(
      {
        transport: api.transport({ name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] }),
        runtime: criRuntime(this.#options.criEndpoint), clock, metrics, random, logger: logger.child('kubelet'),
        endpointsWithdrawn: (addresses, timeoutMs) =>
          endpointsWithdrawn({ membership: peer.members, find: (node) => access.endpoint(node), clock, own: (address, ms) => network.waitEndpointOut(address, ms), self: name }, addresses, timeoutMs),
        waitEndpointOut: (address, timeoutMs) => network.waitEndpointOut(address, timeoutMs),
        preferAddress: (address) => network.preferAddress(address),
        networkReady: () => network.ready(),
      },
      {
        nodeName: name, addresses: [this.#address], labels: this.#options.rootless ? { [rootlessLabel]: 'true' } : {},
        dataDirectory: join(this.#options.dataDirectory, 'kubelet'), volatileDirectory: '/run/shoal/kubelet', podLogDirectory: '/var/log/pods',
        criEndpoint: this.#options.criEndpoint, ctrPath: 'ctr', port: this.#options.kubeletPort, listenAddress: undefined,
        certificates: servingOf(peer.identity), rootless: this.#options.rootless, cgroupParent: this.#options.cgroupRoot,
        clusterDomain, clusterDns: [dnsAddress], version, capacity: {},
      },
    )
    await this.#run(kubelet)
    // A write after the work is lost must be refused, so the fence keeps the last epoch instead of falling away.
    const fence = (work: string) => {
      let epoch = 0
      return () => {
        epoch = peer.works.epoch(work) ?? epoch
        return { work, epoch }
      }
    }
    await this.#run(
      createControllers({
        transport: api.transport({ name: 'system:kube-controller-manager', groups: ['system:masters'] }, fence('controllers')),
        clock, logger, metrics, random, membership: peer.members, works: peer.works, rootCa: peer.identity.authority,
        more: [apiServiceController(this.#options.apiPort)],
      }),
    )
    await this.#run(
      createScheduler({
        transport: api.transport({ name: 'system:kube-scheduler', groups: ['system:masters'] }, fence('scheduler')),
        clock, logger, metrics, random, membership: peer.members, works: peer.works,
      }),
    )
    this.#member = { store, peer, access, client, informers, clock, name, apiPort: this.#options.apiPort, address: this.#address, logger, leave: (manage) => this.#leave(peer, kubelet, client, manage) }
    logger.child('daemon').info('this peer serves', { name, address: this.#address })
  }

  /** A joiner is not Ready before its first full sync; without a majority it serves what it has. */
  async #catchUp(peer: Peer, store: StateStore): Promise<void> {
    try {
      await peer.agreed.barrier(catchUpTimeoutMs)
    } catch (error) {
      if (!noAgreement.is(error)) throw error
      this.#ground.logger.warn('no majority yet; serving from the own copy', { reason: error.details.reason })
    }
    // Without any state the kubelet would end every Pod that it finds. It comes late when this peer took a newer incarnation,
    // or dropped a damaged state.
    await store.waitForIndex(1, firstStateTimeoutMs)
  }

  /** Ends this peer's Pods, takes it out of the cluster, and leaves a fresh data directory: an identity is never used again. */
  async #leave(peer: Peer, kubelet: Startable, client: Client, manage: ManageDeps): Promise<void> {
    const { name } = peer.identity.file
    await drain(client, name, this.#ground.clock)
    await kubelet.stop()
    await forgetNode(client, name)
    await removePeer(manage, name)
    this.#ground.clock.after(farewellMs, () => void this.#farewell(peer))
  }

  /** Begins a new incarnation with this peer alone; the supervisor starts the daemon in it. */
  async #recover(peer: Peer): Promise<void> {
    const logger = this.#ground.logger.child('daemon')
    try {
      await peer.stop()
      await this.stop()
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

const servingOf = (identity: Peer['identity']): { readonly certificate: string; readonly key: string; readonly ca: string } => ({
  certificate: identity.serving.certificate,
  key: identity.serving.privateKey,
  ca: identity.authority,
})

const apiServingOf = ({ serving, authority }: Peer['identity']): { readonly certificate: string; readonly privateKey: string; readonly clientCa: string } => ({
  ...serving,
  clientCa: authority,
})

/** Letters and digits that cannot spell words, as Kubernetes uses for generated names. */
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789'

function suffix(integer: (below: number) => number, length: number): string {
  return Array.from({ length }, () => suffixLetters[integer(suffixLetters.length)] ?? 'b').join('')
}
