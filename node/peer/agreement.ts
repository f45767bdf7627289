// The main thread's side of agreement: proposes transactions, waits for their results in the applied log, and answers
// linearizable reads. Without a majority it refuses before anything is proposed, so that the refusal is certain.
// What is committed reaches the store through here and nowhere else.
import { required } from '../../protocol/base/assert.ts'
import type { LogIndex, PeerId, Revision } from '../../protocol/base/ids.ts'
import type { EngineStatus } from '../../protocol/engine/types.ts'
import { decodeEntries, encodeTransaction } from '../../protocol/message/codec.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import type { AgreedState } from '../base/agreed-state.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Metrics } from '../base/metrics.ts'
import type { StateStore } from '../store/types.ts'
import type { ClockWatch } from './clock-watch.ts'
import { noAgreement } from './errors.ts'
import { majorityWaitMs } from './limits.ts'
import { appliedIndex, diskFullGauge, proposalSeconds, quorumGauge } from './metrics.ts'
import { Proposals, type ProposalCounter } from './proposals.ts'
import type { Order } from './types.ts'

interface Reading {
  readonly resolve: (index: LogIndex) => void
  readonly reject: () => void
}

export interface AgreementDeps {
  readonly store: StateStore
  readonly clock: Clock
  readonly metrics: Metrics
  readonly counter: ProposalCounter
  readonly clocks: Pick<ClockWatch, 'agreed'>
  readonly send: (order: Order, transfer?: readonly Uint8Array[]) => void
}

export class Agreement implements AgreedState<Transaction, TransactionResult> {
  readonly #deps: AgreementDeps
  readonly #self: PeerId
  readonly #proposals: Proposals
  readonly #reads = new Map<number, Reading>()
  readonly #waiters = new Set<() => void>()
  #lastContext = 0
  /** The read that callers of this turn of the loop share. */
  #gathering: Promise<LogIndex> | undefined
  #status: EngineStatus | undefined
  #stopped = false
  #removed = false
  #diskFull = false
  /** Committed entries that the state cannot take yet. */
  #held: Entry[] = []

  constructor(deps: AgreementDeps, self: PeerId) {
    this.#deps = deps
    this.#self = self
    this.#proposals = new Proposals(deps.clock)
  }

  async commit(transaction: Transaction, timeoutMs: number, signal?: AbortSignal): Promise<TransactionResult> {
    const startedMs = this.#deps.clock.bootMs()
    // What is proposed now would be applied here only once there is room: the refusal is certain, a wait would not be.
    if (this.#diskFull) throw noAgreement.make({ reason: 'diskFull' })
    await this.#majority(Math.min(timeoutMs, majorityWaitMs), signal)
    const leftMs = Math.max(1, timeoutMs - (this.#deps.clock.bootMs() - startedMs))
    const command = encodeTransaction(transaction)
    const counter = this.#deps.counter.next()
    const outcome = this.#proposals.wait(counter, leftMs, signal)
    this.#deps.send({ kind: 'propose', counter, command }, [command])
    const recorder = this.#deps.metrics.histogram(proposalSeconds)
    try {
      const result = await outcome
      recorder.observe({ outcome: result.kind }, (this.#deps.clock.bootMs() - startedMs) / 1_000)
      return result
    } catch (error) {
      recorder.observe({ outcome: 'failed' }, (this.#deps.clock.bootMs() - startedMs) / 1_000)
      throw error
    }
  }

  async barrier(timeoutMs: number, signal?: AbortSignal): Promise<Revision> {
    const startedMs = this.#deps.clock.bootMs()
    await this.#majority(Math.min(timeoutMs, majorityWaitMs), signal)
    const limit = Promise.withResolvers<never>()
    const refuse = (): void => limit.reject(noAgreement.make({ reason: 'noMajority' }))
    const timer = this.#deps.clock.after(timeoutMs - (this.#deps.clock.bootMs() - startedMs), refuse)
    signal?.addEventListener('abort', refuse, { once: true })
    try {
      const index = await Promise.race([this.#gather(), limit.promise])
      if (this.#deps.store.appliedIndex() < index) {
        if (this.#diskFull) throw noAgreement.make({ reason: 'diskFull' })
        const leftMs = Math.max(1, timeoutMs - (this.#deps.clock.bootMs() - startedMs))
        await this.#deps.store.waitForIndex(index, leftMs, signal)
      }
      return this.#deps.store.revision()
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', refuse)
    }
  }

  quorum(): boolean {
    return !this.#stopped && !this.#removed && this.#status?.quorum === true
  }

  status(): EngineStatus | undefined {
    return this.#status
  }

  /** The peer thread told how it stands. */
  told(status: EngineStatus): void {
    this.#status = status
    this.#deps.metrics.gauge(quorumGauge).set({}, status.quorum ? 1 : 0)
    if (status.quorum) for (const wake of [...this.#waiters]) wake()
  }

  /** The disk under the log is full, or has room again. */
  roomChanged(full: boolean): void {
    this.#diskFull = full
    this.#deps.metrics.gauge(diskFullGauge).set({}, full ? 1 : 0)
  }

  get diskFull(): boolean {
    return this.#diskFull
  }

  /** Applies a batch of committed entries; answers whether it may have changed the protocol's own records. */
  committed(bytes: Uint8Array): boolean {
    this.#held.push(...decodeEntries(bytes))
    this.applyHeld()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('/shoal/')
  }

  /** Applies what continues the state. Entries beyond a hole wait for the state that is being fetched; ones that it contains fall away. */
  applyHeld(): void {
    const { store, metrics } = this.#deps
    const entries = this.#held.filter((entry) => entry.index > store.appliedIndex())
    const contiguous = entries[0]?.index === store.appliedIndex() + 1
    this.#held = contiguous ? [] : entries
    if (!contiguous) return
    for (const { proposal, result } of store.apply(entries)) {
      // One that is applied again after a restart began long ago, and says nothing about clocks.
      if (proposal.peer === this.#self && this.#proposals.applied(proposal.counter, result)) this.#deps.clocks.agreed(store.appliedTimeMs())
    }
    metrics.gauge(appliedIndex).set({}, store.appliedIndex())
  }

  outcome(counter: number, outcome: 'noLeader' | 'overloaded'): void {
    // The engine gave up waiting for a leader; one that it spoke to before may still commit the write.
    this.#proposals.refused(counter, outcome === 'overloaded' ? 'overloaded' : 'maybe')
  }

  read(context: number, index: LogIndex | undefined): void {
    const reading = this.#reads.get(context)
    this.#reads.delete(context)
    if (index === undefined) reading?.reject()
    else reading?.resolve(index)
  }

  /** This peer was removed: nothing that it says is heard any more. */
  removed(): void {
    this.#removed = true
    for (const wake of [...this.#waiters]) wake()
  }

  stop(): void {
    this.#stopped = true
    this.#proposals.stop()
    for (const reading of this.#reads.values()) reading.reject()
    this.#reads.clear()
    for (const wake of [...this.#waiters]) wake()
  }

  /** One question to the leader for all reads that begin in the same turn of the loop. */
  #gather(): Promise<LogIndex> {
    this.#gathering ??= new Promise((resolve, reject) => {
      queueMicrotask(() => {
        this.#gathering = undefined
        const context = ++this.#lastContext
        this.#reads.set(context, { resolve, reject: () => reject(noAgreement.make({ reason: this.#stopped ? 'stopped' : 'noMajority' })) })
        this.#deps.send({ kind: 'read', context })
      })
    })
    return this.#gathering
  }

  /** Waits for a majority. Throws SHOAL_NO_AGREEMENT: noMajority after `timeoutMs`, stopped and removed at once. */
  async #majority(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.quorum() && !this.#stopped && !this.#removed) await this.#woken(timeoutMs, signal)
    if (this.#stopped) throw noAgreement.make({ reason: 'stopped' })
    if (this.#removed) throw noAgreement.make({ reason: 'removed' })
    if (!this.quorum()) throw noAgreement.make({ reason: 'noMajority' })
  }

  #woken(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      let timer: Timer | undefined
      const wake = (): void => {
        required(timer, 'the timer').cancel()
        signal?.removeEventListener('abort', wake)
        this.#waiters.delete(wake)
        resolve()
      }
      timer = this.#deps.clock.after(timeoutMs, wake)
      signal?.addEventListener('abort', wake, { once: true })
      this.#waiters.add(wake)
    })
  }
}
