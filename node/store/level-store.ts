// The store of the daemon: the state in memory, and behind it its files on level. Opening reads the whole state and checks
// its hash; after that the disk is only written. It does not hold the log: entries after the durable mark come from there.
import { mkdir, rm } from 'node:fs/promises'
import { required } from '../../protocol/base/assert.ts'
import { snapshotRefused } from './errors.ts'
import { clearOthers, loadState, openDatabase } from './level-files.ts'
import { LocalState } from './local-state.ts'
import { thinEntry, thinMachine, type Keeps } from './partial.ts'
import { Persister } from './persister.ts'
import { snapshotSink, snapshotSource } from './snapshot.ts'
import { zstdChunks } from './zstd-chunks.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Entry, SnapshotMark } from '../../protocol/message/entry.ts'
import type { StateHeader } from '../../protocol/state/machine.ts'
import type { AppliedCommand, SnapshotSink, SnapshotSource, StateCheckpoint, StateStore } from './types.ts'

export interface StoreDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface StoreOptions {
  /** Made if it is not there; `<data directory>/state` by custom. */
  readonly directory: string
  /** Which keys this copy holds; all of them when left out. A partial copy is not sent to others. */
  readonly keeps?: Keeps
}

/**
 * Opens the state of a data directory, empty if there is none. Throws `directoryInUse`, or `stateDamaged` when it does not
 * add up: then call `discardState`, open again, and fetch the state from another peer.
 */
export async function openStore(deps: StoreDeps, options: StoreOptions): Promise<StateStore> {
  const { directory } = options
  await mkdir(directory, { recursive: true })
  const database = await openDatabase(directory)
  try {
    const local = new LocalState(deps)
    const loaded = await loadState(database, directory)
    const generation = loaded?.generation ?? 1
    if (loaded !== undefined) {
      await clearOthers(database, generation)
      const first = loaded.past[0]?.events[0]?.revision
      local.replace(loaded.machine, first === undefined ? loaded.machine.revision : first - 1, loaded.past)
    }
    const header = (): StateHeader => local.machine.header()
    return new LevelStore(local, new Persister(deps, database, { directory, generation, mark: header().mark, header }), options.keeps)
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Removes a damaged state, so that the next open finds none. */
export async function discardState(options: StoreOptions): Promise<void> {
  await rm(options.directory, { recursive: true, force: true })
}

class LevelStore implements StateStore {
  readonly #local: LocalState
  readonly #persister: Persister
  readonly #keeps: Keeps | undefined
  #closed: Promise<void> | undefined

  constructor(local: LocalState, persister: Persister, keeps: Keeps | undefined) {
    this.#local = local
    this.#keeps = keeps
    this.#persister = persister
  }

  apply(entries: readonly Entry[]): readonly AppliedCommand[] {
    const keeps = this.#keeps
    const kept = keeps === undefined ? entries : entries.map((entry) => thinEntry(entry, keeps))
    return this.#local.apply(kept, (change) => this.#persister.add(change))
  }

  async flush(): Promise<number> {
    await this.#persister.flush()
    return this.durableIndex()
  }

  durableIndex(): number {
    return this.durableMark().index
  }

  mark(): SnapshotMark {
    return this.#local.machine.header().mark
  }

  durableMark(): SnapshotMark {
    return this.#persister.durable
  }

  hash(): string {
    return this.#local.machine.header().hash
  }

  checkpoints(): readonly StateCheckpoint[] {
    return this.#local.checkpoints()
  }

  snapshot(): Promise<SnapshotSource> {
    if (this.#keeps !== undefined) return Promise.reject(snapshotRefused.make({ found: 'this copy is partial' }))
    return Promise.resolve(snapshotSource(this.#local.machine, zstdChunks))
  }

  receive(mark: SnapshotMark): Promise<SnapshotSink> {
    const sink = snapshotSink(mark, zstdChunks, async (whole) => {
      const machine = this.#keeps === undefined ? whole : thinMachine(whole, this.#keeps)
      if (machine.index < this.appliedIndex()) throw snapshotRefused.make({ found: 'it is older than the state here' })
      this.#local.replace(machine, machine.revision, [])
      await this.#persister.replace(machine)
    })
    return Promise.resolve(sink)
  }

  /** Stops watches and waits, writes what is left and closes the files. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return required(this.#closed, 'the end')
  }

  #close(): Promise<void> {
    this.#local.close()
    return this.#persister.close()
  }

  revision(): number {
    return this.#local.revision()
  }

  oldestRevision(): number {
    return this.#local.oldestRevision()
  }

  appliedIndex(): number {
    return this.#local.appliedIndex()
  }

  appliedTimeMs(): number {
    return this.#local.appliedTimeMs()
  }

  get: StateStore['get'] = (key) => this.#local.get(key)
  range: StateStore['range'] = (prefix, options) => this.#local.range(prefix, options)
  rangeAt: StateStore['rangeAt'] = (revision, prefix, options) => this.#local.rangeAt(revision, prefix, options)
  count: StateStore['count'] = (prefix) => this.#local.count(prefix)
  watch: StateStore['watch'] = (prefix, from) => this.#local.watch(prefix, from)
  waitForRevision: StateStore['waitForRevision'] = (revision, timeoutMs, signal) => this.#local.waitForRevision(revision, timeoutMs, signal)
  waitForIndex: StateStore['waitForIndex'] = (index, timeoutMs, signal) => this.#local.waitForIndex(index, timeoutMs, signal)
}
