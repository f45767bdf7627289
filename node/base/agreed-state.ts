// How the rest of the daemon writes to and reads from the agreed state. The peer zone implements it; apiserver uses it.
import type { Revision } from '../../protocol/base/ids.ts'

/**
 * Why the cluster did not answer. `maybe`: the write may still be applied (time ran out after it left). `diskFull`: here, not
 * everywhere. `removed`: this peer no longer belongs to it.
 */
export type NoAgreement = 'noMajority' | 'overloaded' | 'diskFull' | 'maybe' | 'stopped' | 'removed'

/** The peer's side of agreement, generic over the transaction so that this contract needs no protocol types. */
export interface AgreedState<Transaction, Result> {
  /** Resolves after the transaction was applied here. Throws the peer zone's `noAgreement` error with its NoAgreement reason. */
  commit(transaction: Transaction, timeoutMs: number, signal?: AbortSignal): Promise<Result>
  /** Resolves once this peer's copy shows every write acknowledged before the call; answers its revision. */
  barrier(timeoutMs: number, signal?: AbortSignal): Promise<Revision>
  /** Whether a majority was heard lately; without it writes are refused and reads carry their age. */
  quorum(): boolean
}
