// One peer of a storm: the real Raft, a disk whose writes wait until somebody syncs them, and a list of applied entries in
// place of a state. It carries out each RaftReady in the contract's order and tells the watchers; it decides nothing.
import { assert } from '../../protocol/base/assert.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Random } from '../../protocol/base/random.ts'
import { Raft } from '../../protocol/consensus/raft.ts'
import type { LogSave, Outgoing, RaftReady, ReadResult } from '../../protocol/consensus/types.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from '../../protocol/message/entry.ts'
import { fingerprint } from '../checkers/logs.ts'
import type { Watcher } from '../watcher.ts'

/** Turns of one drive; more means that consensus never comes to rest. */
export const maxTurns = 200

interface PendingSave {
  readonly save: LogSave
  readonly after: Outgoing[]
}

/** Applied entries as one line that grows with each: equal at equal index, or the states differ. */
interface StormState {
  readonly mark: SnapshotMark
  readonly hash: string
}

export interface StormWorld {
  readonly watcher: Required<Watcher>
  readonly keptEntries: number
  send(from: PeerId, outgoing: Outgoing): void
  read(peer: StormPeer, result: ReadResult): void
  /** A running peer that has a state of at least `atLeast`. */
  source(from: readonly PeerId[], atLeast: number): StormPeer | undefined
  note(text: () => string): void
}

export class StormPeer {
  readonly id: PeerId
  raft: Raft
  damaged = false
  readonly #world: StormWorld
  readonly #random: Random
  #hardState: HardState = { term: 0, vote: undefined, commit: 0 }
  /** Stands for everything before `#entries`. */
  #begin: SnapshotMark
  #entries: readonly Entry[] = []
  #saved: StormState
  #state: StormState
  #pending: PendingSave[] = []
  #nowMs = 0

  constructor(id: PeerId, configuration: Configuration, world: StormWorld, random: Random) {
    this.id = id
    this.#world = world
    this.#random = random
    this.#begin = { index: 0, term: 0, configuration }
    this.#saved = { mark: this.#begin, hash: '' }
    this.#state = this.#saved
    this.raft = this.#start()
  }

  get state(): StormState {
    return this.#state
  }

  get pending(): number {
    return this.#pending.length
  }

  /** The log as the process believes it to be. */
  log(): readonly Entry[] {
    let entries: readonly Entry[] = this.#entries
    for (const { save } of this.#pending) entries = cut(appended(entries, save.entries), save.compactTo)
    return entries
  }

  #start(): Raft {
    const mark = this.#saved.mark
    const term = mark.index === this.#begin.index ? this.#begin.term : this.#entries[mark.index - this.#begin.index - 1]?.term
    if (term !== mark.term) {
      // A damaged log may end before the saved state: what it holds is of no more use.
      this.#entries = []
      this.#begin = mark
    }
    const recovered = { hardState: this.#hardState, snapshot: mark, begin: this.#begin, entries: this.#entries, mayVote: !this.damaged }
    const raft = new Raft(this.id, recovered, this.#random.fork(), { keptEntries: this.#world.keptEntries })
    raft.tick(this.#nowMs, this.#nowMs)
    return raft
  }

  tick(byMs: number): void {
    this.#nowMs += byMs
    this.raft.tick(this.#nowMs, this.#nowMs)
    if (this.damaged && this.raft.status().mayVote) this.damaged = false
    this.drive()
  }

  /** The process dies and starts anew: of what was not synced a part survives, the last of it torn. */
  crash(): void {
    const survive = this.#random.chance(0.5) ? this.#random.integer(this.#pending.length + 1) : 0
    const torn = this.#pending[survive]?.save
    const entries = torn !== undefined && this.#random.chance(0.5) ? this.#random.integer(torn.entries.length + 1) : undefined
    this.#crash(survive, entries)
  }

  /** Dies in the middle of the oldest write: its hard state survives, and so many of its entries. */
  crashAfter(entries: number): void {
    this.#crash(0, entries)
  }

  /** So many whole writes survive, and of the next one the hard state and so many entries, or nothing. */
  #crash(writes: number, entries: number | undefined): void {
    for (const { save } of this.#pending.slice(0, writes)) this.#apply(save)
    const torn = this.#pending[writes]?.save
    if (torn !== undefined && entries !== undefined) {
      if (torn.hardState !== undefined) this.#hardState = torn.hardState
      this.#entries = appended(this.#entries, torn.entries.slice(0, entries))
    }
    this.#pending = []
    this.#state = this.#saved
    this.#world.note(() => `${this.id} crashes and starts at ${this.#saved.mark.index}, log to ${this.#entries.at(-1)?.index ?? 0}, term ${this.#hardState.term}, vote ${this.#hardState.vote ?? 'none'}`)
    this.raft = this.#start()
    this.drive()
  }

  /** A synced tail of the log is gone, and the next life knows it. */
  damage(): void {
    this.#pending = []
    this.#entries = this.#entries.slice(0, this.#random.integer(this.#entries.length + 1))
    this.damaged = true
    this.crash()
  }

  /** Syncs the oldest write, and tells consensus. */
  sync(): void {
    const next = this.#pending.shift()
    if (next === undefined) return
    this.#apply(next.save)
    for (const outgoing of next.after) this.#send(outgoing)
    this.raft.saved(next.save.sequence)
    this.drive()
  }

  /** Saves the state, so that the log may be cut behind it. */
  saveState(): void {
    this.#saved = this.#state
    this.raft.compact(this.#saved.mark.index)
    this.drive()
  }

  /** Carries out everything that consensus wants. */
  drive(): void {
    for (let turn = 0; ; turn++) {
      assert(turn < maxTurns, `consensus of ${this.id} does not come to rest`)
      const ready = this.raft.ready()
      if (ready === undefined) return
      this.#carryOut(ready)
    }
  }

  #carryOut(ready: RaftReady): void {
    for (const outgoing of ready.send) this.#send(outgoing)
    if (ready.save !== undefined) {
      this.#pending.push({ save: ready.save, after: [] })
      if (ready.save.entries.length > 0) this.#world.watcher.written(this.id, ready.save.entries, () => this.log())
    }
    const last = this.#pending.at(-1)
    for (const outgoing of ready.sendAfterSave) {
      if (last === undefined) this.#send(outgoing)
      else last.after.push(outgoing)
    }
    for (const entry of ready.committed) this.#applyEntry(entry)
    if (ready.fetchSnapshot !== undefined) this.#fetch(ready.fetchSnapshot)
    for (const result of ready.reads) this.#world.read(this, result)
  }

  #send(outgoing: Outgoing): void {
    if (outgoing.message.kind === 'append') this.#world.watcher.led(this.id, outgoing.message.term, () => this.log(), this.#saved.mark.index)
    this.#world.send(this.id, outgoing)
  }

  #applyEntry(entry: Entry): void {
    const { mark } = this.#state
    assert(entry.index === mark.index + 1, 'entries are applied without a gap')
    const configuration = entry.body.kind === 'configuration' ? entry.body.configuration : mark.configuration
    const hash = mixed(this.#state.hash, `${entry.term} ${fingerprint(entry)}`)
    this.#state = { mark: { index: entry.index, term: entry.term, configuration }, hash }
    this.#world.watcher.applied(this.id, entry, { index: entry.index, timeMs: entry.timeMs, revision: 0, events: [], command: undefined }, hash)
  }

  #fetch(wanted: { readonly atLeast: number; readonly from: readonly PeerId[] }): void {
    const source = this.#world.source(wanted.from.filter((peer) => peer !== this.id), wanted.atLeast)
    if (source === undefined || source.state.mark.index <= this.#state.mark.index) return
    this.#state = source.state
    this.#saved = source.state
    this.#world.note(() => `${this.id} installs the state of ${this.#state.mark.index} from ${source.id}`)
    this.#world.watcher.restored(this.id, this.#state.mark.index, this.#state.hash)
    this.raft.snapshotInstalled(this.#state.mark)
  }

  #apply(save: LogSave): void {
    if (save.hardState !== undefined) this.#hardState = save.hardState
    const to = save.compactTo?.index ?? 0
    assert(to <= this.#saved.mark.index, `the log is cut to ${to} while the saved state reaches only ${this.#saved.mark.index}`)
    this.#entries = cut(appended(this.#entries, save.entries), save.compactTo)
    this.#begin = save.compactTo ?? this.#begin
  }
}

/** The log after an append that replaces everything from its first index on. */
function appended(entries: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const first = more[0]
  if (first === undefined) return entries
  const last = entries.at(-1)
  assert(last === undefined || first.index <= last.index + 1, 'entries follow each other on disk')
  return [...entries.filter((entry) => entry.index < first.index), ...more]
}

/** The log behind a mark; one that does not hold the mark starts anew. */
function cut(entries: readonly Entry[], mark: SnapshotMark | undefined): readonly Entry[] {
  if (mark === undefined) return entries
  const known = entries.some((entry) => entry.index === mark.index && entry.term === mark.term)
  return known ? entries.filter((entry) => entry.index > mark.index) : []
}

/** A short hash that goes on from another. */
function mixed(before: string, text: string): string {
  let hash = 0x811c9dc5
  for (const part of [before, text]) for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16)
}
