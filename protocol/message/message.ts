// The closed union of what peers say to each other over direct streams, and what is gossiped to everybody.
import type { ClusterId, LogIndex, PeerId, Term } from '../base/ids.ts'
import type { ConsensusMessage } from './consensus.ts'
import type { Entry } from './entry.ts'
import type { MembershipMessage } from './membership.ts'
import type { OwnershipMessage } from './ownership.ts'
import type { SpreadingMessage } from './spreading.ts'

export type Message =
  | { readonly zone: 'consensus'; readonly body: ConsensusMessage }
  | { readonly zone: 'membership'; readonly body: MembershipMessage }
  | { readonly zone: 'ownership'; readonly body: OwnershipMessage }
  | { readonly zone: 'spreading'; readonly body: SpreadingMessage }

/** Committed entries for everybody. Signed by the driver of the leader over all fields but the entries, whose hash chain it carries. */
export interface GossipBatch {
  readonly cluster: ClusterId
  readonly leader: PeerId
  readonly term: Term
  readonly first: LogIndex
  readonly last: LogIndex
  /** Hash of the chain of entry hashes from `first` to `last`, hex. */
  readonly chain: string
  readonly entries: readonly Entry[]
}
