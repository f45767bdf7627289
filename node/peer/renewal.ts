// Certificates renew while the peer runs: once the time has come, or when the peer is reached under an address that is not in
// them, it makes new keys and has them signed, by itself when it holds the authority's key, else by a peer that does. Who is a
// member is asked there; a removed peer gets no signature.
import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { createPrivateKeyPem, type KeyedCertificate } from '../identity/ca.ts'
import { createCsr, renewalDue, validity, type NodeRequest } from '../identity/certificates.ts'
import type { StateReader } from '../store/types.ts'
import { hostsOf } from './addresses.ts'
import type { PeerIdentity } from './data-directory.ts'
import { certificateAddressesMost, renewRetryMs } from './limits.ts'
import { parseObject, peerKeyOf, peerRecord } from './records.ts'

/** Has both certificates of a member signed. */
type SignNode = (request: NodeRequest) => Promise<{ readonly node: string; readonly serving: string }>

/** What is renewed of an identity. */
export interface Certificates {
  readonly node: KeyedCertificate
  readonly serving: KeyedCertificate
}

/**
 * New certificates, or undefined while the present ones do. `reached`: IP addresses under which clients come besides those of
 * the peer's record. Throws what `sign` throws.
 */
export async function renewCertificates(sign: SignNode, store: StateReader, identity: PeerIdentity, nowMs: number, reached: readonly string[] = []): Promise<Certificates | undefined> {
  const { key, file, node, serving } = identity
  const isOld = [node, serving].some((pair) => {
    const { fromMs, toMs } = validity(pair.certificate)
    return renewalDue(fromMs, toMs, spreadOf(key.peerId), nowMs)
  })
  const due = isOld || !servesUnder(serving.certificate, reached)
  const record = due ? peerRecord(parseObject(store.get(peerKeyOf(key.peerId))?.value)) : undefined
  if (record === undefined) return undefined
  // Only age asks for new keys. With the old ones whatever part of the new pairs is on disk after a crash fits the rest.
  const keys = isOld ? undefined : { node: node.privateKey, serving: serving.privateKey }
  return newCertificates(sign, file.name, key.peerId, [...hostsOf(record.addresses), ...reached], keys)
}

/** Whether a certificate is good for all of these IP addresses. */
export function servesUnder(certificatePem: string, addresses: readonly string[]): boolean {
  const certificate = new X509Certificate(certificatePem)
  return addresses.every((address) => certificate.checkIP(address) !== undefined)
}

/** Certificates of a node for new keys, or for these. */
export async function newCertificates(
  sign: SignNode, name: string, peer: string, hosts: readonly string[], keys?: { readonly node: string; readonly serving: string },
): Promise<Certificates> {
  const nodeKey = keys?.node ?? createPrivateKeyPem()
  const servingKey = keys?.serving ?? createPrivateKeyPem()
  const signed = await sign({ peer, name, hosts, nodeCsr: await createCsr(nodeKey), servingCsr: await createCsr(servingKey) })
  return { node: { privateKey: nodeKey, certificate: signed.node }, serving: { privateKey: servingKey, certificate: signed.serving } }
}

export interface RenewalDeps {
  readonly store: StateReader
  readonly clock: Clock
  readonly logger: Logger
  readonly sign: SignNode
  readonly identity: () => PeerIdentity
  /** Takes the new ones into use. */
  readonly renewed: (certificates: Certificates) => void
}

/** Looks whenever it is told to, and keeps the addresses under which the peer is reached. */
export class Renewal {
  readonly #deps: RenewalDeps
  #reached: readonly string[] = []
  #last: Promise<void> = Promise.resolve()
  /** Nothing was due at the last look, or it was renewed. */
  #isDone = false
  #nextTryMs = 0

  constructor(deps: RenewalDeps) {
    this.#deps = deps
  }

  /** Clients come under these IP addresses besides those of the peer's record; a certificate that lacks one is renewed. */
  reachedUnder(addresses: readonly string[]): void {
    this.#reached = [...new Set(addresses)].filter((address) => isIP(address) !== 0).slice(0, certificateAddressesMost)
    void this.look()
  }

  /** To be called often while there is a majority: looks for the first time, and again after a failure. */
  untilDone(): void {
    const nowMs = this.#deps.clock.bootMs()
    if (this.#isDone || nowMs < this.#nextTryMs) return
    this.#nextTryMs = nowMs + renewRetryMs
    void this.look()
  }

  /** Renews what is due, one renewal after another: of two at once the older could be the last word. */
  look(): Promise<void> {
    return (this.#last = this.#last.then(() => this.#look()))
  }

  async #look(): Promise<void> {
    const { store, clock, logger, sign, identity, renewed } = this.#deps
    const { name } = identity().file
    try {
      const certificates = await renewCertificates(sign, store, identity(), clock.wallMs(), this.#reached)
      this.#isDone = true
      if (certificates === undefined) return
      renewed(certificates)
      logger.info('certificates were renewed', { name })
    } catch (error) {
      this.#isDone = false
      logger.warn('certificates were not renewed', { reason: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** A number in [0, 1) that is fixed for a peer. */
function spreadOf(peerId: string): number {
  return createHash('sha256').update(peerId).digest().readUInt32BE(0) / 2 ** 32
}
