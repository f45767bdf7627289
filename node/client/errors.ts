// The errors of the client: the Status that the server answered, with the questions that callers ask of it, and what goes
// wrong on the way there. Nothing is retried here.
import { defineError } from '../base/errors.ts'
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

/** None of the cluster's addresses answered. */
export const unreachableServers = defineError<{ readonly servers: readonly string[] }>({
  code: 'SHOAL_API_UNREACHABLE',
  message: ({ servers }) => `no API server answered at ${servers.join(', ')}`,
  remedy: 'Check that a peer is running at one of these addresses (shoal status) and that port 6443 can be reached.',
})

/** A watch sent more than fits into memory without a line's end. */
export const watchLineTooLong = defineError<{ readonly mostBytes: number }>({
  code: 'SHOAL_WATCH_LINE_TOO_LONG',
  message: ({ mostBytes }) => `the API sent a watch event of more than ${mostBytes} bytes`,
  remedy: 'The address is probably not that of a Kubernetes API; check it.',
})
