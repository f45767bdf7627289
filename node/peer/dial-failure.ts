// What a dial that failed says about the peer. Pure.
import type { ConnectionLoss } from '../../protocol/membership/types.ts'

/** Every address that was tried answered that nobody listens there. */
const isRefused = (error: unknown): boolean =>
  error instanceof AggregateError ? error.errors.length > 0 && error.errors.every(isRefused) : error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'

/** The loss behind the error of a dial; with several addresses libp2p gives all errors in one. */
export const lossOf = (error: unknown): ConnectionLoss => (isRefused(error) ? 'refused' : 'lost')
