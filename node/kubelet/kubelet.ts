// The kubelet: runs the Pods that are bound to this peer. It follows them in the local copy of the state, gives each a
// worker, watches the runtime, keeps the Node and its lease, and serves logs and streams. Pods outlive it: a new daemon
// finds them in the runtime and goes on. It never acts on a state older than one it has already seen.
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { required } from '../../protocol/base/assert.ts'
import type { Timer } from '../base/clock.ts'
import { createClient } from '../client/client.ts'
import type { Client } from '../client/client.ts'
import { createEventRecorder } from '../client/event-recorder.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import { Informer } from '../client/informer.ts'
import { versionOf } from '../client/object-cache.ts'
import type { Change } from '../client/object-cache.ts'
import { nodes, pods } from '../client/resource-types.ts'
import { fencedPods } from '../objects/pods/fence.ts'
import type { Node, Pod } from '../objects/generated/core-v1.ts'
import { removeCgroup } from '../platform/cgroups.ts'
import { ifMissing } from '../platform/failures.ts'
import { Images } from './images/images.ts'
import { logCheckMs, parallelStarts } from './limits.ts'
import { rotateLogs } from './logs/rotation.ts'
import { readMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import { NodeAgent } from './node/agent.ts'
import { removeOrphan } from './orphans.ts'
import { Starter } from './pod/starter.ts'
import { identityOf, specOf } from './pod/view.ts'
import { PodWorker } from './pod/worker.ts'
import { podsRunning } from './metrics.ts'
import { Relist } from './relist.ts'
import { KubeletServer } from './server/server.ts'
import { Slots } from './slots.ts'
import type { Kubelet, KubeletDeps, KubeletOptions, ServerCertificates } from './types.ts'
import { StatsCollector } from './stats/collector.ts'
import { liftFence } from './unique/fence.ts'
import { UniqueGuard } from './unique/guard.ts'
import { WardenFiles } from './unique/warden-files.ts'
import { TokenKeeper } from './volumes/tokens.ts'
import { Reclaimer } from './volumes/reclaimer.ts'
import { Volumes } from './volumes/volumes.ts'

/** Makes the kubelet of this peer. Nothing happens before its start. */
export function createKubelet(deps: KubeletDeps, options: KubeletOptions): Kubelet {
  return new NodeKubelet(deps, options)
}

const isNodeReady = (node: Node): boolean => node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True'

const versionFile = 'observed-version'
const retryMs = 1_000

class NodeKubelet implements Kubelet {
  readonly #deps: KubeletDeps
  readonly #options: KubeletOptions
  readonly #client: Client
  readonly #recorder: EventRecorder
  readonly #images: Images
  readonly #volumes: Volumes
  readonly #reclaimer: Reclaimer
  readonly #pods: Informer<Pod>
  readonly #node: Informer<Node>
  readonly #relist: Relist
  readonly #server: KubeletServer
  readonly #agent: NodeAgent
  readonly #stats: StatsCollector
  readonly #starts = new Slots(parallelStarts)
  /** Sandboxes that want an address are made one by one: the wish is for the next one. */
  readonly #wishes = new Slots(1)
  readonly #workers = new Map<string, PodWorker>()
  readonly #orphans = new Set<string>()
  readonly #guard: UniqueGuard
  #starter: Starter | undefined
  #machine: Machine | undefined
  #observedVersion = 0
  #savedVersion = 0
  #timer: Timer | undefined
  #stopped = true
  #dismissed = false
  #lifting = false

  constructor(deps: KubeletDeps, options: KubeletOptions) {
    this.#deps = deps
    this.#options = options
    this.#client = createClient(deps.transport)
    this.#recorder = createEventRecorder({ ...deps, client: this.#client }, 'kubelet', options.nodeName)
    this.#images = new Images(deps, { ctrPath: options.ctrPath, endpoint: options.criEndpoint })
    this.#volumes = new Volumes({ tokens: new TokenKeeper(deps), node: () => this.#node.cache.get(options.nodeName) }, { ...options, podsDirectory: join(options.dataDirectory, 'pods') })
    this.#reclaimer = new Reclaimer({ ...deps, transport: deps.volumeTransport, recorder: this.#recorder }, options)
    this.#pods = new Informer({ ...deps, client: this.#client }, pods, { narrow: { fieldSelector: `spec.nodeName=${options.nodeName}` }, fromLocalCopy: true })
    this.#node = new Informer({ ...deps, client: this.#client }, nodes, { narrow: { fieldSelector: `metadata.name=${options.nodeName}` }, fromLocalCopy: true })
    this.#relist = new Relist({ ...deps, isBusy: () => this.#isBusy(), onChange: (changed, all) => this.#runtimeChanged(changed, all) })
    this.#guard = new UniqueGuard({
      ...deps, client: this.#client, warden: new WardenFiles(options.wardenDirectory),
      bootId: () => this.#machine?.bootId ?? '', wake: (uid) => this.#workers.get(uid)?.wake(),
    })
    this.#stats = new StatsCollector(deps, options)
    this.#server = new KubeletServer({ ...deps, stats: () => this.#stats.latest(), pods: () => this.#pods.cache.list(), logFolder: (pod) => required(this.#starter, 'the starter').logFolder(pod), loadImage: (archive) => this.loadImage(archive), archiveOf: (image) => this.#images.archiveOf(image) }, options)
    this.#agent = new NodeAgent({ ...deps, client: this.#client, images: this.#images, runtimeHealthy: () => this.#relist.healthy }, options)
  }

  async start(): Promise<void> {
    if (!this.#stopped) return
    this.#stopped = false
    // Containers reach their volumes by mounts, never by these paths: nobody else needs to get in.
    await mkdir(join(this.#options.dataDirectory, 'pods'), { recursive: true, mode: 0o700 })
    await mkdir(this.#options.volumesDirectory, { recursive: true, mode: 0o700 })
    await mkdir(this.#options.volatileDirectory, { recursive: true, mode: 0o700 })
    await mkdir(this.#options.podLogDirectory, { recursive: true })
    this.#machine = await readMachine()
    this.#starter = this.#makeStarter(this.#machine)
    this.#guard.start()
    this.#stats.start()
    await this.#server.start()
    this.#agent.start(this.#machine, this.#server.port())
    await this.#readObservedVersion()
    this.#pods.onChange((change) => this.#podChanged(change))
    // Others write Unknown while this peer seems dead: it says at once that it is not.
    this.#node.onChange(({ object }) => {
      if (!isNodeReady(object)) this.#agent.hurry()
      this.#liftFence()
    })
    this.#node.start()
    this.#beginWhenFresh()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await Promise.all([this.#server.stop(), this.#agent.stop(), this.#stats.stop(), this.#node.stop(), this.#pods.stop(), this.#relist.stop(), this.#reclaimer.stop()])
    await Promise.all([this.#guard.stop(), ...[...this.#workers.values()].map((worker) => worker.stop())])
    this.#workers.clear()
    await this.#saveObservedVersion()
  }

  async loadImage(archive: string | Readable): Promise<void> {
    if (typeof archive === 'string') await this.#images.load(archive)
    else await this.#images.loadStream(archive)
    for (const worker of this.#workers.values()) worker.retryNow()
    this.#agent.hurry()
  }

  dismiss(): void {
    this.#dismissed = true
    for (const worker of this.#workers.values()) worker.removed(undefined)
  }

  renewCertificates(certificates: ServerCertificates): void {
    this.#server.renew(certificates)
  }

  port(): number {
    return this.#server.port()
  }

  #makeStarter(machine: Machine): Starter {
    const options = this.#options
    return new Starter({
      ...this.#deps,
      images: this.#images,
      volumes: this.#volumes,
      recorder: this.#recorder,
      heldNow: (uid) => this.#guard.heldNow(uid),
      machine: () => ({
        hostAddresses: options.addresses,
        allocatable: this.#agent.allocatable(),
        memoryBytes: machine.memoryBytes,
        machineName: options.nodeName,
        clusterDomain: options.clusterDomain,
        clusterDns: options.clusterDns,
        machineResolver: machine.resolver,
        podLogDirectory: options.podLogDirectory,
        cgroupParent: options.rootless ? undefined : options.cgroupParent,
      }),
    })
  }

  /** Waits until the local copy is at least as new as what was seen before a restart, then follows it. */
  #beginWhenFresh(): void {
    const query = { resourceVersion: String(this.#savedVersion), resourceVersionMatch: 'NotOlderThan', limit: '1' }
    const fresh = this.#savedVersion === 0 ? Promise.resolve() : this.#deps.transport.send({ method: 'GET', path: '/api/v1/pods', query: { ...query, fieldSelector: `spec.nodeName=${this.#options.nodeName}` } })
    fresh.then(() => this.#begin(), (error: unknown) => {
      this.#deps.logger.info('the kubelet waits for the local copy of the state', { version: this.#savedVersion, error })
      if (!this.#stopped) this.#timer = this.#deps.clock.after(retryMs, () => this.#beginWhenFresh())
    })
  }

  #begin(): void {
    if (this.#stopped) return
    this.#pods.start()
    void this.#reclaimer.start()
    void this.#pods.whenSynced().then(() => {
      if (this.#stopped) return
      this.#relist.start()
      this.#housekeep()
    })
  }

  #podChanged(change: Change<Pod>): void {
    const { object } = change
    if (specOf(object).nodeName !== this.#options.nodeName) return
    this.#observedVersion = Math.max(this.#observedVersion, versionOf(object))
    const { uid } = identityOf(object)
    const worker = this.#workers.get(uid)
    if (change.kind === 'deleted') {
      worker?.removed(object)
      return
    }
    // A new object under an old name: the old one is gone.
    if (change.kind === 'updated' && change.previous.metadata.uid !== uid) this.#workers.get(identityOf(change.previous).uid)?.removed(undefined)
    if (worker !== undefined) worker.update(object)
    else this.#startWorker(object)
    this.#relist.hurry()
  }

  #startWorker(pod: Pod): void {
    const { uid } = identityOf(pod)
    const worker = new PodWorker({
      ...this.#deps,
      client: this.#client,
      recorder: this.#recorder,
      starter: required(this.#starter, 'the starter'),
      volumes: this.#volumes,
      guard: this.#guard,
      hostAddresses: () => this.#options.addresses,
      startSlot: (run, address) => this.#starts.run(() => (address === undefined ? run() : this.#wishes.run(() => {
        this.#deps.preferAddress?.(address)
        return run()
      }))),
      onGone: (gone) => {
        this.#workers.delete(gone)
        this.#guard.forget(gone)
        this.#count()
        if (!this.#options.rootless) this.#removeCgroups(gone)
      },
    }, pod)
    this.#workers.set(uid, worker)
    this.#count()
    if (this.#dismissed) worker.removed(undefined)
    else worker.wake()
  }

  /** The runtime removes the control groups of its containers and leaves the Pod's own. */
  #removeCgroups(podUid: string): void {
    for (const quality of ['guaranteed', 'burstable', 'besteffort']) {
      const group = `${this.#options.cgroupParent}/${quality}/pod${podUid}`
      removeCgroup(group).catch((error: unknown) => this.#deps.logger.warn('the control group of a Pod that is gone stays', { group, error }))
    }
  }

  #count(): void {
    this.#deps.metrics.gauge(podsRunning).set({}, this.#workers.size)
  }

  #isBusy(): boolean {
    for (const worker of this.#workers.values()) if (worker.busy) return true
    return false
  }

  #runtimeChanged(changed: ReadonlySet<string>, all: ReadonlySet<string>): void {
    this.#liftFence()
    for (const uid of changed) this.#workers.get(uid)?.wake()
    for (const uid of all) if (!this.#workers.has(uid) && !this.#orphans.has(uid)) this.#removeOrphan(uid)
  }

  /** What was replaced here while this peer was away is told to be gone; tried again with the next change or look. */
  #liftFence(): void {
    const node = this.#node.cache.get(this.#options.nodeName)
    if (this.#lifting || node === undefined || fencedPods(node).length === 0 || !this.#pods.hasSynced()) return
    this.#lifting = true
    liftFence(this.#client, this.#deps.runtime, node)
      .catch((error: unknown) => this.#deps.logger.debug('a fence could not be lifted yet', { error }))
      .finally(() => { this.#lifting = false })
  }

  /** Something runs whose Pod the API no longer has: it was deleted while this daemon was away. */
  #removeOrphan(uid: string): void {
    this.#orphans.add(uid)
    this.#deps.logger.info('a Pod that is gone from the API still runs here and is ended', { uid })
    removeOrphan(this.#deps.runtime, uid)
      .then(() => this.#volumes.tearDown(uid))
      .then(() => this.#removeLogs(uid))
      .then(() => this.#guard.forget(uid))
      .catch((error: unknown) => this.#deps.logger.warn('what is left of a Pod could not be removed yet', { uid, error }))
      .finally(() => this.#orphans.delete(uid))
  }

  /** The log folders of others may lie beside ours: only the one with this uid goes. */
  async #removeLogs(uid: string): Promise<void> {
    for (const entry of await readdir(this.#options.podLogDirectory)) {
      if (entry.endsWith(`_${uid}`)) await rm(join(this.#options.podLogDirectory, entry), { recursive: true, force: true })
    }
  }

  #housekeep(): void {
    void this.#removeLeftFolders()
      .then(() => rotateLogs(this.#options.podLogDirectory, this.#deps.runtime))
      .then(() => this.#saveObservedVersion())
      .catch((error: unknown) => this.#deps.logger.warn('the kubelet could not tidy up', { error }))
      .finally(() => {
        if (!this.#stopped) this.#timer = this.#deps.clock.after(logCheckMs, () => this.#housekeep())
      })
  }

  async #removeLeftFolders(): Promise<void> {
    for (const root of [join(this.#options.dataDirectory, 'pods'), this.#options.volatileDirectory]) {
      for (const uid of await readdir(root)) {
        if (!this.#workers.has(uid) && !this.#orphans.has(uid)) await this.#volumes.tearDown(uid)
      }
    }
    for (const uid of this.#guard.known()) if (!this.#workers.has(uid) && !this.#orphans.has(uid)) this.#guard.forget(uid)
  }

  async #readObservedVersion(): Promise<void> {
    const text = await readFile(join(this.#options.dataDirectory, versionFile), 'utf8').catch(ifMissing(''))
    this.#savedVersion = /^\d+$/.test(text.trim()) ? Number(text) : 0
    this.#observedVersion = this.#savedVersion
  }

  async #saveObservedVersion(): Promise<void> {
    if (this.#observedVersion === this.#savedVersion) return
    const path = join(this.#options.dataDirectory, versionFile)
    await writeFile(`${path}.new`, String(this.#observedVersion))
    await rename(`${path}.new`, path)
    this.#savedVersion = this.#observedVersion
  }
}
