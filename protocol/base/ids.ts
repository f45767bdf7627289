// The names of things that every part of the protocol passes around. They are plain strings and numbers on the wire.

/** A peer's identity: the libp2p peer id, the digest of its public key. Made anew with each data directory, never used again. */
export type PeerId = string

/** Position of an entry in the log; the first is 1, 0 means none. */
export type LogIndex = number

/** Raft term; 0 before the first election. */
export type Term = number

/** Object version: counts writes of objects, is what Kubernetes calls resourceVersion. */
export type Revision = number

/** Milliseconds of the boot-time clock: never goes back, runs on while the machine sleeps, means nothing to another machine. */
export type BootMs = number

/** Milliseconds since 1970 by the wall clock; may jump. */
export type WallMs = number

/** Which cluster and which life of it: a message of another cluster or incarnation is refused. */
export interface ClusterId {
  /** Random hex string made by init. */
  readonly cluster: string
  /** Starts at 1; `shoal recover` raises it. */
  readonly incarnation: number
}
