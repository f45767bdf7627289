// What a simulated peer has to do with others in the course of one life: what runs aboard besides the protocol, and what lies
// in wait for it. Contracts only.
import type { Assignment } from '../protocol/message/ownership.ts'
import type { CrashPoint } from './faults/fault.ts'

/** What runs on a peer in one life of its process, besides the protocol: the Kubernetes side of the daemon. */
export interface Aboard {
  /** Works that this peer gained or lost. */
  works(works: readonly Assignment[]): void
  /** Members whose state changed. */
  members(): void
  /** The state has moved on, or was replaced. */
  applied(): void
  /** How far a work's loops have come. */
  progress(work: string): number
  /** The process has ended. */
  ended(): void
}

/** Something that waits for the process at one place of its turn. */
export interface Ambush {
  readonly point: CrashPoint
  strike(): void
}
