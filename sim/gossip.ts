// Gossip in the simulator: a batch goes to everybody over the network's paths, and each peer that hears it for the first
// time tells a few more, so that one lost message does not lose a batch. What gets lost all the same, the engine fetches.
// It validates nothing: the real validator's checks of signatures have no part in the simulation.
import type { Random } from '../protocol/base/random.ts'
import type { GossipBatch } from '../protocol/message/message.ts'
import type { Network } from './network.ts'

/** Peers that each hearer tells again. */
export const relayFanout = 2
/** Batches that each peer remembers; an older one that comes again is taken for new, which does no harm. */
export const maxSeenBatches = 256

export class Gossip {
  readonly #network: Network
  readonly #random: Random
  readonly #count: number
  readonly #seen: Set<string>[]
  readonly #deliver: (to: number, batch: GossipBatch) => void

  constructor(network: Network, count: number, random: Random, deliver: (to: number, batch: GossipBatch) => void) {
    this.#network = network
    this.#count = count
    this.#random = random
    this.#deliver = deliver
    this.#seen = Array.from({ length: count }, () => new Set<string>())
  }

  publish(from: number, batch: GossipBatch): void {
    this.#remember(from, key(batch))
    for (let to = 0; to < this.#count; to++) if (to !== from) this.#tell(from, to, batch)
  }

  /** A peer's memory ends with its process. */
  forget(peer: number): void {
    this.#seen[peer]?.clear()
  }

  #tell(from: number, to: number, batch: GossipBatch): void {
    this.#network.send(from, to, () => this.#hear(from, to, batch))
  }

  #hear(from: number, to: number, batch: GossipBatch): void {
    if (!this.#remember(to, key(batch))) return
    this.#deliver(to, batch)
    for (let i = 0; i < relayFanout; i++) {
      const next = this.#random.integer(this.#count)
      if (next !== to && next !== from) this.#tell(to, next, batch)
    }
  }

  /** False when it was known. */
  #remember(peer: number, name: string): boolean {
    const seen = this.#seen[peer]
    if (seen === undefined || seen.has(name)) return false
    seen.add(name)
    const [oldest] = seen
    if (seen.size > maxSeenBatches && oldest !== undefined) seen.delete(oldest)
    return true
  }
}

function key(batch: GossipBatch): string {
  return `${batch.leader} ${batch.term} ${batch.first} ${batch.last}`
}
