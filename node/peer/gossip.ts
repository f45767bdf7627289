// Committed entries for everybody, over gossipsub. A batch travels in an envelope with one Ed25519 signature of the leader
// over what the batch says of itself; each peer checks signature and membership before it applies or forwards anything.
// Big batches are announced only, and fetched from whoever passed the announcement on. Order and holes are the engine's matter.
import { TopicValidatorResult, type GossipSub } from '@chainsafe/libp2p-gossipsub'
import type { KeyObject } from 'node:crypto'
import type { ClusterId, PeerId } from '../../protocol/base/ids.ts'
import { decodeGossipBatch, encodeGossipBatch } from '../../protocol/message/codec.ts'
import type { GossipBatch } from '../../protocol/message/message.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { peerPublicKey, verifyEd25519, type PeerKey } from '../identity/peer-key.ts'
import type { Host } from './host.ts'
import { frameMaxBytes, gossipInlineBytes, gossipKeptBytes, requestTimeoutMs } from './limits.ts'
import { parseObject } from './records.ts'
import type { Refusals } from './refusals.ts'
import { Conversation } from './streams.ts'
import type { Trust } from './trust.ts'

const batchProtocol = '/shoal/batch/1'
const signatureBytes = 64

/** The topic of a cluster's life; another incarnation is another topic. */
export function gossipTopic(cluster: ClusterId): string {
  return `/shoal/${cluster.cluster}/${cluster.incarnation}`
}

/** What is signed: everything a batch says but the entries, whose hash chain it carries. */
function signedText(batch: Omit<GossipBatch, 'entries'>): Buffer {
  const { cluster, leader, term, first, last, chain } = batch
  return Buffer.from(JSON.stringify({ cluster: cluster.cluster, incarnation: cluster.incarnation, leader, term, first, last, chain }))
}

/** Envelope: signature, length of the signed text, signed text, and the encoded batch or nothing. */
export function sealBatch(batch: GossipBatch, key: PeerKey): { readonly whole: Uint8Array; readonly announcement: Uint8Array } {
  const text = signedText(batch)
  const head = Buffer.alloc(signatureBytes + 2)
  head.set(key.sign(text))
  head.writeUInt16BE(text.length, signatureBytes)
  const announcement = Buffer.concat([head, text])
  return { whole: Buffer.concat([announcement, encodeGossipBatch(batch)]), announcement }
}

/** An envelope whose signature holds. `body` is empty for an announcement. */
export interface OpenedEnvelope {
  readonly leader: PeerId
  readonly chain: string
  readonly text: Buffer
  readonly body: Buffer
}

/** Opens an envelope; undefined when it is malformed or not signed by the peer that it names. */
export function openEnvelope(bytes: Uint8Array, keyOf: (peer: PeerId) => KeyObject | undefined): OpenedEnvelope | undefined {
  if (bytes.length < signatureBytes + 2) return undefined
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bodyAt = signatureBytes + 2 + buffer.readUInt16BE(signatureBytes)
  if (bodyAt > bytes.length) return undefined
  const text = buffer.subarray(signatureBytes + 2, bodyAt)
  const fields = parseObject(text)
  const leader = fields?.['leader']
  const chain = fields?.['chain']
  if (typeof leader !== 'string' || typeof chain !== 'string') return undefined
  const key = keyOf(leader)
  if (key === undefined || !verifyEd25519(key, text, buffer.subarray(0, signatureBytes))) return undefined
  return { leader, chain, text, body: buffer.subarray(bodyAt) }
}

export interface GossipDeps {
  readonly host: Host
  readonly trust: Trust
  readonly clock: Clock
  readonly logger: Logger
  readonly refusals: Refusals
  readonly key: PeerKey
  readonly cluster: ClusterId
}

export class Gossip {
  readonly #deps: GossipDeps
  readonly #receive: (batch: GossipBatch) => void
  readonly #topic: string
  readonly #keys = new Map<PeerId, KeyObject | undefined>()
  readonly #kept = new Map<string, Uint8Array>()
  #keptBytes = 0
  readonly #fetching = new Set<string>()

  constructor(deps: GossipDeps, receive: (batch: GossipBatch) => void) {
    this.#deps = deps
    this.#receive = receive
    this.#topic = gossipTopic(deps.cluster)
  }

  async start(): Promise<void> {
    const service = this.#service()
    service.topicValidators.set(this.#topic, (from, message) => this.#validate(from.toString(), message.data))
    service.subscribe(this.#topic)
    await this.#deps.host.handle(batchProtocol, (from, stream) => {
      const conversation = new Conversation(stream, this.#deps.clock, 1_024)
      if (this.#deps.trust.trusted(from)) void this.#serve(conversation)
      else conversation.abort()
    })
  }

  publish(batch: GossipBatch): void {
    const { whole, announcement } = sealBatch(batch, this.#deps.key)
    const inline = whole.length <= gossipInlineBytes
    if (!inline) this.#keep(batch.chain, whole)
    this.#service().publish(this.#topic, inline ? whole : announcement).catch((error: unknown) => {
      this.#deps.logger.debug('a batch was not published', { reason: String(error) })
    })
  }

  #service(): GossipSub {
    return this.#deps.host.gossip
  }

  #validate(from: PeerId, data: Uint8Array): TopicValidatorResult {
    const envelope = openEnvelope(data, (peer) => this.#keyOf(peer))
    if (envelope === undefined || !this.#deps.trust.trusted(envelope.leader)) return this.#reject(from)
    if (envelope.body.length === 0) {
      void this.#fetch(from, envelope.chain)
      return TopicValidatorResult.Accept
    }
    return this.#take(envelope) ? TopicValidatorResult.Accept : this.#reject(from)
  }

  #reject(from: PeerId): TopicValidatorResult {
    this.#deps.refusals.refused('gossip', from)
    return TopicValidatorResult.Reject
  }

  /** Hands a batch over when its content is what was signed. */
  #take(envelope: OpenedEnvelope): boolean {
    let batch
    try {
      batch = decodeGossipBatch(this.#deps.cluster, envelope.body)
    } catch {
      // Not what the envelope promises: the caller counts it against the sender.
      return false
    }
    if (!signedText(batch).equals(envelope.text)) return false
    this.#receive(batch)
    return true
  }

  #keyOf(peer: PeerId): KeyObject | undefined {
    if (!this.#keys.has(peer)) {
      if (this.#keys.size > 1_000) this.#keys.clear()
      this.#keys.set(peer, peerPublicKey(peer))
    }
    return this.#keys.get(peer)
  }

  #keep(chain: string, envelope: Uint8Array): void {
    this.#kept.set(chain, envelope)
    this.#keptBytes += envelope.length
    for (const [oldest, bytes] of this.#kept) {
      if (this.#keptBytes <= gossipKeptBytes || oldest === chain) break
      this.#kept.delete(oldest)
      this.#keptBytes -= bytes.length
    }
  }

  async #fetch(from: PeerId, chain: string): Promise<void> {
    if (this.#kept.has(chain) || this.#fetching.has(chain)) return
    this.#fetching.add(chain)
    let conversation
    try {
      conversation = new Conversation(await this.#deps.host.open(from, [], batchProtocol), this.#deps.clock, frameMaxBytes)
      await conversation.write(Buffer.from(chain), requestTimeoutMs)
      const bytes = await conversation.read(requestTimeoutMs)
      const envelope = openEnvelope(bytes, (peer) => this.#keyOf(peer))
      if (envelope !== undefined && envelope.chain === chain && this.#deps.trust.trusted(envelope.leader) && this.#take(envelope)) this.#keep(chain, bytes)
    } catch (error) {
      // The engine notices the hole and fetches the entries from somebody.
      this.#deps.logger.debug('an announced batch was not fetched', { from, reason: String(error) })
    } finally {
      this.#fetching.delete(chain)
      await conversation?.close()
    }
  }

  async #serve(conversation: Conversation): Promise<void> {
    try {
      const chain = Buffer.from(await conversation.read(requestTimeoutMs)).toString()
      const bytes = this.#kept.get(chain)
      if (bytes !== undefined) await conversation.write(bytes, requestTimeoutMs)
    } catch (error) {
      this.#deps.logger.debug('a batch was not served', { reason: String(error) })
    }
    await conversation.close()
  }
}
