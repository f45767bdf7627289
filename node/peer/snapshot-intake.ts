// The main thread's side of a snapshot that comes in: chunks go to the store's sink and, beside it, to disk, so that neither
// a sender that dies nor a restart of this peer begins the transfer anew. It asks nobody for anything; snapshots.ts does.
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { Logger } from '../base/logger.ts'
import { snapshotRefused } from '../store/errors.ts'
import { IncomingChunks } from '../store/incoming-chunks.ts'
import type { SnapshotSink, StateStore } from '../store/types.ts'
import type { Answer, Ask } from './types.ts'

export interface SnapshotIntakeDeps {
  readonly store: StateStore
  readonly logger: Logger
  /** Where chunks lie until the state is whole. */
  readonly directory: string
}

interface Receiving {
  readonly name: string
  readonly mark: SnapshotMark
  readonly sink: SnapshotSink
  next: number
  /** Chunks still go to disk. */
  kept: boolean
}

export class SnapshotIntake {
  readonly #store: StateStore
  readonly #logger: Logger
  readonly #chunks: IncomingChunks
  readonly #installed: (mark: SnapshotMark) => void
  #receiving: Receiving | undefined

  /** `installed` is called after a received state took the place of ours. */
  constructor(deps: SnapshotIntakeDeps, installed: (mark: SnapshotMark) => void) {
    this.#store = deps.store
    this.#logger = deps.logger
    this.#chunks = new IncomingChunks(deps.directory)
    this.#installed = installed
  }

  /** Answers a question of the peer thread; undefined when it is not about a snapshot that comes in. */
  async answer(ask: Ask): Promise<Answer | undefined> {
    switch (ask.what) {
      case 'receiveHeld':
        return { kind: 'held', name: this.#receiving?.name ?? (await this.#held()) }
      case 'receiveOpen':
        return { kind: 'receiving', next: await this.#open(ask.name, ask.mark) }
      case 'receiveChunk':
        return this.#add(ask.number, ask.bytes)
      case 'receiveFinish':
        return this.#finish()
      case 'receiveAbort':
        await this.stop()
        return { kind: 'done' }
      default:
        return undefined
    }
  }

  /** Gives the memory back; what is on disk stays for the next time. */
  async stop(): Promise<void> {
    const receiving = this.#receiving
    this.#receiving = undefined
    await receiving?.sink.abort()
  }

  /** Of what was received in an earlier life only what is newer than the state is worth going on with. */
  async #held(): Promise<string | undefined> {
    const held = await this.#chunks.held()
    if (held === undefined || held.index > this.#store.appliedIndex()) return held?.name
    await this.#chunks.clear()
    return undefined
  }

  /** Answers with the first chunk that is not here. */
  async #open(name: string, mark: SnapshotMark): Promise<number> {
    if (this.#receiving?.name === name) return this.#receiving.next
    await this.stop()
    const receiving: Receiving = { name, mark, sink: await this.#store.receive(mark), next: 0, kept: true }
    this.#receiving = receiving
    const held = await this.#chunks.held()
    if (held?.name === name) await this.#replay(receiving)
    if (receiving.next === 0) await this.#keep(receiving, () => this.#chunks.begin({ name, index: mark.index }))
    return receiving.next
  }

  async #replay(receiving: Receiving): Promise<void> {
    for (;;) {
      const bytes = await this.#chunks.chunk(receiving.next)
      if (bytes === undefined) return
      await this.#give(receiving, receiving.next, bytes)
    }
  }

  async #add(number: number, bytes: Uint8Array): Promise<Answer> {
    const receiving = this.#receiving
    if (receiving === undefined) return { kind: 'failed', why: 'nothing is being received' }
    await this.#give(receiving, number, bytes)
    await this.#keep(receiving, () => this.#chunks.add(number, bytes))
    return { kind: 'done' }
  }

  async #give(receiving: Receiving, number: number, bytes: Uint8Array): Promise<void> {
    try {
      await receiving.sink.add(number, bytes)
      receiving.next = number + 1
    } catch (error) {
      await this.#drop(error)
      throw error
    }
  }

  async #finish(): Promise<Answer> {
    const receiving = this.#receiving
    if (receiving === undefined) return { kind: 'failed', why: 'nothing is being received' }
    try {
      await receiving.sink.finish()
    } catch (error) {
      await this.#drop(error)
      throw error
    }
    this.#receiving = undefined
    await this.#chunks.clear()
    this.#installed(receiving.mark)
    return { kind: 'done' }
  }

  /** What was refused once would be refused again; any other failure is the disk's or the end of this peer. */
  async #drop(error: unknown): Promise<void> {
    await this.stop()
    if (snapshotRefused.is(error)) await this.#chunks.clear()
  }

  /** A disk without room for chunks does not keep the state from coming. */
  async #keep(receiving: Receiving, write: () => Promise<void>): Promise<void> {
    if (!receiving.kept) return
    try {
      await write()
    } catch (error) {
      receiving.kept = false
      this.#logger.warn('what is received is not kept on disk, a restart would begin anew', { reason: error instanceof Error ? error.message : String(error) })
    }
  }
}
