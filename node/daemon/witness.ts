// What a witness runs on top of its log and vote: a control socket and nothing else. It serves no API and no Pods, and manages
// nothing; the other peers do. It can say how it stands, examine the others, and leave.
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { agreedLevel } from '../peer/feature-levels.ts'
import type { Peer } from '../peer/peer.ts'
import { readJoinedAnew } from '../peer/records.ts'
import { removePeer } from '../peer/removal.ts'
import type { StateStore } from '../store/types.ts'
import type { ControlRoutes } from './control-server.ts'
import { witnessOnly } from './errors.ts'
import { stateOf } from './fresh-routes.ts'
import { farewellMs } from './limits.ts'
import { clusterStatus } from './status.ts'
import { survivorRoutes } from './survivor-routes.ts'

export interface WitnessParts {
  readonly store: StateStore
  readonly peer: Peer
  readonly clock: Clock
  readonly logger: Logger
  /** This peer is no member any more: forgets its identity and ends the daemon. */
  readonly farewell: () => void
}

/** What its control socket answers. */
export function witnessRoutes({ store, peer, clock, logger, farewell }: WitnessParts): ControlRoutes {
  const { name } = peer.identity.file
  const refuse = (): Promise<never> => Promise.reject(witnessOnly.make({ name }))
  logger.info('this peer witnesses', { name })
  return {
    'GET /state': () => Promise.resolve(stateOf(name, 'member')),
    'GET /status': () => {
      const { cluster, incarnation } = peer.identity.file
      return Promise.resolve(
        clusterStatus({
          cluster, incarnation, self: name, pid: process.pid, records: peer.peers(), members: peer.members.members(), engine: peer.status(),
          revision: store.revision(), featureLevel: agreedLevel(store), removed: peer.removed(), nodes: [], sharedApi: undefined, apiPort: 0, diskFull: peer.agreed.diskFull, leased: peer.lease.valid(), clockAheadMs: peer.clocks.aheadMs,
          joinedAnew: readJoinedAnew(store), nowMs: store.appliedTimeMs(),
        }),
      )
    },
    'POST /leave': async () => {
      await removePeer({ store, clock, commit: peer.agreed.commit.bind(peer.agreed) }, name)
      clock.after(farewellMs, farewell)
    },
    ...survivorRoutes(peer, clock),
    ...Object.fromEntries(['POST /init', 'POST /join', 'GET /kubeconfig', 'GET /tokens', 'POST /tokens', 'DELETE /tokens/*', 'DELETE /peers/*', 'POST /images'].map((route) => [route, refuse])),
  }
}
