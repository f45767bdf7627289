// A member whose log is gone has forgotten what it voted and acknowledged. As the same voter it could only wait until nothing
// of its earlier life is on its way any more, and no wait is long enough for a machine that stood still. So it asks the
// others, by its old key, to have a new id in the place of the old one: its name, Node, Pods and volumes stay. Where nobody
// can be asked, or nobody agrees, it goes on under the old id, which fetches the log and votes only after that.
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { authorityHash } from '../identity/ca.ts'
import { createPeerKey } from '../identity/peer-key.ts'
import type { DataDirectory } from './data-directory.ts'
import { oldPeerUnknown } from './errors.ts'
import { askToJoin, type JoinOptions, type Pass } from './join.ts'

/** Before the state is opened: answers true when this peer has a new id now. `options.name` does not count, the old name stays. */
export async function joinAnew(directory: DataDirectory, options: JoinOptions, clock: Clock, logger: Logger): Promise<boolean> {
  const { key: old, file, authority } = directory.read()
  const others = file.peers.filter(({ peer }) => peer !== old.peerId)
  // A lone peer is told by whoever opens its log that nobody has a copy.
  if (others.length === 0) return false
  const key = directory.spareKey() ?? await createPeerKey()
  directory.keepSpareKey(key)
  const pass: Pass = {
    // What this peer agreed on in an incarnation that the others have left is given up by rules of its own, not in passing.
    invitation: '', instead: old.peerId, incarnation: file.incarnation, authorityHash: authorityHash(authority),
    addresses: others.flatMap(({ peer, addresses }) => addresses.map((address) => `${address}/p2p/${peer}`)),
    sign: (words) => old.sign(words),
    refused: () => oldPeerUnknown.make({ peer: old.peerId }),
  }
  let identity
  try {
    identity = await askToJoin(key, pass, { ...options, name: file.name, zone: file.zone }, clock)
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error
    logger.error('the log is gone, and this peer could not join anew; it goes on under its old id and fetches what is missing', { reason: error.message })
    directory.staysOld(!oldPeerUnknown.is(error))
    return false
  }
  directory.becomeAnew(identity)
  logger.warn('the log was gone, and votes with it: this peer joined anew under a new id', { was: old.peerId, peer: key.peerId, name: file.name })
  return true
}
