// Whom to probe next: everybody once in each round, each round in another order (SWIM, section 4.3), so that a silent
// peer waits at most two rounds. It holds names only and does not know how they are.
import type { PeerId } from '../base/ids.ts'
import type { Random } from '../base/random.ts'

/** Shuffled rounds over a changing set of peers. */
export class ProbeOrder {
  readonly #random: Random
  #round: PeerId[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** The next of `peers`; undefined when there is none. A peer that came during a round waits for the next one. */
  next(peers: ReadonlySet<PeerId>): PeerId | undefined {
    for (let begun = 0; begun < 2; begun++) {
      for (let peer = this.#round.pop(); peer !== undefined; peer = this.#round.pop()) {
        if (peers.has(peer)) return peer
      }
      this.#round = this.#random.shuffle([...peers])
    }
    return undefined
  }
}
