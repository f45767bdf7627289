// What joiner and member say to each other, and the words that the joiner signs. Two questions, two answers, as JSON frames.
// Readers check every field, since on this protocol either side may be a stranger.
import { createHash } from 'node:crypto'
import type { PeerRecord } from '../../protocol/engine/types.ts'
import { readLineage, type LeftIncarnation } from './lineage.ts'
import { isObject, parseObject, peerRecord, strings } from './records.ts'

/** The joiner knocks: which invitation, and what time it is there. */
export interface Knock {
  readonly kind: 'knock'
  /** Empty when a member joins anew: its old key stands for an invitation. */
  readonly invitation: string
  readonly nonce: string
  readonly wallMs: number
}

/** The member answers with what the joiner's signature must cover. */
export interface Challenge {
  readonly kind: 'challenge'
  readonly cluster: string
  readonly incarnation: number
  /** The incarnations before this one. */
  readonly left: readonly LeftIncarnation[]
  readonly authority: string
  readonly nonce: string
  readonly wallMs: number
}

/** The joiner asks to be let in. */
export interface Application {
  readonly kind: 'apply'
  readonly name: string
  readonly zone: string
  /** The highest feature level that the joiner knows. */
  readonly level: number
  readonly addresses: readonly string[]
  /** IP addresses for the serving certificate. */
  readonly hosts: readonly string[]
  readonly nodeCsr: string
  readonly servingCsr: string
  /** The id under which this machine was a member before it lost its log; undefined for one that was none. */
  readonly instead: string | undefined
  /** By the invitation's seed, or by the old id's key, base64url. */
  readonly signature: string
}

/** The member lets the joiner in: its certificates (PEM) and the members that it can speak to. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly role: 'peer' | 'witness'
  readonly nodeCertificate: string
  readonly servingCertificate: string
  readonly peers: readonly PeerRecord[]
}

/** Why not, in a form from which the joiner makes its own error. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly code: 'expired' | 'usedUp' | 'unknown' | 'nameTaken' | 'clock' | 'noMajority' | 'other'
  readonly detail: string
}

/** The frame of a message, read back by the reader of its kind. */
export const encodeJson = (value: Knock | Challenge | Application | Welcome | Refusal): Uint8Array => Buffer.from(JSON.stringify(value))

/**
 * The signed words: cluster, authority, both peers, both nonces, both requests, name, and whom the joiner replaces. A list in
 * JSON leaves no room for confusion, and words for a newcomer are none for a member that joins anew.
 */
export function transcript(parts: {
  readonly cluster: string
  readonly authorityHash: string
  readonly joiner: string
  readonly member: string
  readonly joinerNonce: string
  readonly memberNonce: string
  readonly nodeCsr: string
  readonly servingCsr: string
  readonly name: string
  readonly instead: string | undefined
}): Uint8Array {
  const csrHash = createHash('sha256').update(JSON.stringify([parts.nodeCsr, parts.servingCsr])).digest('hex')
  return Buffer.from(JSON.stringify([
    'shoal join 1', parts.cluster, parts.authorityHash, parts.joiner, parts.member, parts.joinerNonce, parts.memberNonce, csrHash, parts.name,
    ...(parts.instead === undefined ? [] : ['instead', parts.instead]),
  ]))
}

/** Reads a knock; undefined when the frame is anything else. */
export function readKnock(frame: Uint8Array): Knock | undefined {
  const value = parseObject(frame)
  if (value?.['kind'] !== 'knock' || typeof value['invitation'] !== 'string' || typeof value['nonce'] !== 'string' || typeof value['wallMs'] !== 'number') return undefined
  return { kind: 'knock', invitation: value['invitation'], nonce: value['nonce'], wallMs: value['wallMs'] }
}

/** Reads the answer to a knock; undefined when it is neither a challenge nor a refusal. */
export function readChallenge(frame: Uint8Array): Challenge | Refusal | undefined {
  const value = parseObject(frame)
  if (value?.['kind'] === 'refusal') return readRefusal(value)
  if (value?.['kind'] !== 'challenge') return undefined
  const { cluster, incarnation, authority, nonce, wallMs } = value
  if (typeof cluster !== 'string' || typeof incarnation !== 'number' || typeof authority !== 'string') return undefined
  if (typeof nonce !== 'string' || typeof wallMs !== 'number') return undefined
  return { kind: 'challenge', cluster, incarnation, left: readLineage(value)?.left ?? [], authority, nonce, wallMs }
}

/**
 * Reads an application; undefined when it is none. Of addresses and of hosts the first 16 count; a joiner that says nothing
 * of its feature level has level 0.
 */
export function readApplication(frame: Uint8Array): Application | undefined {
  const value = parseObject(frame)
  if (value?.['kind'] !== 'apply') return undefined
  const { name, zone, nodeCsr, servingCsr, signature } = value
  if (typeof name !== 'string' || typeof zone !== 'string' || typeof nodeCsr !== 'string') return undefined
  if (typeof servingCsr !== 'string' || typeof signature !== 'string') return undefined
  const addresses = strings(value['addresses']).slice(0, 16)
  const hosts = strings(value['hosts']).slice(0, 16)
  const level = typeof value['level'] === 'number' ? value['level'] : 0
  const instead = typeof value['instead'] === 'string' ? value['instead'] : undefined
  return { kind: 'apply', name, zone, level, addresses, hosts, nodeCsr, servingCsr, instead, signature }
}

/** Reads the answer to an application; undefined when it is neither a welcome nor a refusal. Broken records of peers are left out. */
export function readWelcome(frame: Uint8Array): Welcome | Refusal | undefined {
  const value = parseObject(frame)
  if (value?.['kind'] === 'refusal') return readRefusal(value)
  if (value?.['kind'] !== 'welcome' || typeof value['nodeCertificate'] !== 'string' || typeof value['servingCertificate'] !== 'string') return undefined
  const peers = Array.isArray(value['peers']) ? value['peers'].filter(isObject).map(peerRecord).filter((record) => record !== undefined) : []
  return {
    kind: 'welcome', role: value['role'] === 'witness' ? 'witness' : 'peer',
    nodeCertificate: value['nodeCertificate'], servingCertificate: value['servingCertificate'], peers,
  }
}

const refusalCodes = ['expired', 'usedUp', 'unknown', 'nameTaken', 'clock', 'noMajority', 'other'] as const

function readRefusal(value: { readonly [field: string]: unknown }): Refusal {
  const code = refusalCodes.find((known) => known === value['code']) ?? 'other'
  return { kind: 'refusal', code, detail: typeof value['detail'] === 'string' ? value['detail'] : 'no reason given' }
}
