// Brings the state to disk some way behind memory: changes gather for a moment and go into one synced batch, with the header
// that they lead to. Nothing waits for it but the cutting of the log, so a slow or full disk delays no write; it tries again
// until it succeeds. A whole new state goes the same way. It never reads.
import { assert } from '../../protocol/base/assert.ts'
import { stateUnwritable } from './errors.ts'
import { clearOthers, openDatabase, wholeState, writeChanges, writeGeneration } from './level-files.ts'
import { persistBatchBytes, persistDelayMs, persistRetryMs } from './limits.ts'
import { durableIndexGauge, persistFailuresCounter } from './metrics.ts'
import { PendingChanges } from './pending-changes.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { SnapshotMark } from '../../protocol/message/entry.ts'
import type { StateHeader, StateMachine } from '../../protocol/state/machine.ts'
import type { StateDatabase, WholeState } from './level-files.ts'
import type { StateChange } from './local-state.ts'

export interface PersisterDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface PersisterOptions {
  readonly directory: string
  /** The generation that is on disk, and its mark. */
  readonly generation: number
  readonly mark: SnapshotMark
  /** Of the state as it is now: all that was added leads to it. Asked for when something is written, not with each change. */
  readonly header: () => StateHeader
}

export class Persister {
  readonly #deps: PersisterDeps
  readonly #directory: string
  readonly #header: () => StateHeader
  readonly #gauge
  readonly #failures
  #database: StateDatabase
  #generation: number
  #durable: SnapshotMark
  #pending = new PendingChanges()
  /** A new generation that has to be written before `#pending`. */
  #whole: WholeState | undefined
  #timer: Timer | undefined
  #writing: Promise<void> | undefined
  #reopen = false

  constructor(deps: PersisterDeps, database: StateDatabase, options: PersisterOptions) {
    this.#deps = deps
    this.#database = database
    this.#directory = options.directory
    this.#header = options.header
    this.#generation = options.generation
    this.#durable = options.mark
    this.#gauge = deps.metrics.gauge(durableIndexGauge)
    this.#failures = deps.metrics.counter(persistFailuresCounter)
  }

  /** What a restart would find. */
  get durable(): SnapshotMark {
    return this.#durable
  }

  /** Queues what an entry changed. */
  add(change: StateChange): void {
    this.#pending.add(change)
    if (this.#pending.sizeBytes >= persistBatchBytes && !this.#reopen) this.#begin()
    else this.#timer ??= this.#deps.clock.after(persistDelayMs, () => this.#begin())
  }

  /** Puts the machine's state in place of everything on disk and everything queued. Resolves once it is there. */
  replace(machine: StateMachine): Promise<void> {
    this.#pending = new PendingChanges()
    this.#whole = wholeState(machine)
    return this.flush()
  }

  /** Resolves once all that was queued so far is on disk; rejects with `stateUnwritable` when a write fails. */
  async flush(): Promise<void> {
    const wanted = this.#header().mark.index
    while (this.#durable.index < wanted || this.#whole !== undefined) {
      this.#begin()
      const failure = await this.#writing?.then(() => undefined, (error: unknown) => error)
      if (failure !== undefined) throw stateUnwritable.make({ directory: this.#directory, found: found(failure) }, failure)
    }
  }

  /** Writes what is left, if it can, and closes the files. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      this.#timer?.cancel()
      this.#timer = undefined
      await this.#database.close()
    }
  }

  #begin(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#writing !== undefined) return
    const writing = this.#writeNext(this.#header())
    this.#writing = writing
    writing.then(
      () => this.#ended(undefined),
      (error: unknown) => this.#ended(error),
    )
  }

  #ended(error: unknown): void {
    this.#writing = undefined
    if (error !== undefined) {
      this.#failures.add({})
      this.#deps.logger.error('state not written, trying again', { directory: this.#directory, error: found(error) })
      this.#reopen = true
      this.#timer ??= this.#deps.clock.after(persistRetryMs, () => this.#begin())
    } else if (!this.#pending.empty || this.#durable.index < this.#header().mark.index) {
      this.#timer ??= this.#deps.clock.after(persistDelayMs, () => this.#begin())
    }
  }

  async #writeNext(header: StateHeader): Promise<void> {
    const whole = this.#whole
    const pending = this.#pending
    if (whole === undefined) {
      this.#pending = new PendingChanges()
    }
    try {
      if (this.#reopen) await this.#openAnew()
      if (whole === undefined) await this.#writeChanges(pending, header)
      else await this.#writeWhole(whole)
    } catch (error) {
      // What was to be written goes back under what came since, unless a whole new state makes it void.
      if (whole === undefined && this.#whole === undefined) this.#putBack(pending)
      throw error
    }
  }

  async #writeChanges(pending: PendingChanges, header: StateHeader): Promise<void> {
    await writeChanges(this.#database, this.#generation, pending.changes(), header)
    this.#reached(header.mark)
  }

  async #writeWhole(whole: WholeState): Promise<void> {
    const generation = this.#generation + 1
    await clearOthers(this.#database, this.#generation)
    await writeGeneration(this.#database, generation, whole)
    this.#generation = generation
    this.#durable = whole.header.mark
    if (this.#whole === whole) this.#whole = undefined
    this.#reached(whole.header.mark)
    await clearOthers(this.#database, generation)
  }

  #reached(mark: SnapshotMark): void {
    assert(mark.index >= this.#durable.index, 'the state on disk never goes back')
    this.#durable = mark
    this.#gauge.set({}, mark.index)
  }

  /** After a failed write level refuses all others until it is opened again. */
  async #openAnew(): Promise<void> {
    await this.#database.close()
    this.#database = await openDatabase(this.#directory)
    this.#reopen = false
  }

  #putBack(older: PendingChanges): void {
    older.addLater(this.#pending)
    this.#pending = older
  }
}

const found = (error: unknown): string => (error instanceof Error ? error.message : 'an unknown error')
