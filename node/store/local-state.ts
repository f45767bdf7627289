// This peer's copy of the replicated state, in memory: what reads, watches and waits are answered from. The store on level
// and its twin in memory are both this, with and without a disk behind it. It uses no disk, clock or thread of its own.
import { StateMachine } from '../../protocol/state/machine.ts'
import { expired } from './errors.ts'
import { History, rankBehind } from './history.ts'
import { appliedIndexGauge, keysGauge, revisionGauge } from './metrics.ts'
import { checkpointEntries, keptCheckpoints } from './limits.ts'
import { Waiters } from './waiters.ts'
import { WatchHub } from './watch-hub.ts'
import type { Clock } from '../base/clock.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { AppliedEntry } from '../../protocol/state/machine.ts'
import type { PastTransaction } from './history.ts'
import type { AppliedCommand, RangeOptions, RangeResult, StateCheckpoint, StateReader, StateWatch, StoredValue } from './types.ts'

export interface LocalStateDeps {
  readonly clock: Clock
  readonly metrics: Metrics
}

/** What has to reach the disk of one applied entry. */
export interface StateChange {
  readonly applied: AppliedEntry
  /** What history remembers of it. */
  readonly past: PastTransaction | undefined
  readonly forgotten: readonly PastTransaction[]
}

export class LocalState implements StateReader {
  #machine = new StateMachine()
  readonly #history = new History()
  readonly #hub: WatchHub
  readonly #revisionWaiters: Waiters
  readonly #indexWaiters: Waiters
  readonly #gauges
  #checkpoints: StateCheckpoint[] = []

  constructor(deps: LocalStateDeps) {
    this.#hub = new WatchHub(deps)
    this.#revisionWaiters = new Waiters(deps.clock)
    this.#indexWaiters = new Waiters(deps.clock)
    this.#gauges = {
      revision: deps.metrics.gauge(revisionGauge),
      index: deps.metrics.gauge(appliedIndexGauge),
      keys: deps.metrics.gauge(keysGauge),
    }
  }

  get machine(): StateMachine {
    return this.#machine
  }

  /** Puts another state in place of this one. History begins with `past`; watches are told that they are behind. */
  replace(machine: StateMachine, floor: number, past: readonly PastTransaction[]): void {
    this.#machine = machine
    this.#checkpoints = []
    this.#history.reset(floor, past)
    this.#hub.replaced()
    this.#advanced()
  }

  /** Applies entries; `changed` hears of each before the next is applied. */
  apply(entries: readonly Entry[], changed: (change: StateChange) => void): readonly AppliedCommand[] {
    const results: AppliedCommand[] = []
    for (const entry of entries) {
      const applied = this.#machine.apply(entry)
      if (applied.index % checkpointEntries === 0) this.#note({ index: applied.index, hash: this.#machine.header().hash })
      const past = this.#history.add(applied)
      const forgotten = this.#history.forget(applied.timeMs)
      this.#hub.publish(applied.events, applied.revision)
      changed({ applied, past, forgotten })
      if (applied.command !== undefined) {
        results.push({ index: applied.index, proposal: applied.command.proposal, result: applied.command.result })
      }
    }
    if (entries.length > 0) this.#advanced()
    return results
  }

  checkpoints(): readonly StateCheckpoint[] {
    return this.#checkpoints
  }

  #note(checkpoint: StateCheckpoint): void {
    this.#checkpoints.push(checkpoint)
    if (this.#checkpoints.length > keptCheckpoints) this.#checkpoints.shift()
  }

  revision(): number {
    return this.#machine.revision
  }

  oldestRevision(): number {
    return this.#history.floor
  }

  appliedIndex(): number {
    return this.#machine.index
  }

  appliedTimeMs(): number {
    return this.#machine.timeMs
  }

  get(key: string): StoredValue | undefined {
    return this.#machine.keys.get(key)
  }

  range(prefix: string, options: RangeOptions = {}): RangeResult {
    const keys = this.#machine.keys
    const items: StoredValue[] = []
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    for (const row of keys.rows(prefix, options.after)) {
      if (items.length >= limit) break
      items.push(row)
    }
    const last = items.at(-1)?.key ?? options.after
    const passed = last === undefined ? keys.rank(prefix) : rankBehind(keys, prefix, last)
    return { items, remaining: keys.rankAfter(prefix) - passed, revision: this.revision() }
  }

  rangeAt(revision: number, prefix: string, options: RangeOptions = {}): RangeResult {
    this.#expectHistory(revision)
    return this.#history.rangeAt(this.#machine.keys, revision, prefix, options)
  }

  count(prefix: string): number {
    return this.#machine.keys.count(prefix)
  }

  watch(prefix: string, from: number): StateWatch {
    this.#expectHistory(from)
    const missed = this.#history.changes(prefix, from)
    return this.#hub.open(prefix, missed, missed.at(-1)?.revision ?? from)
  }

  waitForRevision(revision: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#revisionWaiters.wait(revision, timeoutMs, signal)
  }

  waitForIndex(index: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#indexWaiters.wait(index, timeoutMs, signal)
  }

  close(): void {
    this.#hub.close()
    this.#revisionWaiters.close()
    this.#indexWaiters.close()
  }

  #expectHistory(revision: number): void {
    if (revision < this.#history.floor) throw expired.make({ revision, oldest: this.#history.floor })
  }

  #advanced(): void {
    this.#revisionWaiters.advance(this.#machine.revision)
    this.#indexWaiters.advance(this.#machine.index)
    this.#gauges.revision.set({}, this.#machine.revision)
    this.#gauges.index.set({}, this.#machine.index)
    this.#gauges.keys.set({}, this.#machine.keys.size)
  }
}
