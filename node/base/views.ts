// What the protocol's side of the daemon shows to the Kubernetes side: who seems to be there, and which works are ours.
// Soft state may only subtract: a consumer may take endpoints out by it, never add, delete or move anything.

/** A member as it looks from this peer now. */
export interface MemberView {
  /** The Node's name. */
  readonly name: string
  readonly peerId: string
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
  /** Boot-time clock of this machine when the state was entered. */
  readonly sinceMs: number
}

/** Live membership. Listeners are called after each change; the answer of `onChange` unsubscribes. */
export interface MembershipView {
  members(): readonly MemberView[]
  onChange(listener: () => void): () => void
}

/** The works that this peer holds by the agreed table. */
export interface WorksView {
  /** The epoch under which this peer holds the work, or undefined. */
  epoch(work: string): number | undefined
  onChange(listener: () => void): () => void
  /** The holder reports that its loops turn; a count that stands still makes the leader choose another. */
  progress(work: string): void
}
