// Certificates renew while the peer runs: the authority is in the state that every full peer holds, so a peer signs for
// itself once the time has come. Who is a member is not asked here; a removed peer's state no longer advances, and its
// certificates end with their time.
import { createHash } from 'node:crypto'
import { createPrivateKeyPem, type KeyedCertificate } from '../identity/ca.ts'
import { createCsr, issueCertificate, nodeClientRequest, renewalDue, servingRequest, validity } from '../identity/certificates.ts'
import type { StateReader } from '../store/types.ts'
import type { PeerIdentity } from './data-directory.ts'
import { readAuthority } from './join-desk.ts'
import { hostsOf } from './addresses.ts'
import { peerKeyOf, parseObject, peerRecord } from './records.ts'

/** The peer's identity with new certificates, or undefined while the present ones do. */
export async function renewCertificates(store: StateReader, identity: PeerIdentity, nowMs: number): Promise<PeerIdentity | undefined> {
  const { key, file, node, serving } = identity
  const due = [node, serving].some((pair) => {
    const { fromMs, toMs } = validity(pair.certificate)
    return renewalDue(fromMs, toMs, spreadOf(key.peerId), nowMs)
  })
  const authority = due ? readAuthority(store) : undefined
  const record = peerRecord(parseObject(store.get(peerKeyOf(key.peerId))?.value))
  if (authority === undefined || record === undefined) return undefined
  const hosts = hostsOf(record.addresses)
  return { ...identity, ...await signCertificates(authority, file.name, key.peerId, hosts, nowMs) }
}

/** New keys and certificates of a node, signed by the authority. */
export async function signCertificates(
  authority: KeyedCertificate, name: string, peerId: string, hosts: readonly string[], nowMs: number,
): Promise<{ readonly node: KeyedCertificate; readonly serving: KeyedCertificate }> {
  const nodeKey = createPrivateKeyPem()
  const servingKey = createPrivateKeyPem()
  return {
    node: { privateKey: nodeKey, certificate: await issueCertificate(authority, nodeClientRequest(name, peerId, await createCsr(nodeKey)), nowMs) },
    serving: { privateKey: servingKey, certificate: await issueCertificate(authority, servingRequest(name, hosts, await createCsr(servingKey)), nowMs) },
  }
}

/** A number in [0, 1) that is fixed for a peer. */
function spreadOf(peerId: string): number {
  return createHash('sha256').update(peerId).digest().readUInt32BE(0) / 2 ** 32
}
