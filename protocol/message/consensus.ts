// Messages of consensus: Raft's RPCs as one-way messages (Ongaro's thesis, figure 3.1, sections 4.2.3, 6.4, 9.6), each with
// its term, plus proposals and reads that are forwarded to the leader.
import type { LogIndex, PeerId, Term } from '../base/ids.ts'
import type { Entry } from './entry.ts'
import type { ProposalId } from './transaction.ts'

export type ConsensusMessage =
  | { readonly kind: 'preVote' | 'vote'; readonly term: Term; readonly lastIndex: LogIndex; readonly lastTerm: Term; readonly transfer: boolean }
  | { readonly kind: 'preVoteReply' | 'voteReply'; readonly term: Term; readonly granted: boolean }
  | {
      readonly kind: 'append'
      readonly term: Term
      readonly previousIndex: LogIndex
      readonly previousTerm: Term
      readonly entries: readonly Entry[]
      readonly commit: LogIndex
      /** Rises with each round of heartbeats; echoed, so that reads are confirmed by rounds begun after them. */
      readonly round: number
    }
  | {
      readonly kind: 'appendReply'
      readonly term: Term
      readonly accepted: boolean
      /** Accepted: last index known to match. Refused: where to try next. */
      readonly match: LogIndex
      readonly matchTerm: Term
      readonly round: number
    }
  /** The follower's next entry is no longer in the leader's log: fetch a state of at least `index` from one of `from`. */
  | { readonly kind: 'needSnapshot'; readonly term: Term; readonly index: LogIndex; readonly from: readonly PeerId[] }
  | { readonly kind: 'timeoutNow'; readonly term: Term }
  | { readonly kind: 'propose'; readonly proposal: ProposalId; readonly command: Uint8Array }
  /** To the proposer: where its proposal stands in the log, with committed entries that it lacks when it is no follower. */
  | { readonly kind: 'proposed'; readonly proposal: ProposalId; readonly outcome: 'committed' | 'notLeader' | 'overloaded'; readonly index: LogIndex; readonly entries: readonly Entry[] }
  | { readonly kind: 'read'; readonly context: number; readonly applied: LogIndex }
  | { readonly kind: 'readReply'; readonly context: number; readonly outcome: 'confirmed' | 'notLeader'; readonly index: LogIndex; readonly entries: readonly Entry[] }
