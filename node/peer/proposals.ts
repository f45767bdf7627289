// Writes on their way: each has a number that is never used twice in the life of the data directory, waits for its result
// in the applied log, and ends with exactly one outcome. Numbers are reserved on disk in blocks, before they are used.
// Whether a write is proposed at all is decided by the caller.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { NoAgreement } from '../base/agreed-state.ts'
import type { Clock } from '../base/clock.ts'
import type { TransactionResult } from '../../protocol/message/transaction.ts'
import { failureCode } from '../platform/failures.ts'
import { noAgreement } from './errors.ts'
import { counterBlock, pendingProposals } from './limits.ts'

/** Where numbers begin after their reservation was lost: a thousand for each millisecond since 1970 is above all that were used. */
export const afterLoss = (wallMs: number): number => wallMs * 1_000

/** Numbers that only rise, also over restarts. A number used twice would be answered with the first one's result (P17). */
export class ProposalCounter {
  readonly #path: string
  #next: number
  #reserved: number

  /** `first`: where to begin when there is no readable reservation; 1 for a new peer, `afterLoss` for one that ran before. */
  constructor(path: string, first: number) {
    this.#path = path
    const stored = existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : 0
    this.#next = Number.isSafeInteger(stored) && stored > 0 ? stored : first
    this.#reserved = this.#next
  }

  /** Throws SHOAL_NO_AGREEMENT (diskFull) when no block can be reserved. */
  next(): number {
    if (this.#next >= this.#reserved) this.#reserve()
    return this.#next++
  }

  #reserve(): void {
    const reserved = this.#next + counterBlock
    try {
      writeFileSync(`${this.#path}.part`, `${reserved}\n`, { flush: true })
      renameSync(`${this.#path}.part`, this.#path)
    } catch (error) {
      if (failureCode(error) !== 'ENOSPC') throw error
      throw noAgreement.make({ reason: 'diskFull' }, error)
    }
    this.#reserved = reserved
  }
}

interface Pending {
  resolve(result: TransactionResult): void
  reject(reason: NoAgreement, cause?: unknown): void
}

/** The table of writes that wait for their result. */
export class Proposals {
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#pending.size
  }

  /** Waits for the outcome of `counter`. Throws SHOAL_NO_AGREEMENT: overloaded at once, maybe when time or the caller's patience ends. */
  wait(counter: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<TransactionResult> {
    if (this.#pending.size >= pendingProposals) return Promise.reject(noAgreement.make({ reason: 'overloaded' }))
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel()
        signal?.removeEventListener('abort', aborted)
        this.#pending.delete(counter)
      }
      const refuse = (reason: NoAgreement, cause?: unknown): void => { end(); reject(noAgreement.make({ reason }, cause)) }
      const aborted = (): void => refuse('maybe', signal?.reason)
      const timer = this.#clock.after(timeoutMs, () => refuse('maybe'))
      signal?.addEventListener('abort', aborted, { once: true })
      this.#pending.set(counter, { resolve: (result) => { end(); resolve(result) }, reject: refuse })
    })
  }

  /** Answers whether somebody waited for it. */
  applied(counter: number, result: TransactionResult): boolean {
    const pending = this.#pending.get(counter)
    pending?.resolve(result)
    return pending !== undefined
  }

  refused(counter: number, reason: NoAgreement): void {
    this.#pending.get(counter)?.reject(reason)
  }

  /** Ends all waits. What was proposed may still happen. */
  stop(): void {
    for (const pending of [...this.#pending.values()]) pending.reject('maybe')
  }
}
