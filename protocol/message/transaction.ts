// A transaction is what a proposal asks of the key space: conditions that must all hold when it is applied, and the
// writes to make then. It is applied whole or not at all, and with the same result on every peer.
// It carries final bytes: nothing is defaulted or validated when it is applied.

/** What must hold, in the state just before the transaction, for it to be applied. */
export type Condition =
  /** The key is there and its last write has this version. */
  | { readonly kind: 'version'; readonly key: string; readonly version: number }
  | { readonly kind: 'absent'; readonly key: string }
  /** The key is there; with `live`, it was also not marked as terminating by its last write. */
  | { readonly kind: 'present'; readonly key: string; readonly live: boolean }
  /** At most `limit` keys start with `prefix` after the transaction. */
  | { readonly kind: 'limit'; readonly prefix: string; readonly limit: number }
  /** The work's holder still has this epoch in the assignment table. */
  | { readonly kind: 'assignment'; readonly work: string; readonly epoch: number }
  /** The agreed feature level is at least this. */
  | { readonly kind: 'featureLevel'; readonly atLeast: number }

/** One change of one key. Keys under `/registry/` are object writes and take a revision each; all others take none. */
export type Write =
  /** `terminating` says that the object has a deletion time; the bytes are not parsed to find out. */
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array; readonly terminating: boolean }
  | { readonly kind: 'delete'; readonly key: string }

export interface Transaction {
  readonly conditions: readonly Condition[]
  readonly writes: readonly Write[]
}

/** Names a proposal for ever, so that a retry after a change of leader is recognised. */
export interface ProposalId {
  readonly peer: string
  /** Rises by one with each proposal of one life of the peer's data directory. */
  readonly counter: number
}

/** What became of a transaction; the same on every peer. */
export type TransactionResult =
  | {
      readonly kind: 'applied'
      /** The revision after it. The k object writes took `revision - k + 1 .. revision`, in order. */
      readonly revision: number
    }
  | {
      readonly kind: 'refused'
      /** Index of the first condition that did not hold; -1 for a repetition whose result was forgotten, and for a malformed command. */
      readonly condition: number
      /** The revision at which it was refused. */
      readonly revision: number
    }
