// A simulated peer's disk: the log, which is written in order and synced in groups, and the state, which is saved now and
// then. A crash loses what was not synced: any number of the last writes, and the last surviving one may be torn.
// What was reported as saved survives, unless the disk itself is hit: damage, lost files, a failing sync, no room, slowness.
// Where log and state begin together after that is decided by the daemon's own function.
import { assert, required } from '../protocol/base/assert.ts'
import type { Random } from '../protocol/base/random.ts'
import type { Recovered, Save } from '../protocol/engine/types.ts'
import type { LogIndex } from '../protocol/base/ids.ts'
import type { Entry, HardState, SnapshotMark } from '../protocol/message/entry.ts'
import { startingPoint } from '../node/store/log/starting-point.ts'
import type { ResultRow, Row } from '../protocol/state/rows.ts'
import type { StateHeader } from '../protocol/state/machine.ts'
import { exponentialUs } from './world.ts'
import type { SimUs, World } from './world.ts'

export interface DiskOptions {
  readonly meanSyncUs: SimUs
  /** Share of the unsynced writes' crashes that leave a torn or partial tail rather than nothing. */
  readonly tornShare: number
}

/** A whole state, as it is saved or sent to another peer. Rows are shared: nobody changes them. */
export interface SavedState {
  readonly header: StateHeader
  readonly rows: readonly Row[]
  readonly results: readonly ResultRow[]
}

interface PendingWrite {
  readonly save: Save
  readonly done: () => void
}

interface WrittenHardState {
  readonly hardState: HardState
  /** The last entry in the log before it. */
  readonly behind: LogIndex
}

const noMark: SnapshotMark = { index: 0, term: 0, configuration: { voters: [], learners: [], witnesses: [] } }
const noHardState: HardState = { term: 0, vote: undefined, commit: 0 }
const firstHardState: WrittenHardState = { hardState: noHardState, behind: -1 }

export const emptyState: SavedState = {
  header: { mark: noMark, revision: 0, timeMs: 0, hash: '' },
  rows: [],
  results: [],
}

export class Disk {
  readonly #world: World
  readonly #random: Random
  #options: DiskOptions
  /** Stands for everything before `#entries`. */
  #mark: SnapshotMark = noMark
  #entries: Entry[] = []
  /** Hard states as they were written between entries, never none: the last is in force, the first stands where the log begins. */
  #hardStates: WrittenHardState[] = [firstHardState]
  #state: SavedState = emptyState
  #pending: PendingWrite[] = []
  #syncing = 0
  /** A sync that was planned anew does not happen twice. */
  #attempts = 0
  /** The log was damaged below what was acknowledged; true until the peer has caught up. */
  damaged = false
  /** The state was lost; true until one has been fetched. */
  stateLost = false
  /** Nothing can be written before this moment. */
  #fullUntilUs: SimUs = 0
  #slowness = 1
  /** The next sync fails; the number goes along to whoever is told. */
  #failing: { readonly downUs: SimUs } | undefined
  /** A sync has failed: the process must end here. */
  onFailure: (downUs: SimUs) => void = () => {}
  /** Writes planned in an earlier life of the process mean nothing. */
  #life = 0
  /** Proposals of this data directory are numbered on; a real peer reserves blocks of numbers in its log. */
  proposalCounter = 0

  constructor(world: World, options: DiskOptions) {
    this.#world = world
    this.#random = world.random.fork()
    this.#options = options
  }

  /** Writes a save; `done` runs when it is synced. */
  write(save: Save, done: () => void): void {
    this.#pending.push({ save, done })
    if (this.#syncing === 0) this.#sync()
  }

  /** The index up to which the saved state reaches. */
  get stateIndex(): number {
    return this.#state.header.mark.index
  }

  /** Entries up to here are no longer in the log. */
  get cutAt(): LogIndex {
    return this.#mark.index
  }

  /** Saves a whole state; `done` runs when it is on disk. */
  writeState(state: SavedState, done: () => void): void {
    const life = this.#life
    this.#world.after(this.#syncUs(2), () => {
      if (life !== this.#life || state.header.mark.index < this.stateIndex) return
      this.#state = state
      this.stateLost = false
      done()
    })
  }

  /** Replaces the state at once, as installing a fetched one does after its own sync. */
  installState(state: SavedState): void {
    assert(state.header.mark.index >= this.stateIndex, 'a state is replaced by a newer one')
    this.#state = state
    this.stateLost = false
  }

  /** Loses what was not synced. */
  crash(): void {
    this.#life++
    const survive = this.#random.chance(this.#options.tornShare) ? this.#random.integer(this.#pending.length + 1) : 0
    this.#pending.forEach(({ save }, i) => {
      if (i < survive) this.#apply(save)
      else if (i === survive && survive > 0) this.#tear(save)
    })
    this.#pending = []
    this.#syncing = 0
    this.#failing = undefined
  }

  /**
   * Loses the log from this share on, as a flipped bit or a bad sector does, and with it the terms and votes that were written
   * behind: an older hard state is in force again. The checksums tell, so the next life knows.
   */
  damage(keep: number): void {
    this.#entries = this.#entries.slice(0, Math.floor(keep * (this.#entries.length + 1)))
    const last = this.#entries.at(-1)?.index ?? this.#mark.index
    this.#hardStates = this.#hardStates.filter(({ behind }) => behind < last)
    this.damaged = true
  }

  /** Loses the whole log with its votes. The state without it tells, so the next life knows. */
  loseLog(): void {
    this.#entries = []
    this.#mark = noMark
    this.#hardStates = [firstHardState]
    this.damaged = true
  }

  /** Loses the state, or finds it damaged, which is the same: it is dropped and fetched. */
  loseState(): void {
    this.#state = emptyState
    this.stateLost = true
  }

  /** The next sync fails, and the process ends with it. */
  fail(downUs: SimUs): void {
    this.#failing = { downUs }
  }

  /** There is no room: what is written waits for it, in order. */
  fill(untilUs: SimUs): void {
    this.#fullUntilUs = Math.max(this.#fullUntilUs, untilUs)
  }

  /** Every sync takes so many times as long, until another call. */
  slow(factor: number): void {
    this.#slowness = factor
  }

  /** What the log and the state hold for a new life, and from where on a state must be fetched first. */
  recovered(): { readonly log: Recovered; readonly state: SavedState; readonly fetchFrom: LogIndex | undefined } {
    const log = { fresh: false, hardState: this.#hardState(), mark: this.#mark, entries: this.#entries, mayVote: !this.damaged, problem: undefined }
    const { hardState, snapshot, begin, entries, mayVote, stateMissing, saveMark } = startingPoint(log, this.#state.header.mark)
    if (saveMark) {
      this.#cutHardStates(Infinity)
      this.#entries = []
      this.#mark = snapshot
    }
    assert(entries.length === 0 || entries[0]?.index === begin.index + 1, 'log and state join')
    return { log: { hardState, snapshot, begin, entries, mayVote }, state: this.#state, fetchFrom: stateMissing ? snapshot.index : undefined }
  }

  /** The log as it will be once everything written is synced: what the process believes it has. */
  written(): readonly Entry[] {
    const entries = [...this.#entries]
    for (const { save } of this.#pending) append(entries, save.entries)
    return entries
  }

  calm(options: DiskOptions): void {
    this.#options = options
    this.#fullUntilUs = 0
    this.#slowness = 1
    this.#failing = undefined
    if (this.#syncing > 0) this.#sync()
  }

  #syncUs(factor: number): SimUs {
    const roomUs = Math.max(0, this.#fullUntilUs - this.#world.nowUs)
    return roomUs + 20 + factor * this.#slowness * exponentialUs(this.#random, this.#options.meanSyncUs)
  }

  #sync(): void {
    this.#syncing = this.#pending.length
    this.#attempts++
    const attempt = this.#attempts
    const life = this.#life
    this.#world.after(this.#syncUs(1), () => {
      if (life !== this.#life || attempt !== this.#attempts) return
      if (this.#failing !== undefined) return this.onFailure(this.#failing.downUs)
      const synced = this.#pending.splice(0, this.#syncing)
      this.#syncing = 0
      for (const { save } of synced) this.#apply(save)
      if (this.#pending.length > 0) this.#sync()
      for (const { done } of synced) if (life === this.#life) done()
    })
  }

  #apply(save: Save): void {
    this.#put(save, save.entries)
    if (save.compactTo === undefined) return
    const upTo = save.compactTo.index
    assert(upTo <= this.stateIndex, `the log is cut to ${upTo} while the saved state reaches only ${this.stateIndex}`)
    const { term } = save.compactTo
    const known = this.#entries.some((entry) => entry.index === upTo && entry.term === term)
    // A log that does not hold the mark starts anew behind it.
    this.#cutHardStates(known ? upTo : Infinity)
    this.#entries = known ? this.#entries.filter((entry) => entry.index > upTo) : []
    this.#mark = save.compactTo
  }

  /** The head of a write survives: the hard state comes first in it, then some of the entries. */
  #tear(save: Save): void {
    this.#put(save, save.entries.slice(0, this.#random.integer(save.entries.length + 1)))
  }

  /** A write as it lies in the log: the hard state, then the entries; what these replace is as if it had never been. */
  #put({ hardState }: Save, entries: readonly Entry[]): void {
    const last = this.#entries.at(-1)?.index ?? this.#mark.index
    if (hardState !== undefined) this.#hardStates.push({ hardState, behind: last })
    const first = entries[0]?.index
    if (first !== undefined && first <= last) this.#hardStates = this.#hardStates.map((one) => ({ ...one, behind: Math.min(one.behind, first - 1) }))
    append(this.#entries, entries)
  }

  /** The hard states before this index fall away with the log, but for the one that was in force there. */
  #cutHardStates(upTo: LogIndex): void {
    const kept = this.#hardStates.filter(({ behind }) => behind >= upTo)
    const before = this.#hardStates[this.#hardStates.length - kept.length - 1]
    this.#hardStates = before === undefined ? kept : [{ ...before, behind: -1 }, ...kept]
  }

  #hardState(): HardState {
    return required(this.#hardStates.at(-1), 'the hard state in force').hardState
  }
}

/** An append replaces everything from its first index on. */
function append(entries: Entry[], more: readonly Entry[]): void {
  const first = more[0]
  if (first === undefined) return
  while ((entries[entries.length - 1]?.index ?? 0) >= first.index) entries.pop()
  for (const entry of more) entries.push(entry)
}
