// Records that the peer zone keeps in the agreed state under /shoal/: their keys, their JSON and how they are read back.
// Records are read with care, since a newer peer may have written them: unknown fields stay unread, broken ones are skipped.
import type { PeerRecord, SystemState } from '../../protocol/engine/types.ts'
import { featureLevelKey } from '../../protocol/state/rows.ts'
import type { Assignment } from '../../protocol/message/ownership.ts'
import type { Write } from '../../protocol/message/transaction.ts'
import type { InvitationRecord } from '../identity/invitation.ts'
import type { StateReader } from '../store/types.ts'

/** Everything of the protocol's own lies under this; the only keys whose change the engine hears of. */
export const systemPrefix = '/shoal/'
/** A record of each member, by its peer id. */
export const peersPrefix = '/shoal/peers/'
/** Who was a member and is none any more, by peer id; such an id is never a member again. */
export const removedPrefix = '/shoal/removed-peers/'
/** Which peer does a work, and under which epoch, by the work's name. */
export const assignmentsPrefix = '/shoal/assignments/'
/** What the cluster knows of an invitation, by its id: the public key, the life time and the number of uses, never the seed. */
export const invitationsPrefix = '/shoal/invitations/'

/** The `ClusterRecord`. */
export const clusterKey = '/shoal/cluster'
/** The authority's certificate, and its private key sealed to those that may sign. */
export const authorityKey = '/shoal/keys/authority'
/** The key that signs service account tokens: its public half, and the private one sealed as the authority's is. */
export const tokenKeyKey = '/shoal/keys/service-accounts'

/** The data key, once for each peer that may read it. */
export const dataKeysPrefix = '/shoal/keys/data/'

/** What each peer announced as its highest feature level. */
export const levelsPrefix = '/shoal/levels/'

/** The highest feature level that a peer knows, a JSON number. */
export const levelKeyOf = (peer: string): string => levelsPrefix + peer
/** The data key, sealed to one peer. */
export const dataKeyKeyOf = (peer: string): string => dataKeysPrefix + peer
/** The record of a member, by its peer id. */
export const peerKeyOf = (peer: string): string => peersPrefix + peer
/** The record that says of a peer id that it was removed, or that it lost its log and another took its place. */
export const removedKeyOf = (peer: string): string => removedPrefix + peer
/** Holds the peer id that has this name. A write on condition that it is absent makes names unique. */
export const nameKeyOf = (name: string): string => `/shoal/allocations/peer-names/${encodeURIComponent(name)}`
/** The `Assignment` of a work, by its name. */
export const assignmentKeyOf = (work: string): string => assignmentsPrefix + work
/** The `InvitationRecord`, by its id. */
export const invitationKeyOf = (id: string): string => invitationsPrefix + id
/** One key a use, so that the count is checked when the transaction is applied and a retry by the same peer counts once. */
export const invitationUsesPrefix = (id: string): string => `/shoal/invitation-uses/${id}/`

/**
 * What a witness keeps of the state: who belongs to the cluster, and what decides about that. Its transactions have conditions
 * on these keys only. Neither objects nor keys of the cluster are among them.
 */
export function isWitnessed(key: string): boolean {
  return witnessedPrefixes.some((prefix) => key.startsWith(prefix)) || key === clusterKey || key === featureLevelKey
}

/** `/shoal/cluster`. */
export interface ClusterRecord {
  readonly cluster: string
  readonly incarnation: number
  readonly createdMs: number
}

const witnessedPrefixes = [peersPrefix, removedPrefix, assignmentsPrefix, invitationsPrefix, levelsPrefix, '/shoal/invitation-uses/', '/shoal/allocations/peer-names/']

/** A JSON object of which nothing is known yet: each field has to be checked before it is used. */
export type Json = { readonly [field: string]: unknown }

/** A write of an internal key. */
export function putJson(key: string, value: unknown): Write {
  return { kind: 'put', key, value: Buffer.from(JSON.stringify(value)), terminating: false }
}

/** The JSON object in these bytes, or undefined when there is none. */
export function parseObject(bytes: Uint8Array | undefined): Json | undefined {
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
    return isObject(value) ? value : undefined
  } catch {
    // Records of other builds may be anything; what is no JSON counts as absent.
    return undefined
  }
}

/** The JSON number in these bytes, or undefined when there is none. */
export function parseNumber(bytes: Uint8Array | undefined): number | undefined {
  const number = bytes === undefined ? Number.NaN : Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether this is an object of fields, which a list is not. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The strings of a list; anything else in it is left out. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

/** Reads a member's record. Undefined without a peer id and a name; what else is missing or broken gets its empty value. */
export function peerRecord(value: Json | undefined): PeerRecord | undefined {
  if (value === undefined || typeof value['peer'] !== 'string' || typeof value['name'] !== 'string') return undefined
  return {
    peer: value['peer'],
    name: value['name'],
    role: value['role'] === 'witness' ? 'witness' : 'peer',
    addresses: strings(value['addresses']),
    zone: typeof value['zone'] === 'string' ? value['zone'] : '',
  }
}

/** Reads an assignment; undefined unless work, peer and epoch are all there. */
export function assignmentRecord(value: Json | undefined): Assignment | undefined {
  if (value === undefined || typeof value['work'] !== 'string' || typeof value['peer'] !== 'string' || typeof value['epoch'] !== 'number') return undefined
  return { work: value['work'], peer: value['peer'], epoch: value['epoch'] }
}

/** Reads an invitation; undefined unless id, key, end (wall clock, ms) and number of uses are all there. */
export function invitationRecord(value: Json | undefined): InvitationRecord | undefined {
  if (value === undefined || typeof value['id'] !== 'string' || typeof value['publicKey'] !== 'string') return undefined
  if (typeof value['expiresMs'] !== 'number' || typeof value['uses'] !== 'number') return undefined
  return {
    id: value['id'], publicKey: value['publicKey'], expiresMs: value['expiresMs'], uses: value['uses'], role: value['role'] === 'witness' ? 'witness' : 'peer',
  }
}

/** All peers of the agreed table, by name. */
export function readPeers(store: StateReader): readonly PeerRecord[] {
  const records = store.range(peersPrefix).items.map((item) => peerRecord(parseObject(item.value)))
  return records.filter((record) => record !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What the engine needs to know of the agreed state: the members and who does which work. Broken records are left out. */
export function readSystem(store: StateReader): SystemState {
  const assignments = store.range(assignmentsPrefix).items.map((item) => assignmentRecord(parseObject(item.value)))
  return { peers: readPeers(store), assignments: assignments.filter((record) => record !== undefined) }
}

/** Members that took the place of an id whose log was lost, and when (wall clock, ms). */
export function readJoinedAnew(store: StateReader): ReadonlyMap<string, number> {
  const records = store.range(removedPrefix).items.map((item) => parseObject(item.value))
  return new Map(records.flatMap((value) => {
    const { lostLog, by, removedMs } = value ?? {}
    return lostLog === true && typeof by === 'string' && typeof removedMs === 'number' ? [[by, removedMs] as const] : []
  }))
}

/** Ids that were members once and must never be let in again (P6). */
export function readRemoved(store: StateReader): readonly string[] {
  return store.range(removedPrefix).items.map((item) => item.key.slice(removedPrefix.length))
}
