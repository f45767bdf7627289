// How many that are not trusted may be connected at a time: enough for many that join at once, too few to crowd the members
// out of the host's connections. The newest stays, since whoever holds a connection without saying anything did so longest.
// It trusts nobody and hears nothing; what a stranger may say is decided elsewhere.
import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../../protocol/base/ids.ts'
import { assert } from '../../protocol/base/assert.ts'
import type { Trust } from './trust.ts'

/** What of a connection matters here. */
export type StrangersConnection = Pick<Connection, 'direction' | 'status' | 'abort'>

export class Strangers {
  readonly #trust: Trust
  readonly #most: number
  /** Called for each connection that had to go. */
  readonly #crowded: (peer: PeerId) => void
  /** Oldest first. */
  readonly #connections = new Map<StrangersConnection, PeerId>()

  constructor(trust: Trust, most: number, crowded: (peer: PeerId) => void) {
    assert(most > 0, 'somebody must be able to knock')
    this.#trust = trust
    this.#most = most
    this.#crowded = crowded
  }

  get size(): number {
    return this.#connections.size
  }

  /** A connection opened. Those that we dialled ourselves are wanted. */
  opened(peer: PeerId, connection: StrangersConnection): void {
    if (connection.direction === 'outbound' || this.#trust.trusted(peer)) return
    this.#connections.set(connection, peer)
    for (const [oldest, stranger] of this.#connections) {
      if (this.#connections.size <= this.#most) break
      this.#connections.delete(oldest)
      // It may have shown a certificate since.
      if (oldest.status !== 'open' || this.#trust.trusted(stranger)) continue
      this.#crowded(stranger)
      oldest.abort(new Error('too many strangers'))
    }
  }

  closed(connection: StrangersConnection): void {
    this.#connections.delete(connection)
  }
}
