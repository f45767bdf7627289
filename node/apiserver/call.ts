// One request and its answer, however it came: over HTTP or from inside the daemon. Handlers know only these two shapes.
// An answer names stored bytes where it can, so that lists and reads are sent without being parsed.
import type { User } from '../identity/users.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { StoredValue } from '../store/types.ts'
import type { StatusBody } from '../client/types.ts'

/** Binds writes to a work: they are refused once another peer holds it. */
export interface Fence {
  readonly work: string
  readonly epoch: number
}

/** A body that was sent in pieces or as a value. */
export interface Body {
  /** `application/json` and the like, without parameters; empty when there is none. */
  readonly contentType: string
  /** All bytes; throws when they are too many. Empty when a value was handed in. */
  bytes(): Promise<Uint8Array>
  /** The value when the request came from inside; it is not parsed then. */
  readonly value?: JsonObject | undefined
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly user: User
  readonly body: Body
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly fence?: Fence | undefined
}

/** Says of a read that no majority stood behind it. */
export interface Staleness {
  readonly revision: number
  readonly ageMs: number
}

export type WatchFrame =
  | { readonly kind: 'object'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly bytes: Uint8Array; readonly revision: number }
  | { readonly kind: 'bookmark'; readonly revision: number; readonly initialEnd: boolean }
  | { readonly kind: 'error'; readonly status: StatusBody }

/** Headers of an answer that another server gave. */
export type PassedHeaders = { readonly [name: string]: string | readonly string[] }

export type Answer =
  /** One stored object. */
  | {
      readonly kind: 'object'
      readonly code: 200 | 201
      readonly definition: ResourceDefinition
      readonly bytes: Uint8Array
      readonly revision: number
      readonly warnings?: readonly string[]
      readonly stale?: Staleness | undefined
    }
  | {
      readonly kind: 'list'
      readonly definition: ResourceDefinition
      readonly items: readonly StoredValue[]
      readonly revision: number
      readonly continueToken?: string | undefined
      readonly remaining?: number | undefined
      readonly stale?: Staleness | undefined
    }
  | { readonly kind: 'watch'; readonly definition: ResourceDefinition; readonly frames: AsyncIterable<WatchFrame> }
  /** A value made for this answer; `definition` when it is an object of that kind that is not stored (dry run). */
  | {
      readonly kind: 'value'
      readonly code: number
      readonly value: JsonObject
      readonly definition?: ResourceDefinition
      readonly warnings?: readonly string[]
    }
  | { readonly kind: 'text'; readonly code: number; readonly contentType: string; readonly text: string | Uint8Array; readonly headers?: PassedHeaders }
  /** Bytes as they come, such as logs. */
  | { readonly kind: 'stream'; readonly code: number; readonly contentType: string; readonly chunks: AsyncIterable<Uint8Array>; readonly headers?: PassedHeaders }
