// How long the Ingress proxy waits for whom. One value, so that a test can be faster than the limits.
import { ingressAnswerTimeoutMs, ingressCheckEveryMs, ingressConnectTimeoutMs, ingressHeadersTimeoutMs, ingressIdleTimeoutMs, ingressRequestTimeoutMs } from '../limits.ts'

export interface IngressTimes {
  /** For the headers of a request, and for a TLS handshake. */
  readonly headersMs: number
  /** For a whole request; and for a client that takes nothing of its answer. */
  readonly requestMs: number
  /** A connection on which nothing moves. */
  readonly idleMs: number
  /** How often clients are looked at that are slow with headers and requests. */
  readonly checkEveryMs: number
  /** For a backend to accept a connection. */
  readonly connectMs: number
  /** For a backend to say anything. */
  readonly answerMs: number
}

export const ingressTimes: IngressTimes = {
  headersMs: ingressHeadersTimeoutMs, requestMs: ingressRequestTimeoutMs, idleMs: ingressIdleTimeoutMs, checkEveryMs: ingressCheckEveryMs,
  connectMs: ingressConnectTimeoutMs, answerMs: ingressAnswerTimeoutMs,
}
