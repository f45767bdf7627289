// Certificates renew while the peer runs: once the time has come it makes new keys and has them signed, by itself when it
// holds the authority's key, else by a peer that does. Who is a member is asked there; a removed peer gets no signature.
import { createHash } from 'node:crypto'
import { createPrivateKeyPem, type KeyedCertificate } from '../identity/ca.ts'
import { createCsr, renewalDue, validity, type NodeRequest } from '../identity/certificates.ts'
import type { StateReader } from '../store/types.ts'
import { hostsOf } from './addresses.ts'
import type { PeerIdentity } from './data-directory.ts'
import { parseObject, peerKeyOf, peerRecord } from './records.ts'

/** Has both certificates of a member signed. */
type SignNode = (request: NodeRequest) => Promise<{ readonly node: string; readonly serving: string }>

/** The peer's identity with new certificates, or undefined while the present ones do. Throws what `sign` throws. */
export async function renewCertificates(sign: SignNode, store: StateReader, identity: PeerIdentity, nowMs: number): Promise<PeerIdentity | undefined> {
  const { key, file, node, serving } = identity
  const due = [node, serving].some((pair) => {
    const { fromMs, toMs } = validity(pair.certificate)
    return renewalDue(fromMs, toMs, spreadOf(key.peerId), nowMs)
  })
  const record = due ? peerRecord(parseObject(store.get(peerKeyOf(key.peerId))?.value)) : undefined
  if (record === undefined) return undefined
  return { ...identity, ...await newCertificates(sign, file.name, key.peerId, hostsOf(record.addresses)) }
}

/** New keys of a node, and the certificates for them. */
export async function newCertificates(
  sign: SignNode, name: string, peer: string, hosts: readonly string[],
): Promise<{ readonly node: KeyedCertificate; readonly serving: KeyedCertificate }> {
  const nodeKey = createPrivateKeyPem()
  const servingKey = createPrivateKeyPem()
  const signed = await sign({ peer, name, hosts, nodeCsr: await createCsr(nodeKey), servingCsr: await createCsr(servingKey) })
  return { node: { privateKey: nodeKey, certificate: signed.node }, serving: { privateKey: servingKey, certificate: signed.serving } }
}

/** A number in [0, 1) that is fixed for a peer. */
function spreadOf(peerId: string): number {
  return createHash('sha256').update(peerId).digest().readUInt32BE(0) / 2 ** 32
}
