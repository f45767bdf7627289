// One simulated peer: drives the real engine and the real state machine as the daemon's peer thread does, but against the
// world's clock, network and disk. The order in which a Ready is carried out is the contract of protocol/engine/types.ts.
// It decides nothing itself, and reports everything to the watchers.
import { assert, required } from '../protocol/base/assert.ts'
import type { PeerId } from '../protocol/base/ids.ts'
import type { ConnectionLoss } from '../protocol/membership/types.ts'
import type { Random } from '../protocol/base/random.ts'
import type { EngineOptions, PeerEngine, PeerRecord, Ready, Recovered, Save, SystemState } from '../protocol/engine/types.ts'
import type { Entry } from '../protocol/message/entry.ts'
import type { GossipBatch, Message } from '../protocol/message/message.ts'
import type { Assignment } from '../protocol/message/ownership.ts'
import type { Transaction } from '../protocol/message/transaction.ts'
import { History } from '../node/store/history.ts'
import type { WatchBatch } from '../node/store/types.ts'
import { StateMachine } from '../protocol/state/machine.ts'
import { assignmentPrefix } from '../protocol/state/rows.ts'
import { MachineClock } from './clock.ts'
import type { Aboard, Ambush } from './aboard.ts'
import type { Disk, SavedState } from './disk.ts'
import type { CrashPoint } from './faults/fault.ts'
import { Holder } from './holder.ts'
import { Requests } from './requests.ts'
import type { ReadAnswer, WriteAnswer } from './requests.ts'
import type { Watcher } from './watcher.ts'
import { exponentialUs } from './world.ts'
import type { SimUs, World } from './world.ts'

export type CreateEngine = (options: EngineOptions, recovered: Recovered, random: Random) => PeerEngine

/** Where the members' records are in the state. */
export const peerPrefix = '/shoal/peers/'
/** Ticks of the engine. */
export const tickUs: SimUs = 20_000
/** Turns of one drive; more means that the engine never comes to rest. */
export const maxTurns = 1000

/** What a peer needs of the cluster around it. */
export interface Surroundings {
  readonly world: World
  readonly createEngine: CreateEngine
  readonly engineOptions: Omit<EngineOptions, 'self'>
  readonly watcher: Required<Watcher>
  send(from: PeerId, to: PeerId, message: Message): void
  publish(from: PeerId, batch: GossipBatch): void
  /** Everybody that `peer` may ask, as the daemon knows them by its certificates. */
  others(peer: PeerId): readonly PeerId[]
  /** Begins what runs on a peer in a new life. */
  readonly board?: ((peer: SimPeer) => Aboard) | undefined
  /** A running peer's state, fetched over the network; `arrive` runs when it is here, or never. */
  fetchState(to: PeerId, from: PeerId, arrive: (state: SavedState) => void): void
}

/** How this machine differs from the others. */
export interface MachineTraits {
  /** How fast its clock runs against the world's. */
  readonly drift: number
  readonly wallOffsetMs: number
  readonly saveStateUs: SimUs
  /** Mean time between two writes that it makes as the holder of a work; 0 for none. */
  readonly holderWriteUs: SimUs
}

export class SimPeer {
  readonly id: PeerId
  readonly index: number
  readonly disk: Disk
  readonly clock: MachineClock
  readonly #around: Surroundings
  readonly #traits: MachineTraits
  readonly #random: Random
  #engine: PeerEngine | undefined
  #machine = new StateMachine()
  #history = new History()
  #requests: Requests | undefined
  #life = 0
  #pausedUntilUs: SimUs = 0
  #ambush: Ambush | undefined
  #inbox: (() => void)[] = []
  #unsynced = 0
  #lastSave = 0
  /** Committed entries behind a hole. */
  #beyond: readonly Entry[] = []
  #held: { readonly after: number; readonly to: PeerId; readonly message: Message }[] = []
  #fetching = false
  #holder: Holder | undefined
  #aboard: Aboard | undefined
  #savedStateAtUs: SimUs = 0
  #driving = false
  #shownRole = ''

  constructor(id: PeerId, index: number, disk: Disk, traits: MachineTraits, around: Surroundings) {
    this.id = id
    this.index = index
    this.disk = disk
    this.#traits = traits
    this.#around = around
    this.clock = new MachineClock(around.world, traits.drift, traits.wallOffsetMs)
    this.#random = around.world.random.fork()
  }

  get running(): boolean {
    return this.#engine !== undefined
  }

  get paused(): boolean {
    return this.#around.world.nowUs < this.#pausedUntilUs
  }

  /** Until when it stood still, or will; 0 when it did not in this life. */
  get pausedUntilUs(): SimUs {
    return this.#pausedUntilUs
  }

  get machine(): StateMachine {
    return this.#machine
  }

  get engine(): PeerEngine {
    return required(this.#engine, 'the engine of a running peer')
  }

  /** A new life of the process, from what the disk has. */
  start(bootstrap: boolean): void {
    assert(this.#engine === undefined, 'a peer runs once')
    const { log, state, fetchFrom } = this.disk.recovered()
    this.#replaceState(state)
    this.#around.watcher.restored(this.id, this.#machine.index, this.#machine.hashNumber)
    this.#engine = this.#around.createEngine({ ...this.#around.engineOptions, self: this.id }, log, this.#random.fork())
    this.#requests = new Requests(this.#around.world, this.id, this.#engine)
    this.#holder = this.#newHolder(this.#engine, this.#requests)
    this.#life++
    this.#note(() => `${this.id} starts at ${this.#machine.index}, log to ${log.entries.at(-1)?.index ?? log.snapshot.index}, term ${log.hardState.term}`)
    this.#engine.tick(this.clock.bootMs(), this.clock.wallMs())
    if (bootstrap) this.#engine.bootstrap()
    this.#engine.applied({ index: this.#machine.index, durableIndex: this.#machine.index, system: systemState(this.#machine) })
    this.#engine.announce([`/ip4/10.0.0.${this.index + 1}/tcp/7447`])
    const life = this.#life
    this.#aboard = this.#around.board?.(this)
    this.drive()
    if (life !== this.#life) return
    if (fetchFrom !== undefined) this.#fetchUntil(fetchFrom)
    const tick = (): void => this.#tick(life, tick)
    this.#around.world.after(this.clock.worldUs(tickUs), tick)
  }

  #newHolder(engine: PeerEngine, requests: Requests): Holder {
    const { holderWriteUs } = this.#traits
    return new Holder({
      self: this.id, random: this.#random, progress: (work) => this.#aboard?.progress(work) ?? this.clock.bootMs(), report: (reports) => engine.report(reports),
      propose: (transaction) => requests.write(++this.disk.proposalCounter, transaction, () => {}),
    }, holderWriteUs === 0 ? 0 : tickUs / holderWriteUs)
  }

  /** kill -9, or the power fails. */
  crash(): void {
    if (this.#engine === undefined) return
    this.#note(() => `${this.id} crashes at ${this.#machine.index}`)
    const requests = this.#requests
    this.#engine = undefined
    this.#requests = undefined
    requests?.abandon()
    this.#life++
    this.#inbox = []
    this.#held = []
    this.#beyond = []
    this.#unsynced = 0
    this.#holder = undefined
    this.#aboard?.ended()
    this.#aboard = undefined
    this.#fetching = false
    this.#pausedUntilUs = 0
    this.#ambush = undefined
    this.#driving = false
    this.disk.crash()
  }

  /** The next time that this life gets to a place, something strikes it; undefined calls that off. */
  ambush(ambush: Ambush | undefined): void {
    this.#ambush = ambush
  }

  /** Here the process may die: true when it just did. */
  #diesAt(point: CrashPoint): boolean {
    if (this.#ambush === undefined || this.#ambush.point !== point) return false
    const { strike } = this.#ambush
    this.#ambush = undefined
    const life = this.#life
    strike()
    return life !== this.#life
  }

  /** SIGTERM: gives leadership away, and with `leave` says that it will not be back; the end comes from outside. */
  stop(leave: boolean): void {
    this.#input((engine) => engine.stop(leave))
  }

  /** Whether the main thread beats. */
  health(healthy: boolean): void {
    this.#input((engine) => engine.health(healthy))
  }

  /** The changes after `from` that a watch here gets; undefined when history no longer reaches that far. */
  changes(prefix: string, from: number): readonly WatchBatch[] | undefined {
    return from < this.#history.floor ? undefined : this.#history.changes(prefix, from)
  }

  /** Stands still, as a stopped process or a paused virtual machine; messages wait. */
  pause(forUs: SimUs): void {
    this.#pausedUntilUs = this.#around.world.nowUs + forUs
    const life = this.#life
    this.#note(() => `${this.id} stands still for ${Math.round(forUs / 1000)} ms`)
    this.#around.world.after(forUs, () => {
      if (life === this.#life && !this.paused) this.#wake()
    })
  }

  receive(from: PeerId, message: Message): void {
    // The most frequent input by far: nothing is made for it unless it must wait.
    if (this.#engine === undefined || this.paused) return this.#input((engine) => engine.step(from, message))
    this.#engine.step(from, message)
    this.drive()
  }

  hear(batch: GossipBatch): void {
    this.#input((engine) => engine.gossiped(batch))
  }

  connectionLost(peer: PeerId, loss: ConnectionLoss): void {
    this.#input((engine) => engine.connectionLost(peer, loss))
  }

  /** A client's write through this peer. */
  write(transaction: Transaction, answer: (answer: WriteAnswer) => void): void {
    if (this.#requests === undefined) return this.#nobodyHome(() => answer({ kind: 'maybe' }))
    this.disk.proposalCounter++
    this.#requests.write(this.disk.proposalCounter, transaction, answer)
    this.drive()
  }

  /** A client's linearizable read through this peer. */
  read(key: string, answer: (answer: ReadAnswer) => void): void {
    if (this.#requests === undefined) return this.#nobodyHome(() => answer({ kind: 'none' }))
    this.#requests.read(key, answer)
    this.drive()
  }

  /** The whole state as it is now. */
  state(): SavedState {
    return { header: this.#machine.header(), rows: this.#machine.keys.all(), results: this.#machine.results() }
  }

  /** Carries out everything that the engine wants. */
  drive(): void {
    if (this.#driving || this.#engine === undefined) return
    this.#driving = true
    const life = this.#life
    for (let turn = 0; ; turn++) {
      assert(turn < maxTurns, `the engine of ${this.id} does not come to rest`)
      const ready = this.#engine?.ready()
      if (ready === undefined) break
      this.#carryOut(ready, life)
      if (life !== this.#life) return
    }
    this.#driving = false
    if (this.#around.world.trace.recording) this.#noteRole()
    this.#requests?.serve(this.#machine)
  }

  /** Who it is now, when it is somebody else than before. */
  #noteRole(): void {
    const { role, term, leader } = this.engine.status()
    const now = role === 'leader' ? `leads term ${term}` : leader === undefined ? `knows no leader in term ${term}` : `follows ${leader} in term ${term} as a ${role}`
    if (now === this.#shownRole) return
    this.#shownRole = now
    this.#note(() => `${this.id} ${now}`)
  }

  /** A client finds the machine down, and knows after a while. */
  #nobodyHome(answer: () => void): void {
    this.#around.world.after(100_000, answer)
  }

  #input(give: (engine: PeerEngine) => void): void {
    if (this.#engine === undefined) return
    if (this.paused) {
      this.#inbox.push(() => this.#input(give))
      return
    }
    give(this.#engine)
    this.drive()
  }

  #wake(): void {
    const waiting = this.#inbox
    this.#inbox = []
    for (const input of waiting) input()
  }

  #tick(life: number, again: () => void): void {
    if (life !== this.#life) return
    this.#around.world.after(this.clock.worldUs(tickUs), again)
    if (this.paused) return
    this.engine.tick(this.clock.bootMs(), this.clock.wallMs())
    this.#requests?.tick()
    // A client that hears an answer asks again at once, and the process may die of that.
    if (life !== this.#life) return
    this.#holder?.tick(this.#around.world.nowUs)
    if (this.disk.damaged && this.engine.status().mayVote) this.disk.damaged = false
    this.drive()
    if (life === this.#life) this.#saveStateSometimes(life)
  }

  /** In the order of the contract; the process may die at each of its boundaries. */
  #carryOut(ready: Ready, life: number): void {
    if (ready.save !== undefined && this.#diesAt('before sending')) return
    for (const { to, message } of ready.send) this.#send(to, message)
    if (ready.save !== undefined) {
      if (this.#diesAt('between sending and saving')) return
      this.#save(ready.save)
      if (this.#diesAt('in the save')) return
    }
    for (const { to, message } of ready.sendAfterSave) {
      if (this.#unsynced === 0) this.#send(to, message)
      else this.#held.push({ after: this.#lastSave, to, message })
    }
    for (const batch of ready.publish) this.#around.publish(this.id, batch)
    if (ready.committed.length > 0) {
      this.#committed(ready.committed)
      if (life !== this.#life) return
    }
    if (ready.fetchSnapshot !== undefined) this.#fetch(ready.fetchSnapshot)
    this.#requests?.refused(ready.proposals)
    this.#requests?.readAnswers(ready.reads)
    if (ready.works.length > 0) {
      this.#around.watcher.works(this.id, ready.works)
      for (const row of ready.works) this.#note(() => `${this.id} hears that ${row.work} of epoch ${row.epoch} is ${row.peer}'s`)
      this.#holder?.changed(ready.works)
      this.#aboard?.works(ready.works)
    }
    for (const assignment of ready.assign) this.#holder?.assign(assignment)
    if (ready.members.length > 0) this.#aboard?.members()
    for (const member of ready.members) this.#note(() => `${this.id} sees ${member.peer} ${member.state}`)
  }

  #save(save: Save): void {
    const life = this.#life
    this.#lastSave = save.sequence
    this.#unsynced++
    this.disk.write(save, () => {
      if (life !== this.#life) return
      this.#unsynced--
      if (this.#diesAt('after the save')) return
      this.#input((engine) => {
        const free = this.#held.filter((one) => one.after <= save.sequence)
        this.#held = this.#held.filter((one) => one.after > save.sequence)
        for (const [i, { to, message }] of free.entries()) {
          if (i === 1 && this.#diesAt('between the messages after a save')) return
          this.#send(to, message)
        }
        engine.saved(save.sequence)
      })
    })
    if (save.entries.length > 0) this.#around.watcher.written(this.id, save.entries, () => this.disk.written())
  }

  #send(to: PeerId, message: Message): void {
    assert(to !== this.id, 'a peer does not write to itself')
    this.#around.watcher.sent(this.id, message)
    if (message.zone === 'consensus' && message.body.kind === 'append') {
      this.#around.watcher.led(this.id, message.body.term, () => this.disk.written(), this.disk.cutAt)
    }
    this.#around.send(this.id, to, message)
  }

  /** As in the daemon: entries beyond a hole wait for the state that is being fetched, and those that it holds fall away. */
  #committed(entries: readonly Entry[]): void {
    const all = this.#beyond.length === 0 ? entries : [...this.#beyond, ...entries]
    if (all[0]?.index === this.#machine.index + 1) {
      this.#beyond = []
      return this.#apply(all)
    }
    const left = all.filter((entry) => entry.index > this.#machine.index)
    const fits = left[0]?.index === this.#machine.index + 1
    this.#beyond = fits ? [] : left
    if (fits) this.#apply(left)
  }

  #apply(entries: readonly Entry[]): void {
    if (this.#diesAt('before applying')) return
    let systemChanged = false
    for (const entry of entries) {
      const outcome = this.#machine.apply(entry)
      this.#history.add(outcome)
      this.#history.forget(outcome.timeMs)
      this.#around.watcher.applied(this.id, entry, outcome, this.#machine.hashNumber)
      for (const event of outcome.events) {
        const key = event.kind === 'put' ? event.value.key : event.previous.key
        systemChanged ||= key.startsWith(peerPrefix) || key.startsWith(assignmentPrefix)
      }
      this.#requests?.applied(outcome)
    }
    if (this.#diesAt('after applying')) return
    this.#aboard?.applied()
    const system = systemChanged ? systemState(this.#machine) : undefined
    this.engine.applied({ index: this.#machine.index, durableIndex: this.disk.stateIndex, system })
  }

  #fetch(wanted: { readonly atLeast: number; readonly from: readonly PeerId[] }): void {
    const others = wanted.from.filter((peer) => peer !== this.id)
    if (this.#fetching || others.length === 0) return
    this.#fetching = true
    const life = this.#life
    const from = this.#random.pick(others)
    this.#note(() => `${this.id} fetches a state of at least ${wanted.atLeast} from ${from}`)
    this.#around.world.after(1_500_000, () => { if (life === this.#life) this.#fetching = false })
    this.#around.fetchState(this.id, from, (state) => {
      if (life !== this.#life || !this.#fetching) return
      this.#fetching = false
      if (state.header.mark.index < wanted.atLeast || state.header.mark.index <= this.#machine.index) return
      this.#install(state)
    })
  }

  /** The state that the log begins behind is not here: asks everybody in turn until it is. */
  #fetchUntil(atLeast: number): void {
    const life = this.#life
    this.#fetch({ atLeast, from: this.#around.others(this.id) })
    this.#around.world.after(2_000_000, () => {
      if (life === this.#life && this.#machine.index < atLeast) this.#fetchUntil(atLeast)
    })
  }

  #replaceState(state: SavedState): void {
    this.#machine = StateMachine.restore(state.header, state.rows, state.results)
    this.#history = new History()
    this.#history.reset(this.#machine.revision, [])
  }

  #install(state: SavedState): void {
    this.#note(() => `${this.id} installs the state of ${state.header.mark.index}`)
    if (this.#diesAt('before installing a state')) return
    this.disk.installState(state)
    if (this.#diesAt('after installing a state')) return
    this.#replaceState(state)
    const { mark } = this.#machine.header()
    this.#around.watcher.restored(this.id, mark.index, this.#machine.hashNumber)
    this.#committed([])
    if (this.#engine === undefined) return
    this.#aboard?.applied()
    this.engine.snapshotInstalled(mark)
    this.engine.applied({ index: mark.index, durableIndex: mark.index, system: systemState(this.#machine) })
    this.drive()
  }

  #saveStateSometimes(life: number): void {
    const { world } = this.#around
    if (world.nowUs < this.#savedStateAtUs || this.#machine.index === this.disk.stateIndex) return
    this.#savedStateAtUs = world.nowUs + this.#traits.saveStateUs / 2 + exponentialUs(this.#random, this.#traits.saveStateUs / 2)
    if (this.disk.stateLost) return
    if (this.#diesAt('in the snapshot')) return
    this.disk.writeState(this.state(), () => {
      if (life !== this.#life || this.#diesAt('after the snapshot')) return
      this.#input((engine) => engine.applied({ index: this.#machine.index, durableIndex: this.disk.stateIndex, system: undefined }))
    })
  }

  #note(text: () => string): void {
    this.#around.world.trace.line(this.#around.world.nowUs, text)
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The bytes of a JSON value, as internal keys have them. */
export function encodeJson(value: PeerRecord): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

/** The part of the state that the protocol acts on. */
export function systemState(machine: StateMachine): SystemState {
  const peers: PeerRecord[] = []
  const assignments: Assignment[] = []
  for (const row of machine.keys.rows(peerPrefix)) peers.push(JSON.parse(decoder.decode(row.value)))
  for (const row of machine.keys.rows(assignmentPrefix)) assignments.push(JSON.parse(decoder.decode(row.value)))
  return { peers, assignments }
}
