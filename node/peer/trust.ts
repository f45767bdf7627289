// Trust decides with whom more than the join protocol may be spoken: peers of the agreed table, peers from the last run,
// and strangers that show a certificate of the cluster's authority for their own id. A removed peer is never let in again.
// The transport has proved the id already (Noise); nothing here reads a socket.
import type { PeerId } from '../../protocol/base/ids.ts'
import { verifyNodeCertificate } from '../identity/certificates.ts'

export class Trust {
  readonly #authority: string
  #members: ReadonlySet<PeerId>
  #removed: ReadonlySet<PeerId> = new Set()
  readonly #admitted = new Map<PeerId, string>()
  readonly #listeners = new Set<(peer: PeerId, trusted: boolean) => void>()

  constructor(authority: string, members: Iterable<PeerId>, removed: Iterable<PeerId>) {
    this.#authority = authority
    this.#members = new Set(members)
    this.#removed = new Set(removed)
  }

  trusted(peer: PeerId): boolean {
    return !this.#removed.has(peer) && (this.#members.has(peer) || this.#admitted.has(peer))
  }

  /** Everybody trusted now. */
  peers(): readonly PeerId[] {
    return [...new Set([...this.#members, ...this.#admitted.keys()])].filter((peer) => this.trusted(peer))
  }

  /** A stranger shows its certificate. Answers its node name; throws SHOAL_CERTIFICATE_REFUSED. */
  admit(peer: PeerId, certificate: string, nowMs: number): string {
    const name = verifyNodeCertificate(certificate, this.#authority, peer, nowMs)
    if (this.trusted(peer) || this.#removed.has(peer)) return name
    this.#admitted.set(peer, name)
    this.#tell(peer, true)
    return name
  }

  /** The agreed table changed. Peers that it no longer has are forgotten; a certificate cannot bring them back. */
  agreed(members: readonly PeerId[], removed: readonly PeerId[]): void {
    const before = this.peers()
    this.#members = new Set(members)
    this.#removed = new Set(removed)
    for (const peer of removed) this.#admitted.delete(peer)
    for (const peer of before) if (!this.trusted(peer)) this.#tell(peer, false)
    const known = new Set(before)
    for (const peer of this.peers()) if (!known.has(peer)) this.#tell(peer, true)
  }

  onChange(listener: (peer: PeerId, trusted: boolean) => void): void {
    this.#listeners.add(listener)
  }

  #tell(peer: PeerId, trusted: boolean): void {
    for (const listener of this.#listeners) listener(peer, trusted)
  }
}
