// A small cluster of real engines in virtual time, for the engine's own tests: messages take a few milliseconds, saves take
// longer, a crash loses what was not saved. The state machine is a list of commands. It is no simulator: no seeds of
// faults, no judges beyond what each test asserts.
import { strict as assert } from 'node:assert'
import { seededRandom } from '../../../protocol/base/random.ts'
import { emptyConfiguration } from '../../../protocol/consensus/configuration.ts'
import { createEngine } from '../../../protocol/engine/engine.ts'
import { decodeGossipBatch, decodeMessage, encodeGossipBatch, encodeMessage } from '../../../protocol/message/codec.ts'
import type { Random } from '../../../protocol/base/random.ts'
import type { PeerEngine, PeerRecord, Ready, Recovered, Save, SystemState } from '../../../protocol/engine/types.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from '../../../protocol/message/entry.ts'
import type { Assignment } from '../../../protocol/message/ownership.ts'

export const cluster = { cluster: 'test', incarnation: 1 }

export type Command = { readonly set: string } | { readonly peer: PeerRecord } | { readonly removePeer: string } | { readonly assign: Assignment }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

interface Disk {
  hardState: HardState
  mark: SnapshotMark
  entries: Entry[]
}

/** What the test's state machine holds. */
interface State {
  index: number
  term: number
  configuration: Configuration
  values: string[]
  peers: Map<string, PeerRecord>
  assignments: Map<string, Assignment>
  done: Set<string>
}

export interface TestPeer {
  readonly id: string
  engine: PeerEngine
  up: boolean
  readonly disk: Disk
  state: State
  /** The state that survives a crash, as of its last save. */
  durable: State
  counter: number
  readonly confirmed: Map<number, number>
  readonly refused: Map<number, string>
  readonly lost: number[]
  readonly gained: Assignment[]
  saves: Save[]
}

export interface ClusterOptions {
  readonly seed?: number
  readonly maxVoters?: number
  readonly works?: readonly string[]
  readonly saveMs?: number
  readonly lossRate?: number
}

/** Engines, network and disks under one clock. */
export class TestCluster {
  nowMs = 1000
  readonly peers = new Map<string, TestPeer>()
  readonly random: Random
  /** Pairs `a>b` whose messages are dropped. */
  readonly cut = new Set<string>()
  saveMs: number
  lossRate: number
  /** Peers whose disk does not answer. */
  readonly stalled = new Set<string>()
  /** Saves of one life of a peer: how many were begun and how many are done. */
  readonly #turns = new WeakMap<object, { taken: number; done: number }>()
  readonly log: string[] = []
  readonly #options: ClusterOptions
  /** In the order of their times, and of their planning. */
  #events: { readonly atMs: number; readonly run: () => void }[] = []

  constructor(options: ClusterOptions = {}) {
    this.#options = options
    this.random = seededRandom(options.seed ?? 1)
    this.saveMs = options.saveMs ?? 2
    this.lossRate = options.lossRate ?? 0
  }

  add(id: string): TestPeer {
    const disk: Disk = {
      hardState: { term: 0, vote: undefined, commit: 0 },
      mark: { index: 0, term: 0, configuration: emptyConfiguration },
      entries: [],
    }
    const peer: TestPeer = {
      id,
      engine: this.#engine(id, { hardState: disk.hardState, snapshot: disk.mark, entries: [], mayVote: true }),
      up: true,
      disk,
      state: emptyState(),
      durable: emptyState(),
      counter: 0,
      confirmed: new Map(),
      refused: new Map(),
      lost: [],
      gained: [],
      saves: [],
    }
    this.peers.set(id, peer)
    this.#scheduleTick(peer, peer.engine)
    return peer
  }

  /** A cluster of these peers: the first one bootstraps and admits the others by transactions. */
  static start(ids: readonly string[], options: ClusterOptions = {}): TestCluster {
    const made = new TestCluster(options)
    for (const id of ids) made.add(id)
    const first = made.peer(ids[0] ?? '')
    first.engine.bootstrap()
    made.drain(first)
    made.run(100)
    for (const id of ids) made.propose(first.id, { peer: record(id) })
    return made
  }

  #engine(id: string, recovered: Recovered): PeerEngine {
    const { maxVoters = 5, works = [] } = this.#options
    return createEngine({ self: id, cluster, maxVoters, works }, recovered, seededRandom(this.random.integer(2 ** 31)))
  }

  peer(id: string): TestPeer {
    const peer = this.peers.get(id)
    assert.ok(peer !== undefined, `no peer ${id}`)
    return peer
  }

  get up(): TestPeer[] {
    return [...this.peers.values()].filter((peer) => peer.up)
  }

  leader(): TestPeer | undefined {
    const leaders = this.up.filter((peer) => peer.engine.status().role === 'leader')
    return leaders.sort((a, b) => b.engine.status().term - a.engine.status().term)[0]
  }

  voters(): string[] {
    return [...(this.leader()?.engine.status().configuration.voters ?? [])].sort()
  }

  propose(id: string, command: Command): number {
    const peer = this.peer(id)
    const counter = ++peer.counter
    peer.engine.propose({ peer: id, counter }, encoder.encode(JSON.stringify(command)))
    this.drain(peer)
    return counter
  }

  read(id: string, context: number): void {
    const peer = this.peer(id)
    peer.engine.read(context)
    this.drain(peer)
  }

  crash(id: string): void {
    const peer = this.peer(id)
    peer.up = false
    peer.saves = []
    for (const other of this.up) {
      other.engine.connectionLost(id, 'lost')
      this.drain(other)
    }
  }

  restart(id: string, mayVote = true): void {
    const peer = this.peer(id)
    const { disk } = peer
    peer.up = true
    peer.state = copyState(peer.durable)
    const snapshot: SnapshotMark = { index: peer.state.index, term: peer.state.term, configuration: peer.state.configuration }
    const entries = disk.entries.filter((entry) => entry.index > snapshot.index)
    peer.engine = this.#engine(id, { hardState: disk.hardState, snapshot, entries, mayVote })
    peer.engine.applied({ index: snapshot.index, durableIndex: snapshot.index, system: systemOf(peer.state) })
    this.#scheduleTick(peer, peer.engine)
  }

  isolate(id: string): void {
    for (const other of this.peers.keys()) {
      this.cut.add(`${id}>${other}`)
      this.cut.add(`${other}>${id}`)
    }
  }

  heal(): void {
    this.cut.clear()
  }

  /** Lets time go by until `condition` holds; fails after `limitMs`. Returns how long it took. */
  until(what: string, limitMs: number, condition: () => boolean): number {
    const startMs = this.nowMs
    while (!condition()) {
      assert.ok(this.nowMs - startMs < limitMs, `${what}: not within ${limitMs} ms`)
      this.run(10)
    }
    return this.nowMs - startMs
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs
    while (true) {
      const next = this.#events[0]
      if (next === undefined || next.atMs > endMs) break
      this.#events.shift()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = endMs
  }

  #at(afterMs: number, run: () => void): void {
    const atMs = this.nowMs + afterMs
    let place = this.#events.length
    while (place > 0 && (this.#events[place - 1]?.atMs ?? 0) > atMs) place--
    this.#events.splice(place, 0, { atMs, run })
  }

  #scheduleTick(peer: TestPeer, engine: PeerEngine): void {
    const tick = (): void => {
      if (!peer.up || peer.engine !== engine) return
      engine.tick(this.nowMs, 1_700_000_000_000 + this.nowMs)
      this.drain(peer)
      this.#at(20, tick)
    }
    this.#at(0, tick)
  }

  /** Carries out what the engine wants, as the contract says. */
  drain(peer: TestPeer): void {
    for (;;) {
      const ready = peer.engine.ready()
      if (ready === undefined) return
      this.#carryOut(peer, ready)
    }
  }

  #carryOut(peer: TestPeer, ready: Ready): void {
    for (const { to, message } of ready.send) this.#send(peer.id, to, encodeMessage(cluster, message))
    if (ready.save !== undefined) peer.saves.push(ready.save)
    const { engine } = peer
    const after = ready.sendAfterSave
    if (ready.save !== undefined || after.length > 0) {
      const { save } = ready
      const turns = this.#turns.get(engine) ?? { taken: 0, done: 0 }
      this.#turns.set(engine, turns)
      const turn = turns.taken++
      const finish = (): void => {
        if (!peer.up || peer.engine !== engine) return
        // A disk keeps the order of its writes, also after it stood still.
        if (this.stalled.has(peer.id) || turns.done !== turn) return this.#at(10, finish)
        turns.done++
        if (save !== undefined) writeSave(peer, save)
        for (const { to, message } of after) this.#send(peer.id, to, encodeMessage(cluster, message))
        if (save !== undefined) engine.saved(save.sequence)
        this.drain(peer)
      }
      this.#at(this.saveMs, finish)
    }
    for (const batch of ready.publish) {
      const bytes = encodeGossipBatch(batch)
      for (const other of this.peers.values()) if (other !== peer) this.#gossip(peer.id, other, bytes)
    }
    for (const outcome of ready.proposals) peer.refused.set(outcome.proposal.counter, outcome.kind)
    for (const read of ready.reads) {
      if (read.kind === 'confirmed') peer.confirmed.set(read.context, read.index)
      else peer.lost.push(read.context)
    }
    peer.gained.push(...ready.works)
    for (const assignment of ready.assign) this.#at(1, () => peer.up && this.propose(peer.id, { assign: assignment }))
    if (ready.fetchSnapshot !== undefined) this.#snapshot(peer, ready.fetchSnapshot.atLeast, ready.fetchSnapshot.from)
    if (ready.committed.length > 0) this.#apply(peer, ready.committed)
  }

  #apply(peer: TestPeer, entries: readonly Entry[]): void {
    let system = false
    for (const entry of entries) system = applyEntry(peer.state, entry) || system
    const { index } = peer.state
    peer.engine.applied({ index, durableIndex: peer.durable.index, system: system ? systemOf(peer.state) : undefined })
  }

  /** Makes the state durable, so that the log may be cut. */
  persist(id: string): void {
    const peer = this.peer(id)
    peer.durable = copyState(peer.state)
    peer.engine.applied({ index: peer.state.index, durableIndex: peer.durable.index, system: undefined })
    this.drain(peer)
  }

  #snapshot(peer: TestPeer, atLeast: number, from: readonly string[]): void {
    this.#at(20, () => {
      const source = from.map((id) => this.peers.get(id)).find((other) => other?.up === true && other.state.index >= atLeast)
      if (source === undefined || !peer.up || source.state.index <= peer.state.index) return
      this.log.push(`snapshot ${source.id} > ${peer.id}`)
      peer.state = copyState(source.state)
      peer.durable = copyState(source.state)
      const { index, term, configuration } = peer.state
      peer.engine.snapshotInstalled({ index, term, configuration })
      peer.engine.applied({ index, durableIndex: index, system: systemOf(peer.state) })
      this.drain(peer)
    })
  }

  #lost(from: string, to: string): boolean {
    return this.cut.has(`${from}>${to}`) || (this.lossRate > 0 && this.random.chance(this.lossRate))
  }

  #send(from: string, to: string, bytes: Uint8Array): void {
    const peer = this.peers.get(to)
    if (peer === undefined || this.#lost(from, to)) return
    this.#at(1 + this.random.integer(4), () => {
      if (!peer.up) return
      peer.engine.step(from, decodeMessage(cluster, bytes))
      this.drain(peer)
    })
  }

  #gossip(from: string, peer: TestPeer, bytes: Uint8Array): void {
    if (this.#lost(from, peer.id)) return
    this.#at(5 + this.random.integer(20), () => {
      if (!peer.up) return
      peer.engine.gossiped(decodeGossipBatch(cluster, bytes))
      this.drain(peer)
    })
  }
}

export function record(id: string, zone = ''): PeerRecord {
  return { peer: id, name: id, role: 'peer', addresses: [`/ip4/127.0.0.1/tcp/${id.length}`], zone }
}

function emptyState(): State {
  return { index: 0, term: 0, configuration: emptyConfiguration, values: [], peers: new Map(), assignments: new Map(), done: new Set() }
}

function copyState(state: State): State {
  const { peers, assignments, done } = state
  return { ...state, values: [...state.values], peers: new Map(peers), assignments: new Map(assignments), done: new Set(done) }
}

function systemOf(state: State): SystemState {
  return { peers: [...state.peers.values()], assignments: [...state.assignments.values()] }
}

/** True when the agreed system state changed. */
function applyEntry(state: State, entry: Entry): boolean {
  assert.equal(entry.index, state.index + 1, 'entries are applied without a gap')
  state.index = entry.index
  state.term = entry.term
  if (entry.body.kind === 'configuration') state.configuration = entry.body.configuration
  if (entry.body.kind !== 'command') return false
  const name = `${entry.body.proposal.peer}/${entry.body.proposal.counter}`
  if (state.done.has(name)) return false
  state.done.add(name)
  const command: Command = JSON.parse(decoder.decode(entry.body.command))
  if ('set' in command) state.values.push(command.set)
  else if ('peer' in command) state.peers.set(command.peer.peer, command.peer)
  else if ('removePeer' in command) state.peers.delete(command.removePeer)
  else if ((state.assignments.get(command.assign.work)?.epoch ?? 0) < command.assign.epoch) state.assignments.set(command.assign.work, command.assign)
  return !('set' in command)
}

function writeSave(peer: TestPeer, save: Save): void {
  const { disk } = peer
  if (save.hardState !== undefined) disk.hardState = save.hardState
  const first = save.entries[0]
  if (first !== undefined) {
    const last = disk.entries[disk.entries.length - 1]?.index ?? disk.mark.index
    assert.ok(first.index <= last + 1, 'the log on disk has no gap')
    disk.entries = [...disk.entries.filter((entry) => entry.index < first.index), ...save.entries]
  }
  const mark = save.compactTo
  if (mark !== undefined) {
    const held = disk.entries.find((entry) => entry.index === mark.index)?.term === mark.term
    disk.entries = held ? disk.entries.filter((entry) => entry.index > mark.index) : []
    disk.mark = mark
  }
}
