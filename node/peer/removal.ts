// Removing a peer from the agreed table, on its own wish or because it is gone for good. Its id is remembered as removed,
// so that neither its certificate nor its old disk brings it back; its name is free again.
// The voters are rearranged by the engine, which reads the table; Pods and the Node object are the controllers' matter.
import type { PeerRecord } from '../../protocol/engine/types.ts'
import { lastPeer, peerUnknown } from './errors.ts'
import { manageTimeoutMs, type ManageDeps } from './invitations.ts'
import { dataKeyKeyOf, levelKeyOf, nameKeyOf, peerKeyOf, putJson, readPeers, removedKeyOf } from './records.ts'

/** Removes the peer of this name. Throws SHOAL_PEER_UNKNOWN, SHOAL_LAST_PEER, SHOAL_NO_AGREEMENT. */
export async function removePeer(deps: ManageDeps, name: string): Promise<PeerRecord> {
  const peers = readPeers(deps.store)
  const record = peers.find((peer) => peer.name === name)
  if (record === undefined) throw peerUnknown.make({ name })
  if (peers.length === 1) throw lastPeer.make({ name })
  const key = peerKeyOf(record.peer)
  const result = await deps.commit({
    conditions: [{ kind: 'present', key, live: false }],
    writes: [
      { kind: 'delete', key },
      { kind: 'delete', key: nameKeyOf(name) },
      { kind: 'delete', key: dataKeyKeyOf(record.peer) },
      { kind: 'delete', key: levelKeyOf(record.peer) },
      putJson(removedKeyOf(record.peer), { name, removedMs: deps.clock.wallMs() }),
    ],
  }, manageTimeoutMs)
  if (result.kind === 'refused') throw peerUnknown.make({ name })
  return record
}
