// What membership says about peers, and the door through which it is driven. Membership is soft: it may take an
// endpoint out of service at once, but only the agreed log removes a peer or moves its work.
import type { BootMs, PeerId } from '../base/ids.ts'
import type { MembershipMessage } from '../message/membership.ts'

/** How a peer looks from here. `left` was said by the peer itself. */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left'

/** Addresses are hints, ordered by a sequence number that the peer itself raises. */
export interface AddressHint {
  /** Multiaddrs without the peer id, best first. */
  readonly addresses: readonly string[]
  readonly sequence: number
}

export interface Member {
  readonly peer: PeerId
  readonly state: MemberState
  /** Raised by the peer itself to refute a suspicion (SWIM, section 4.2). */
  readonly incarnation: number
  readonly hint: AddressHint
  /** When this state was entered, by the local boot-time clock. */
  readonly sinceMs: BootMs
}

/** Everything membership wants done since it was last asked. */
export interface MembershipOutput {
  readonly send: readonly { readonly to: PeerId; readonly message: MembershipMessage }[]
  /** Members whose state, incarnation or hint changed. */
  readonly changed: readonly Member[]
}

/**
 * What the transport saw: a connection ended or could not be made; or every address of the peer answered that nobody listens
 * there, which its kernel says at once when the process is gone.
 */
export type ConnectionLoss = 'lost' | 'refused'

/** SWIM with Lifeguard as a state machine. No clock: time comes with each call. */
export interface MembershipMachine {
  /** A peer admitted by the agreed log; starts alive. Known peers only get a newer hint. */
  admit(peer: PeerId, hint: AddressHint, nowMs: BootMs): void
  /** A peer removed by the agreed log. */
  remove(peer: PeerId): void
  step(from: PeerId, message: MembershipMessage, nowMs: BootMs): void
  tick(nowMs: BootMs): void
  /** The transport has no connection any more: probe at once instead of waiting for this peer's turn. */
  connectionLost(peer: PeerId, loss: ConnectionLoss, nowMs: BootMs): void
  /** This peer's own new addresses, to be spread. */
  announce(addresses: readonly string[]): void
  /** Tells everybody that this peer leaves on purpose. */
  leave(nowMs: BootMs): void
  /** Everybody, this peer included and first. */
  members(): readonly Member[]
  /** The local health multiplier of Lifeguard, 0 (well) to 8. */
  localHealth(): number
  take(): MembershipOutput
}
