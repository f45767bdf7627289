// Rumours that still have to travel. Each rides on a number of messages that grows with the logarithm of the cluster's
// size (SWIM, section 4.1); the least told go first, so news is never starved by repetition.
// It does not judge rumours: whoever puts one in has already believed it.
import { assert } from '../base/assert.ts'
import type { PeerId } from '../base/ids.ts'
import type { Rumour } from '../message/membership.ts'
import { maxRumourBytes, maxRumoursPerMessage, transmitFactor } from './limits.ts'

interface Waiting {
  readonly rumour: Rumour
  readonly sizeBytes: number
  told: number
  readonly order: number
}

/** The size that a rumour is reckoned to have in a message. */
export function rumourBytes(rumour: Rumour): number {
  let sizeBytes = 24 + rumour.peer.length + rumour.by.length
  for (const address of rumour.addresses) sizeBytes += address.length + 2
  return sizeBytes
}

/** How many messages carry a rumour among `members` peers. */
export function transmissions(members: number): number {
  return transmitFactor * Math.ceil(Math.log2(members + 1))
}

/** At most one claim per member, or one per accuser while the claim is suspicion. */
export class RumourQueue {
  #waiting = new Map<string, Waiting>()
  #order = 0

  get length(): number {
    return this.#waiting.size
  }

  /** Adds a believed rumour; older claims about the same incarnation or before give way. */
  put(rumour: Rumour): void {
    if (rumour.state !== 'suspect') this.forget(rumour.peer)
    else this.#drop(rumour.peer, (other) => other.state !== 'suspect' || other.incarnation < rumour.incarnation)
    const key = rumour.state === 'suspect' ? `${rumour.peer} ${rumour.by}` : rumour.peer
    this.#order++
    this.#waiting.set(key, { rumour, sizeBytes: rumourBytes(rumour), told: 0, order: this.#order })
  }

  /** Drops everything about a peer. */
  forget(peer: PeerId): void {
    this.#drop(peer, () => true)
  }

  /** The next rumours for one message to `to` among `members` peers; `first` go along whatever else there is. */
  take(to: PeerId, members: number, first: readonly Rumour[]): readonly Rumour[] {
    if (this.#waiting.size === 0) return first
    const limit = transmissions(members)
    const chosen = [...first]
    let sizeBytes = first.reduce((sum, rumour) => sum + rumourBytes(rumour), 0)
    const sorted = [...this.#waiting].sort((a, b) => a[1].told - b[1].told || b[1].order - a[1].order)
    for (const [key, waiting] of sorted) {
      if (chosen.length >= maxRumoursPerMessage) break
      if (sizeBytes + waiting.sizeBytes > maxRumourBytes) continue
      // Nobody needs to hear its own claim about itself, and a claim in `first` is there already.
      if (waiting.rumour.by === to || first.some((rumour) => sameClaim(rumour, waiting.rumour))) continue
      chosen.push(waiting.rumour)
      sizeBytes += waiting.sizeBytes
      waiting.told++
      if (waiting.told >= limit) this.#waiting.delete(key)
    }
    assert(chosen.length <= maxRumoursPerMessage + first.length, 'a message holds few rumours')
    return chosen
  }

  #drop(peer: PeerId, which: (rumour: Rumour) => boolean): void {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.rumour.peer === peer && which(waiting.rumour)) this.#waiting.delete(key)
    }
  }
}

function sameClaim(a: Rumour, b: Rumour): boolean {
  return a.peer === b.peer && a.state === b.state && a.incarnation === b.incarnation && a.by === b.by
}
