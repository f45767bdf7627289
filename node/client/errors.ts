// The one error of API requests: the Status that the server answered, with the questions that callers ask of it.
import type { StatusBody } from './types.ts'

/** A request that the API refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: StatusBody

  constructor(status: StatusBody) {
    super(status.message ?? `the API answered ${status.code}`)
    this.status = status
  }

  get code(): number {
    return this.status.code
  }

  get reason(): string {
    return this.status.reason ?? ''
  }
}

const hasReason = (error: unknown, ...reasons: string[]): boolean => error instanceof ApiError && reasons.includes(error.reason)

/** The object is not there. */
export const isNotFound = (error: unknown): boolean => hasReason(error, 'NotFound')
/** Somebody else changed the object first. */
export const isConflict = (error: unknown): boolean => hasReason(error, 'Conflict')
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 'AlreadyExists')
/** History no longer reaches to the wanted version: list again. */
export const isExpired = (error: unknown): boolean => hasReason(error, 'Expired', 'Gone')
