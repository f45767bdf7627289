// Messages of membership: SWIM's probes with rumours riding on them.
import type { PeerId } from '../base/ids.ts'

/** A claim about a member. Ordered by incarnation; at the same incarnation left beats dead, dead beats suspect, suspect beats alive. */
export interface Rumour {
  readonly peer: PeerId
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
  readonly incarnation: number
  /** Who claims it; a suspicion counts how many independent peers confirm it (Lifeguard, section IV-C). */
  readonly by: PeerId
  /** With `alive`: the peer's own addresses and their sequence number. */
  readonly addresses: readonly string[]
  readonly addressSequence: number
}

export type MembershipMessage =
  | { readonly kind: 'ping'; readonly sequence: number; readonly rumours: readonly Rumour[] }
  | { readonly kind: 'ack'; readonly sequence: number; readonly rumours: readonly Rumour[] }
  /** Asks a third peer to probe `target` for us. */
  | { readonly kind: 'pingReq'; readonly sequence: number; readonly target: PeerId; readonly rumours: readonly Rumour[] }
  /** The third peer's early answer that it could not reach the target, but itself is well (Lifeguard, section IV-A). */
  | { readonly kind: 'nack'; readonly sequence: number; readonly rumours: readonly Rumour[] }
  /** Fresh rumours that must not wait for the next probe; asks for no answer, so its sequence is 0. */
  | { readonly kind: 'news'; readonly sequence: number; readonly rumours: readonly Rumour[] }
