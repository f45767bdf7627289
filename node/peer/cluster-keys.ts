// The cluster's secrets in the agreed state: the authority's key, the key of service account tokens, and the data key. They
// lie there sealed, never plain: the first two to the voters and those on their way to vote, the data key to every full
// peer. When the voters change, a peer that can open them seals them anew; its write holds only against the record that it
// read, which is all the fence that one record needs. Signing is done elsewhere; here keys are read, opened and resealed.
import { randomBytes } from 'node:crypto'
import { required } from '../../protocol/base/assert.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Configuration } from '../../protocol/message/entry.ts'
import type { Transaction, TransactionResult, Write } from '../../protocol/message/transaction.ts'
import type { Logger } from '../base/logger.ts'
import type { KeyedCertificate, TokenKey, TokenVerifier } from '../identity/ca.ts'
import type { PeerKey } from '../identity/peer-key.ts'
import { openSealed, sealTo } from '../identity/sealing.ts'
import type { StateStore } from '../store/types.ts'
import { noAgreement } from './errors.ts'
import { resealTimeoutMs } from './limits.ts'
import { authorityKey, dataKeyKeyOf, isObject, parseObject, putJson, tokenKeyKey, type Json } from './records.ts'

/** The records whose secret only voters open. */
const votersOnly = [authorityKey, tokenKeyKey] as const
type VotersKey = (typeof votersOnly)[number]

/** Boxes by the peer that each is sealed to. */
type Boxes = { readonly [peer: PeerId]: string }

export interface ClusterKeysDeps {
  readonly store: StateStore
  readonly logger: Logger
  readonly commit: (transaction: Transaction, timeoutMs: number) => Promise<TransactionResult>
}

/** Peers that should be able to open the voters' secrets: all who vote or soon may, but witnesses, which keep no state. */
export function openersOf({ voters, learners, witnesses }: Configuration): readonly PeerId[] {
  return [...voters, ...learners].filter((peer) => !witnesses.includes(peer))
}

/** Whether boxes are for other peers than they should be. Pure. */
export function sealingDue(boxes: Boxes, openers: readonly PeerId[]): boolean {
  const sealed = Object.keys(boxes)
  return openers.length > 0 && (sealed.length !== openers.length || openers.some((peer) => boxes[peer] === undefined))
}

/** The secrets of a new cluster, sealed to its first peer: records by their keys. */
export function firstKeys(cluster: string, self: PeerId, authority: KeyedCertificate, token: TokenKey): Json {
  return {
    [authorityKey]: { certificate: authority.certificate, boxes: seal(cluster, authorityKey, [self], authority.privateKey) },
    [tokenKeyKey]: { keyId: token.keyId, publicKey: token.publicKey, boxes: seal(cluster, tokenKeyKey, [self], token.privateKey) },
    [dataKeyKeyOf(self)]: { box: sealTo(self, dataLabel(cluster), randomBytes(32)) },
  }
}

/** The data key for one more peer. */
export function dataKeyWrite(cluster: string, peer: PeerId, dataKey: Uint8Array): Write {
  return putJson(dataKeyKeyOf(peer), { box: sealTo(peer, dataLabel(cluster), dataKey) })
}

export class ClusterKeys {
  readonly #deps: ClusterKeysDeps
  readonly #own: PeerKey
  readonly #cluster: string
  #resealing = false
  #dataKey: { readonly box: string; readonly key: Buffer } | undefined

  constructor(deps: ClusterKeysDeps, own: PeerKey, cluster: string) {
    this.#deps = deps
    this.#own = own
    this.#cluster = cluster
  }

  /** The authority's certificate; undefined until the state is here. */
  authorityCertificate(): string | undefined {
    const certificate = this.#record(authorityKey)?.['certificate']
    return typeof certificate === 'string' ? certificate : undefined
  }

  /** The authority with its key; undefined on peers that cannot open it. */
  authority(): KeyedCertificate | undefined {
    const certificate = this.authorityCertificate()
    const privateKey = this.#open(authorityKey)
    return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey }
  }

  /** What service account tokens are verified by; empty until the state is here. */
  tokenVerifiers(): readonly TokenVerifier[] {
    const { keyId, publicKey } = this.#record(tokenKeyKey) ?? {}
    return typeof keyId === 'string' && typeof publicKey === 'string' ? [{ keyId, publicKey }] : []
  }

  /** The private half of a token key, PEM; undefined on peers that cannot open it. */
  tokenPrivateKey(keyId: string): string | undefined {
    return this.#record(tokenKeyKey)?.['keyId'] === keyId ? this.#open(tokenKeyKey) : undefined
  }

  /** The 32 bytes under which Secrets are encrypted; undefined until the state is here. */
  dataKey(): Buffer | undefined {
    const box = this.#record(dataKeyKeyOf(this.#own.peerId))?.['box']
    if (typeof box !== 'string') return undefined
    if (this.#dataKey?.box !== box) {
      const key = openSealed(this.#own, dataLabel(this.#cluster), box)
      this.#dataKey = key === undefined ? undefined : { box, key }
    }
    return this.#dataKey?.key
  }

  /** Peers that can sign for the cluster now. */
  signers(): readonly PeerId[] {
    const token = boxesOf(this.#record(tokenKeyKey))
    return Object.keys(boxesOf(this.#record(authorityKey))).filter((peer) => token[peer] !== undefined)
  }

  /**
   * Seals the secrets to who should open them now. The leader does it, or any peer that can when the leader cannot; two who
   * try at once do no harm, since the second's record has changed.
   */
  async reseal(leader: PeerId | undefined): Promise<void> {
    if (this.#resealing) return
    this.#resealing = true
    try {
      for (const key of votersOnly) await this.#resealOne(key, leader)
    } finally {
      this.#resealing = false
    }
  }

  async #resealOne(key: VotersKey, leader: PeerId | undefined): Promise<void> {
    const { store, logger, commit } = this.#deps
    const openers = openersOf(store.mark().configuration)
    const stored = store.get(key)
    const record = parseObject(stored?.value)
    const boxes = boxesOf(record)
    if (stored === undefined || record === undefined || !sealingDue(boxes, openers)) return
    if (leader !== this.#own.peerId && leader !== undefined && boxes[leader] !== undefined) return
    const secret = this.#open(key)
    if (secret === undefined) return
    const value = { ...record, boxes: seal(this.#cluster, key, openers, secret) }
    try {
      const result = await commit({ conditions: [{ kind: 'version', key, version: stored.revision }], writes: [putJson(key, value)] }, resealTimeoutMs)
      logger.info('a key of the cluster was sealed anew', { key, openers: openers.length, outcome: result.kind })
    } catch (error) {
      if (!noAgreement.is(error)) throw error
      logger.debug('a key of the cluster was not sealed anew yet', { key, reason: error.details.reason })
    }
  }

  #record(key: string): Json | undefined {
    return parseObject(this.#deps.store.get(key)?.value)
  }

  #open(key: VotersKey): string | undefined {
    const box = boxesOf(this.#record(key))[this.#own.peerId]
    return box === undefined ? undefined : openSealed(this.#own, labelOf(this.#cluster, key), box)?.toString()
  }
}

const labelOf = (cluster: string, key: VotersKey): string => `${cluster} ${key}`
const dataLabel = (cluster: string): string => `${cluster} data`

function seal(cluster: string, key: VotersKey, openers: readonly PeerId[], secret: string): Boxes {
  const label = labelOf(cluster, key)
  return Object.fromEntries(openers.map((peer) => [peer, required(sealTo(peer, label, Buffer.from(secret)), 'the box of a peer')]))
}

function boxesOf(record: Json | undefined): Boxes {
  const boxes = record?.['boxes']
  if (!isObject(boxes)) return {}
  return Object.fromEntries(Object.entries(boxes).flatMap(([peer, box]) => (typeof box === 'string' ? [[peer, box]] : [])))
}
