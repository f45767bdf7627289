// What the protocol's side of the daemon shows to the Kubernetes side: who seems to be there, which works are ours, until
// when we may run what must be unique, and when others may replace what a peer had to itself.
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

/** This peer's lease: what must be unique runs here only until it ends. */
export interface LeaseView {
  /** Identity of this peer. */
  readonly peerId: string
  /** Its end by the boot-time clock; 0 when there never was one. */
  untilMs(): number
  /** Called when the end was moved. The answer unsubscribes. */
  onChange(listener: () => void): () => void
}

/** What the leader says about the leases of others. False also when nobody can say. */
export interface TakeoverView {
  /** Others may replace the unique Pods of this Node, as they were seen before this was asked. */
  nodeIsOver(nodeName: string): Promise<boolean>
  /** The same of one peer, which may have been removed. */
  peerIsOver(peerId: string): Promise<boolean>
}
