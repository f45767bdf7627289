// Founding a cluster: `shoal init` makes its authority, its token key and the first peer on this disk, and leaves the
// first transaction to be agreed when the peer runs. Running it twice is refused, not repeated.
import { randomBytes } from 'node:crypto'
import { required } from '../../protocol/base/assert.ts'
import type { PeerRecord } from '../../protocol/engine/types.ts'
import type { Transaction } from '../../protocol/message/transaction.ts'
import type { Clock } from '../base/clock.ts'
import { createAuthority, createTokenKey } from '../identity/ca.ts'
import { checkNodeName, issueNode } from '../identity/certificates.ts'
import { createPeerKey } from '../identity/peer-key.ts'
import { hostsOf } from './addresses.ts'
import { firstKeys } from './cluster-keys.ts'
import type { ClusterFile, DataDirectory, PeerIdentity } from './data-directory.ts'
import { clusterKey, isObject, nameKeyOf, parseObject, peerKeyOf, peerRecord, putJson, type ClusterRecord } from './records.ts'
import { newCertificates } from './renewal.ts'

export interface FoundOptions {
  readonly name: string
  /** Multiaddrs under which others will reach this peer; those found at the start when empty. */
  readonly addresses: readonly string[]
  /** More IP addresses for the serving certificate. */
  readonly hosts: readonly string[]
  readonly zone: string
}

/** Makes a new cluster in an empty data directory. Throws SHOAL_ALREADY_A_PEER, SHOAL_NODE_NAME_INVALID. */
export async function initCluster(directory: DataDirectory, options: FoundOptions, clock: Clock): Promise<PeerIdentity> {
  const { name, addresses, zone } = options
  checkNodeName(name)
  directory.claim()
  const nowMs = clock.wallMs()
  const cluster = randomBytes(16).toString('hex')
  const key = await createPeerKey()
  const authority = await createAuthority(cluster, nowMs)
  const certificates = await newCertificates((request) => issueNode(authority, request, nowMs), name, key.peerId, [...hostsOf(addresses), ...options.hosts])
  const file: ClusterFile = { cluster, incarnation: 1, left: [], name, role: 'peer', zone, peers: [{ peer: key.peerId, name, addresses }], ran: 0, logged: 0 }
  const record: PeerRecord = { peer: key.peerId, name, role: 'peer', addresses, zone }
  const clusterRecord: ClusterRecord = { cluster, incarnation: 1, createdMs: nowMs }
  const identity = { key, file, authority: authority.certificate, ...certificates }
  // Sealed before it is written: the authority's key never lies on a disk as it is.
  const keys = firstKeys(cluster, key.peerId, authority, createTokenKey())
  directory.found(identity, JSON.stringify({ cluster: clusterRecord, keys, peer: record }))
  return identity
}

/** The first transaction as initCluster left it, with the addresses that are known by now. */
export function firstTransaction(text: string, self: string, addresses: readonly string[]): Transaction {
  const value = required(parseObject(Buffer.from(text)), 'the first transaction')
  const record = required(peerRecord(parseObject(Buffer.from(JSON.stringify(value['peer'])))), 'the first peer')
  const peer = record.addresses.length > 0 ? record : { ...record, addresses }
  return {
    conditions: [{ kind: 'absent', key: clusterKey }],
    writes: [
      putJson(clusterKey, value['cluster']),
      ...Object.entries(isObject(value['keys']) ? value['keys'] : {}).map(([at, sealed]) => putJson(at, sealed)),
      putJson(nameKeyOf(record.name), self),
      putJson(peerKeyOf(self), peer),
    ],
  }
}
