// The door to the API for everything inside the daemon and the command: one request shape over two transports, in process
// (handed in by the composition root) and HTTP. No zone reaches the API's state in another way.
import type { ObjectMeta } from '../objects/generated/meta-v1.ts'

/** One request. Paths are those of the Kubernetes API, without the query. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: { readonly [name: string]: string }
  /** Of a PATCH: which kind of patch. JSON otherwise. */
  readonly contentType?: string
  /** A JSON value. */
  readonly body?: unknown
}

/** The Status object of a refused request. */
export interface StatusBody {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: { readonly [key: string]: unknown }
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly [key: string]: unknown }
  readonly code: number
}

/** An object as the API gives it. Cached objects are shared: never change one. */
export interface ApiObject {
  readonly apiVersion?: string | undefined
  readonly kind?: string | undefined
  readonly metadata: ObjectMeta
}

export type ApiWatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ApiObject }
  | { readonly type: 'BOOKMARK'; readonly object: ApiObject }

export interface Transport {
  /** Answers the body of a success; throws ApiError (node/client/errors.ts) with the Status otherwise. */
  send(request: ApiRequest, signal?: AbortSignal): Promise<unknown>
  /** A watch from a list's resourceVersion. Ends normally when the server ends it; throws ApiError, 410 among them. */
  watch(request: ApiRequest, signal: AbortSignal): AsyncIterable<ApiWatchEvent>
}
