// The main thread's side of snapshots that go out: opens the state for peers that fetch it, and keeps it open while they ask.
// A snapshot that nobody asks for any more is closed, so that its memory is not held by a peer that went away.
// What comes in is taken by snapshot-intake.ts.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { SnapshotSource, StateStore } from '../store/types.ts'
import { snapshotIdleMs, snapshotServed } from './limits.ts'
import type { Answer, Ask } from './types.ts'

export interface SnapshotDeskDeps {
  readonly store: StateStore
  readonly clock: Clock
}

interface Served {
  readonly source: SnapshotSource
  /** Who asked, and did not ask for the last chunk yet. */
  readonly askers: Set<PeerId>
  timer: Timer
}

export class SnapshotDesk {
  readonly #store: StateStore
  readonly #clock: Clock
  /** By name. */
  readonly #served = new Map<string, Served>()
  /** Those for whom one is being made; they count already. */
  readonly #opening = new Set<PeerId>()

  constructor(deps: SnapshotDeskDeps) {
    this.#store = deps.store
    this.#clock = deps.clock
  }

  /** Answers a question of the peer thread; undefined when it is not about snapshots that go out. */
  async answer(ask: Ask): Promise<Answer | undefined> {
    if (ask.what === 'snapshotOpen') return this.#open(ask.to, ask.atLeast, ask.held)
    if (ask.what === 'snapshotChunk') return this.#chunk(ask.to, ask.name, ask.number)
    return undefined
  }

  stop(): void {
    for (const name of [...this.#served.keys()]) this.#close(name)
  }

  async #open(to: PeerId, atLeast: number, held: string | undefined): Promise<Answer> {
    const kept = held === undefined ? undefined : this.#served.get(held)
    // Of this snapshot the asker has a part already: it is worth more than a newer one.
    if (kept !== undefined && kept.source.mark.index >= atLeast) return this.#offer(to, kept)
    if (this.#store.appliedIndex() < atLeast) return { kind: 'failed', why: 'this peer is behind' }
    const asking = [...this.#opening, ...[...this.#served.values()].flatMap(({ askers }) => [...askers])]
    const others = asking.filter((asker) => asker !== to)
    if (new Set(others).size >= snapshotServed) return { kind: 'failed', why: 'this peer already sends its state to others' }
    this.#opening.add(to)
    const source = await this.#store.snapshot().finally(() => this.#opening.delete(to))
    const same = this.#served.get(source.name)
    if (same === undefined) {
      const served = { source, askers: new Set<PeerId>(), timer: this.#idle(source.name) }
      this.#served.set(source.name, served)
      return this.#offer(to, served)
    }
    source.close()
    return this.#offer(to, same)
  }

  /** An asker has one snapshot at a time. */
  #offer(to: PeerId, served: Served): Answer {
    for (const other of this.#served.values()) if (other !== served) this.#leave(to, other)
    served.askers.add(to)
    this.#asked(served)
    const { name, chunks, mark } = served.source
    return { kind: 'snapshot', name, chunks, mark }
  }

  async #chunk(to: PeerId, name: string, number: number): Promise<Answer> {
    const served = this.#served.get(name)
    if (served === undefined || !Number.isSafeInteger(number) || number < 0 || number >= served.source.chunks) return { kind: 'failed', why: 'this snapshot is closed' }
    this.#asked(served)
    const bytes = await served.source.chunk(number)
    // The last chunk is usually the end of it; a repeated question opens a new one.
    if (number === served.source.chunks - 1) this.#leave(to, served)
    return { kind: 'bytes', bytes }
  }

  #leave(asker: PeerId, served: Served): void {
    if (served.askers.delete(asker) && served.askers.size === 0) this.#close(served.source.name)
  }

  #asked(served: Served): void {
    served.timer.cancel()
    served.timer = this.#idle(served.source.name)
  }

  #idle(name: string): Timer {
    return this.#clock.after(snapshotIdleMs, () => this.#close(name))
  }

  #close(name: string): void {
    const served = this.#served.get(name)
    this.#served.delete(name)
    served?.timer.cancel()
    served?.source.close()
  }
}
