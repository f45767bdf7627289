// The main thread's side of snapshots: opens the state for peers that fetch it, and takes in what is fetched for us.
// A snapshot that nobody asks for any more is closed, so that its memory is not held by a peer that went away.
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { SnapshotSink, SnapshotSource, StateStore } from '../store/types.ts'
import { snapshotIdleMs, snapshotServed } from './limits.ts'
import type { Answer, Ask } from './types.ts'

export interface SnapshotDeskDeps {
  readonly store: StateStore
  readonly clock: Clock
}

interface Served {
  readonly source: SnapshotSource
  timer: Timer
}

export class SnapshotDesk {
  readonly #store: StateStore
  readonly #clock: Clock
  readonly #served = new Map<number, Served>()
  readonly #installed: (mark: SnapshotMark) => void
  #last = 0
  #receiving: { readonly sink: SnapshotSink; readonly mark: SnapshotMark } | undefined

  /** `installed` is called after a received state took the place of ours. */
  constructor(deps: SnapshotDeskDeps, installed: (mark: SnapshotMark) => void) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#installed = installed
  }

  /** Answers a question of the peer thread; undefined when it is not about snapshots. */
  async answer(ask: Ask): Promise<Answer | undefined> {
    switch (ask.what) {
      case 'snapshotOpen':
        return this.#open(ask.atLeast)
      case 'snapshotChunk':
        return this.#chunk(ask.id, ask.number)
      case 'receiveOpen':
        await this.#abort()
        this.#receiving = { sink: await this.#store.receive(ask.mark), mark: ask.mark }
        return { kind: 'done' }
      case 'receiveChunk':
        if (this.#receiving === undefined) return { kind: 'failed', why: 'nothing is being received' }
        await this.#receiving.sink.add(ask.number, ask.bytes)
        return { kind: 'done' }
      case 'receiveFinish':
        return this.#finish()
      case 'receiveAbort':
        await this.#abort()
        return { kind: 'done' }
      default:
        return undefined
    }
  }

  async stop(): Promise<void> {
    for (const id of [...this.#served.keys()]) this.#close(id)
    await this.#abort()
  }

  async #open(atLeast: number): Promise<Answer> {
    if (this.#store.appliedIndex() < atLeast) return { kind: 'failed', why: 'this peer is behind' }
    // The same answer serves several askers: a source stays until nobody asks.
    if (this.#served.size >= snapshotServed) return { kind: 'failed', why: 'this peer already sends its state to others' }
    const id = ++this.#last
    const source = await this.#store.snapshot()
    this.#served.set(id, { source, timer: this.#idle(id) })
    return { kind: 'snapshot', id, chunks: source.chunks, mark: source.mark }
  }

  async #chunk(id: number, number: number): Promise<Answer> {
    const served = this.#served.get(id)
    if (served === undefined || number >= served.source.chunks) return { kind: 'failed', why: 'this snapshot is closed' }
    served.timer.cancel()
    served.timer = this.#idle(id)
    const bytes = await served.source.chunk(number)
    // The last chunk is usually the end of it; a repeated question opens a new one.
    if (number === served.source.chunks - 1) this.#close(id)
    return { kind: 'bytes', bytes }
  }

  async #finish(): Promise<Answer> {
    const receiving = this.#receiving
    if (receiving === undefined) return { kind: 'failed', why: 'nothing is being received' }
    await receiving.sink.finish()
    this.#receiving = undefined
    this.#installed(receiving.mark)
    return { kind: 'done' }
  }

  async #abort(): Promise<void> {
    const receiving = this.#receiving
    this.#receiving = undefined
    await receiving?.sink.abort()
  }

  #idle(id: number): Timer {
    return this.#clock.after(snapshotIdleMs, () => this.#close(id))
  }

  #close(id: number): void {
    const served = this.#served.get(id)
    this.#served.delete(id)
    served?.timer.cancel()
    served?.source.close()
  }
}
