// Messages of ownership: a peer asks the leader for its lease and reports the progress of the works that it holds.
import type { PeerId } from '../base/ids.ts'

/** What a holder says of one work with each lease request; a count that stands still means no progress. */
export interface WorkReport {
  readonly work: string
  readonly epoch: number
  readonly progress: number
}

/** A report of this work says that the peer takes none now: it cannot write. Its lease goes on, for what runs there runs on. */
export const noWorks = '-'

export type OwnershipMessage =
  /** The lease is valid for 8 s from the moment of asking, which only the asker knows. */
  | { readonly kind: 'leaseAsk'; readonly sequence: number; readonly reports: readonly WorkReport[] }
  /** Sent only when the leader heard a majority after it received the request. */
  | { readonly kind: 'leaseGrant'; readonly sequence: number; readonly term: number }

/** One row of the replicated assignment table, stored at `/shoal/assignments/<work>`. */
export interface Assignment {
  readonly work: string
  readonly peer: PeerId
  /** Rises with each change of holder. */
  readonly epoch: number
}
