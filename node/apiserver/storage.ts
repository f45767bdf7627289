// The way to the agreed state: keys of objects, reads that are as fresh as the client asks, and transactions. Decoded objects
// are shared: each revision of an object is parsed once, frozen, and forgotten with its bytes.
// Which conditions make a write safe is decided by the verbs; this file only carries them and explains refusals.
import type { AgreedState, NoAgreement } from '../base/agreed-state.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { decodeObject } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { waitedTooLong } from '../store/errors.ts'
import type { StateReader, StoredValue } from '../store/types.ts'
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import type { Staleness } from './call.ts'
import { barrierTimeoutMs, commitTimeoutMs, versionWaitMs } from './limits.ts'
import { requestTimeout, serviceUnavailable, tooLargeVersion, tooManyRequests } from './status.ts'

const diskFullText = "this peer's disk is full, so it takes no part in writes and its copy is old; free space on it, or ask another peer"

export interface StorageDeps {
  readonly store: StateReader
  readonly agreed: AgreedState<Transaction, TransactionResult>
  readonly clock: Clock
}

/** The version that serves a kind, as objects name it. */
export function apiVersionOf(definition: { readonly group: string; readonly version: string }): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`
}

export class Storage {
  readonly store: StateReader
  readonly #deps: StorageDeps
  readonly #decoded = new WeakMap<Uint8Array, JsonObject>()
  readonly #writers = new Map<string, Promise<unknown>>()
  #running: Promise<Staleness | undefined> | undefined
  #waiting: Promise<Staleness | undefined> | undefined

  constructor(deps: StorageDeps) {
    this.#deps = deps
    this.store = deps.store
  }

  /** `/registry/<group>/<resource>/`, with the namespace when one is given. */
  prefix(definition: ResourceDefinition, namespace: string): string {
    const names = definition.storedAs ?? definition
    const base = `/registry/${names.group === '' ? 'core' : names.group}/${names.resource}/`
    return namespace === '' || !definition.namespaced ? base : `${base}${encodeURIComponent(namespace)}/`
  }

  key(definition: ResourceDefinition, namespace: string, name: string): string {
    return `${this.prefix(definition, namespace)}${encodeURIComponent(name)}`
  }

  /** The object of stored bytes as the kind shows it; shared and frozen. */
  decode(definition: ResourceDefinition, stored: { readonly value: Uint8Array; readonly revision: number }): JsonObject {
    const known = this.#decoded.get(stored.value)
    if (known !== undefined && known['apiVersion'] === apiVersionOf(definition)) return known
    const type = { apiVersion: apiVersionOf(definition), kind: definition.kind }
    const decoded = decodeObject(stored.value, type, stored.revision)
    const object = deepFreeze(definition.storedAs === undefined ? decoded : definition.storedAs.fromStored(decoded))
    this.#decoded.set(stored.value, object)
    return object
  }

  /** The object under a key, or undefined. */
  find(definition: ResourceDefinition, namespace: string, name: string): StoredValue | undefined {
    return this.store.get(this.key(definition, namespace, name))
  }

  /**
   * Resolves once this peer's copy shows every write acknowledged before the call. Calls share a round of messages: the one
   * that is under way began too early for a new caller, so newcomers wait for the next. Answers how old the copy is when no
   * majority could be asked.
   */
  fresh(): Promise<Staleness | undefined> {
    if (!this.#deps.agreed.quorum()) return Promise.resolve(this.#staleness())
    if (this.#running === undefined) {
      this.#running = this.#barrier()
      return this.#running
    }
    const next = (): Promise<Staleness | undefined> => {
      this.#waiting = undefined
      this.#running = this.#barrier()
      return this.#running
    }
    // A round that failed is nobody else's trouble: those who wait begin theirs all the same.
    this.#waiting ??= this.#running.then(next, next)
    return this.#waiting
  }

  /** As fresh(), for a write: what an old copy refuses is not the cluster's answer, so without a majority it is refused as such. */
  async freshForWrite(): Promise<void> {
    if (await this.fresh() !== undefined) throw serviceUnavailable(noMajorityText, 0)
  }

  async #barrier(): Promise<Staleness | undefined> {
    try {
      await this.#deps.agreed.barrier(barrierTimeoutMs)
      return undefined
    } catch (error) {
      const reason = agreementReason(error)
      if (reason === undefined) throw error
      // The others go on: what is old here would be a step back for whoever saw more through them.
      if (reason === 'diskFull') throw serviceUnavailable(diskFullText, 0)
      return this.#staleness()
    } finally {
      if (this.#waiting === undefined) this.#running = undefined
    }
  }

  #staleness(): Staleness {
    const { store, clock } = this.#deps
    return { revision: store.revision(), ageMs: Math.max(0, clock.wallMs() - store.appliedTimeMs()) }
  }

  /**
   * Runs changes of one key one after the other, so that writers on this peer don't spoil each other's versions and start
   * over. Writers on other peers still can; the condition on the version decides.
   */
  async inOrder<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#writers.get(key)
    const mine = before === undefined ? work() : before.then(work, work)
    this.#writers.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#writers.get(key) === mine) this.#writers.delete(key)
    }
  }

  /** Waits until this peer has seen the version that a client names; throws 504 after a while. */
  async reach(revision: number, signal: AbortSignal): Promise<void> {
    if (this.store.revision() >= revision) return
    try {
      await this.store.waitForRevision(revision, versionWaitMs, signal)
    } catch (error) {
      if (waitedTooLong.is(error)) throw tooLargeVersion(revision, this.store.revision())
      throw error
    }
  }

  /** Proposes a transaction and waits until it is applied here. Throws 503, 504 or 429 when there is no agreement. */
  async commit(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    try {
      return await this.#deps.agreed.commit(transaction, commitTimeoutMs, signal)
    } catch (error) {
      switch (agreementReason(error)) {
        case 'noMajority':
          // It was waited for already; kubectl would hide the message behind ten more tries.
          throw serviceUnavailable(noMajorityText, 0)
        case 'diskFull': throw serviceUnavailable(diskFullText, 0)
        case 'overloaded': throw tooManyRequests()
        case 'maybe': throw requestTimeout('the write was not confirmed in time and may still be applied')
        case 'removed': throw serviceUnavailable('this peer was removed from the cluster; ask another')
        case 'stopped': throw serviceUnavailable('this peer is stopping; ask another')
        case undefined: throw error
      }
    }
  }
}

const noMajorityText = 'the cluster has no majority of its voters in reach, so it accepts no writes; reads, logs and running Pods go on'

/** Why there was no agreement, when the error says so. The peer zone declares it; here only its shape is known. */
export function agreementReason(error: unknown): NoAgreement | undefined {
  if (!(error instanceof ShoalError) || error.code !== 'SHOAL_NO_AGREEMENT') return undefined
  const { details } = error
  const reason = typeof details === 'object' && details !== null && 'reason' in details ? details.reason : undefined
  return (['noMajority', 'overloaded', 'diskFull', 'maybe', 'stopped', 'removed'] as const).find((candidate) => candidate === reason)
}

function deepFreeze<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) if (part !== undefined) deepFreeze(part)
  }
  return value
}
