// A cluster of simulated peers: the first one bootstraps, the others join through a transaction that writes their record
// and start from a copy of the state of the peer that admitted them, as the daemon's join does. Then peers crash and come
// back, stand still and lose each other, as the run wants it.
import { assert, required } from '../protocol/base/assert.ts'
import type { PeerId } from '../protocol/base/ids.ts'
import { decodeGossipBatch, decodeMessage, encodeGossipBatch, encodeMessage } from '../protocol/message/codec.ts'
import type { GossipBatch, Message } from '../protocol/message/message.ts'
import type { Transaction } from '../protocol/message/transaction.ts'
import { describeMessage } from './describe.ts'
import type { Aboard } from './aboard.ts'
import { Disk } from './disk.ts'
import type { SavedState } from './disk.ts'
import { Gossip } from './gossip.ts'
import { Network } from './network.ts'
import type { RunOptions } from './options.ts'
import { encodeJson, peerPrefix, SimPeer } from './peer.ts'
import type { CreateEngine, Surroundings } from './peer.ts'
import type { Watcher } from './watcher.ts'
import type { SimUs, World } from './world.ts'

/** How long building the cluster may take; longer is a violation of liveness. */
export const buildBudgetUs: SimUs = 60_000_000

/** The slowest disk: with a slower one a lone voter, which steps down when it cannot save, would hardly ever lead. */
export const slowestSyncUs: SimUs = 150_000

const clusterId = { cluster: 'simulated', incarnation: 1 }

export class Cluster {
  readonly world: World
  readonly network: Network
  readonly peers: SimPeer[]
  readonly options: RunOptions
  /** Called for a peer that is made while the run goes on. */
  onNewPeer: (peer: SimPeer) => void = () => {}
  readonly #gossip: Gossip
  readonly #makePeer: (id: PeerId, index: number) => SimPeer
  readonly #byId = new Map<PeerId, SimPeer>()
  /** Peers whose record was written; the others do not exist yet. */
  readonly #joined = new Set<number>()

  /** `board` begins what runs on each peer besides the protocol. */
  constructor(world: World, options: RunOptions, createEngine: CreateEngine, watcher: Required<Watcher>, board?: (peer: SimPeer) => Aboard) {
    this.world = world
    this.options = options
    const places = options.peers + options.spares
    this.network = new Network(world, places, options.network)
    this.#gossip = new Gossip(this.network, places, world.random.fork(), (to, batch) => this.peers[to]?.hear(batch))
    const around: Surroundings = {
      world,
      createEngine,
      engineOptions: {
        cluster: clusterId, maxVoters: options.maxVoters, works: ['controllers', 'scheduler'], keptEntries: options.keptEntries,
      },
      watcher,
      board,
      send: (from, to, message) => this.#send(from, to, message),
      publish: (from, batch) => this.#gossip.publish(this.#index(from), this.#overWire(batch)),
      others: (peer) => this.joined().map((one) => one.id).filter((id) => id !== peer),
      fetchState: (to, from, arrive) => this.#fetchState(to, from, arrive),
    }
    const slow = world.random.integer(options.peers)
    this.#makePeer = (id, index) => {
      const meanSyncUs = Math.min(slowestSyncUs, options.disk.meanSyncUs * (index === slow ? options.slowDisk : 1))
      const traits = {
        drift: 1 + (world.random.float() * 2 - 1) * options.drift,
        wallOffsetMs: Math.round((world.random.float() * 2 - 1) * options.wallSpreadMs),
        saveStateUs: options.saveStateUs,
        holderWriteUs: options.holderWriteUs,
      }
      const peer = new SimPeer(id, index, new Disk(world, { ...options.disk, meanSyncUs }), traits, around)
      this.#byId.set(id, peer)
      return peer
    }
    this.peers = Array.from({ length: options.peers }, (_, index) => this.#makePeer(`p${index}`, index))
  }

  peer(index: number): SimPeer {
    return required(this.peers[index], 'peer')
  }

  byId(id: PeerId): SimPeer {
    return required(this.#byId.get(id), 'peer of this id')
  }

  running(): readonly SimPeer[] {
    return this.peers.filter((peer) => peer.running)
  }

  joined(): readonly SimPeer[] {
    return this.peers.filter((peer) => this.#joined.has(peer.index))
  }

  /** Starts the first peer and lets the others join one after the other; false when that took too long. */
  build(): boolean {
    this.peer(0).start(true)
    this.#joined.add(0)
    for (const peer of this.peers) {
      if (!this.#join(peer)) return false
    }
    return true
  }

  crash(peer: SimPeer): void {
    if (!peer.running) return
    peer.crash()
    this.#gossip.forget(peer.index)
    // The machine's kernel closes the connections, and refuses new ones: the others notice as soon as a packet takes, if at all.
    for (const other of this.peers) {
      if (other === peer) continue
      this.network.send(peer.index, other.index, () => other.connectionLost(peer.id, 'lost'))
      this.network.send(peer.index, other.index, () => other.connectionLost(peer.id, 'refused'))
    }
  }

  restart(peer: SimPeer): void {
    if (!peer.running && this.#joined.has(peer.index)) peer.start(false)
  }

  /** A peer that never comes back: its record is deleted through the others, again and again until that is agreed. */
  remove(peer: SimPeer): void {
    this.crash(peer)
    this.#joined.delete(peer.index)
    this.#deleteRecord(peer)
  }

  /** A disk is wiped: the machine's old peer never comes back, and a new one with another identity joins in its place. */
  wipe(peer: SimPeer): void {
    this.remove(peer)
    const next = this.#makePeer(`${peer.id}n`, peer.index)
    this.peers[peer.index] = next
    this.onNewPeer(next)
    this.#joinLater(next)
  }

  /** A new machine joins through some other, if there is one left to come. */
  joinSpare(): void {
    const { peers, spares } = this.options
    const index = this.peers.length
    if (index >= peers + spares) return
    const peer = this.#makePeer(`p${index}`, index)
    this.peers.push(peer)
    this.onNewPeer(peer)
    this.#joinLater(peer)
  }

  /** Whoever leads, by its own account, with the greatest term. */
  leader(): SimPeer | undefined {
    let best: SimPeer | undefined
    let bestTerm = -1
    for (const peer of this.running()) {
      const status = peer.engine.status()
      if (status.role !== 'leader' || status.term <= bestTerm) continue
      best = peer
      bestTerm = status.term
    }
    return best
  }

  #joinLater(peer: SimPeer): void {
    const again = (): void => this.world.after(1_000_000, () => this.#joinLater(peer))
    const running = this.running()
    if (running.length === 0) return again()
    const host = this.world.random.pick(running)
    host.write(joinTransaction(peer), (answer) => {
      if (answer.kind === 'maybe' || !host.running) return again()
      this.#joined.add(peer.index)
      peer.disk.installState(host.state())
      peer.start(false)
    })
  }

  #deleteRecord(peer: SimPeer): void {
    const again = (): void => this.#deleteRecord(peer)
    const running = this.running()
    if (running.length === 0) return this.world.after(1_000_000, again)
    const write = { kind: 'delete' as const, key: peerPrefix + peer.id }
    this.world.random.pick(running).write({ conditions: [], writes: [write] }, (answer) => {
      if (answer.kind === 'maybe') this.world.after(1_000_000, again)
    })
  }

  /** Writes the peer's record through an older peer; a newcomer then starts from that peer's state. */
  #join(peer: SimPeer): boolean {
    const host = this.peer(peer.index === 0 ? 0 : this.world.random.integer(peer.index))
    let written = false
    const attempt = (): void => {
      host.write(joinTransaction(peer), (answer) => {
        // A repetition finds the record there: that is as good as having written it.
        if (answer.kind === 'applied' || answer.kind === 'refused') written = true
        else attempt()
      })
    }
    attempt()
    if (!this.world.run(this.world.nowUs + buildBudgetUs, () => written)) return false
    if (peer.index === 0) return true
    assert(!peer.running, 'a newcomer does not run yet')
    this.#joined.add(peer.index)
    peer.disk.installState(host.state())
    peer.start(false)
    return true
  }

  #send(from: PeerId, to: PeerId, message: Message): void {
    const target = this.#byId.get(to)
    assert(target !== undefined, `${from} writes to ${to}, which does not exist`)
    const fromIndex = this.#index(from)
    this.world.trace.mix(fromIndex * 64 + target.index)
    if (this.world.trace.recording) this.#record(from, to, message)
    const wired = this.options.wire ? decodeMessage(clusterId, encodeMessage(clusterId, message)) : message
    this.network.send(fromIndex, target.index, () => target.receive(from, wired))
  }

  #record(from: PeerId, to: PeerId, message: Message): void {
    const words = describeMessage(message)
    if (words !== undefined) this.world.trace.line(this.world.nowUs, () => `${from} -> ${to} ${words}`)
  }

  #overWire(batch: GossipBatch): GossipBatch {
    return this.options.wire ? decodeGossipBatch(clusterId, encodeGossipBatch(batch)) : batch
  }

  #fetchState(to: PeerId, from: PeerId, arrive: (state: SavedState) => void): void {
    const source = this.byId(from)
    const target = this.byId(to)
    this.network.send(target.index, source.index, () => {
      if (!source.running || source.paused) return
      const state = source.state()
      this.network.send(source.index, target.index, () => arrive(state))
    })
  }

  #index(id: PeerId): number {
    return this.byId(id).index
  }
}

function joinTransaction(peer: SimPeer): Transaction {
  const key = peerPrefix + peer.id
  const record = { peer: peer.id, name: `node-${peer.index}`, role: 'peer' as const, addresses: [`/ip4/10.0.0.${peer.index + 1}/tcp/7447`], zone: '' }
  return { conditions: [{ kind: 'absent', key }], writes: [{ kind: 'put', key, value: encodeJson(record), terminating: false }] }
}
