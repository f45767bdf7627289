// Signing for the cluster: certificates of members and of an administrator, and service account tokens. A peer that can open
// the cluster's keys signs itself; any other asks one that can, over a stream between the two. The one that signs looks
// at the agreed table itself: a certificate goes only to a member, under the name that it has there.
import { required } from '../../protocol/base/assert.ts'
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import { issueClient, issueNode, type NodeRequest } from '../identity/certificates.ts'
import { isOwnToken, signToken } from '../identity/tokens.ts'
import type { StateReader } from '../store/types.ts'
import type { Reply } from './asking.ts'
import type { ClusterKeys } from './cluster-keys.ts'
import { noSigner } from './errors.ts'
import { signWaitMs } from './limits.ts'
import { parseObject, peerKeyOf, peerRecord, strings, type Json } from './records.ts'

/** What may be asked for. `index`: the state in which the member is a member. */
export type SignQuestion =
  | ({ readonly what: 'node'; readonly index: LogIndex } & NodeRequest)
  | { readonly what: 'administrator'; readonly csr: string }
  | { readonly what: 'token'; readonly keyId: string; readonly input: string }

/** Signatures by name: certificates as PEM (`node`, `serving`, `certificate`) or a token's `signature`, base64url. */
type Signed = { readonly [part: string]: string }

export interface SigningDeps {
  readonly store: StateReader
  readonly clock: Clock
  readonly keys: ClusterKeys
  readonly ask: (to: PeerId, frame: Uint8Array) => Promise<Reply>
  /** Whether a peer seems to be there. */
  readonly alive: (peer: PeerId) => boolean
}

export class Signing {
  readonly #deps: SigningDeps
  readonly #self: PeerId

  constructor(deps: SigningDeps, self: PeerId) {
    this.#deps = deps
    this.#self = self
  }

  /** Certificates of a member. Throws SHOAL_NO_SIGNER, SHOAL_CERTIFICATE_REFUSED. */
  async node(request: NodeRequest): Promise<{ readonly node: string; readonly serving: string }> {
    const [node, serving] = await this.#must({ what: 'node', index: this.#deps.store.appliedIndex(), ...request }, ['node', 'serving'])
    return { node: required(node, 'a certificate'), serving: required(serving, 'a certificate') }
  }

  /** A certificate of the group that may do everything. Throws SHOAL_NO_SIGNER. */
  async administrator(csr: string): Promise<string> {
    const [certificate] = await this.#must({ what: 'administrator', csr }, ['certificate'])
    return required(certificate, 'a certificate')
  }

  /** The signature of a token, base64url; undefined when nobody who holds the key can be reached. */
  async token(keyId: string, input: string): Promise<string | undefined> {
    const [signature] = await this.#signed({ what: 'token', keyId, input }, ['signature']) ?? []
    return signature
  }

  /** The answer to another peer's question; undefined when it is about something else. */
  async answer(from: PeerId, frame: Uint8Array): Promise<Uint8Array | undefined> {
    const question = readQuestion(parseObject(frame))
    if (question === undefined) return undefined
    const member = peerRecord(parseObject(this.#deps.store.get(peerKeyOf(from))?.value))
    const signed = member?.role === 'peer' ? await this.#sign(question) : undefined
    return Buffer.from(JSON.stringify(signed ?? {}))
  }

  async #must(question: SignQuestion, parts: readonly string[]): Promise<readonly string[]> {
    const signed = await this.#signed(question, parts)
    if (signed === undefined) throw noSigner.make({ asked: this.#deps.keys.signers().length })
    return signed
  }

  async #signed(question: SignQuestion, parts: readonly string[]): Promise<readonly string[] | undefined> {
    const { keys, alive, ask } = this.#deps
    const own = await this.#sign(question)
    if (own !== undefined) return parts.map((part) => required(own[part], part))
    const others = keys.signers().filter((peer) => peer !== this.#self)
    const frame = Buffer.from(JSON.stringify(question))
    for (const peer of [...others.filter(alive), ...others.filter((other) => !alive(other))]) {
      const reply = await ask(peer, frame)
      const answer = 'frame' in reply ? parseObject(reply.frame) : undefined
      const found = strings(parts.map((part) => answer?.[part]))
      if (found.length === parts.length) return found
    }
    return undefined
  }

  /** Undefined when this peer cannot open the key, or the state says that it must not sign. */
  async #sign(question: SignQuestion): Promise<Signed | undefined> {
    const { keys, clock } = this.#deps
    if (question.what === 'token') {
      const key = keys.tokenPrivateKey(question.keyId)
      return key === undefined || !isOwnToken(question.input) ? undefined : { signature: signToken(key, question.input) }
    }
    const authority = keys.authority()
    if (authority === undefined) return undefined
    if (question.what === 'administrator') return { certificate: await issueClient(authority, 'shoal-admin', question.csr, clock.wallMs()) }
    return await this.#isMember(question) ? { ...await issueNode(authority, question, clock.wallMs()) } : undefined
  }

  async #isMember({ index, peer, name }: SignQuestion & { readonly what: 'node' }): Promise<boolean> {
    const { store } = this.#deps
    if (store.appliedIndex() < index) await store.waitForIndex(index, signWaitMs)
    return peerRecord(parseObject(store.get(peerKeyOf(peer))?.value))?.name === name
  }
}

function readQuestion(value: Json | undefined): SignQuestion | undefined {
  const { what, index, peer, name, nodeCsr, servingCsr, csr, keyId, input } = value ?? {}
  if (what === 'token') return typeof keyId === 'string' && typeof input === 'string' ? { what, keyId, input } : undefined
  if (what === 'administrator') return typeof csr === 'string' ? { what, csr } : undefined
  if (what !== 'node' || typeof index !== 'number' || typeof peer !== 'string' || typeof name !== 'string') return undefined
  if (typeof nodeCsr !== 'string' || typeof servingCsr !== 'string') return undefined
  return { what, index, peer, name, hosts: strings(value?.['hosts']), nodeCsr, servingCsr }
}
