// What the control socket of a member answers: everything that the command asks. A fresh daemon's is in fresh-routes.ts.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../client/informers.ts'
import { deleteInvitation, invite, listInvitations, type ManageDeps } from '../peer/invitations.ts'
import { lastPeer } from '../peer/errors.ts'
import type { Peer } from '../peer/peer.ts'
import { readPeers } from '../peer/records.ts'
import { removePeer } from '../peer/removal.ts'
import type { StateStore } from '../store/types.ts'
import type { ClusterAccess } from './cluster-access.ts'
import type { ControlRoutes } from './control-server.ts'
import { dashboardToken } from './dashboard-access.ts'
import { alreadyMember, otherPeerFailed, peerHoldsVolumes } from './errors.ts'
import { fieldOf, stateOf } from './fresh-routes.ts'
import { forgetNode } from './leaving.ts'
import { dashboardTokenSeconds, imageSendTimeoutMs } from './limits.ts'
import { callKubelet } from './other-kubelets.ts'
import { statusOf } from './peer-views.ts'
import { survivorRoutes } from './survivor-routes.ts'
import { claimsAt, volumeRoutes } from './volume-routes.ts'

/** The parts of a member that the routes use. */
export interface MemberParts {
  readonly store: StateStore
  readonly peer: Peer
  readonly access: ClusterAccess
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  readonly logger: Logger
  readonly name: string
  readonly address: string
  readonly apiPort: number
  readonly manage: ManageDeps
  /** Drains this peer and takes it out of the cluster; the daemon ends soon after. */
  readonly leave: () => Promise<void>
}

/** Routes of a member. */
export function memberRoutes(parts: MemberParts): ControlRoutes {
  const { store, peer, clock, manage, name, access } = parts
  const refuse = (): Promise<never> => Promise.reject(alreadyMember.make({ name }))
  return {
    'GET /state': () => Promise.resolve(stateOf(name, 'member')),
    'POST /init': refuse,
    'POST /join': refuse,
    'GET /status': () => Promise.resolve(statusOf(parts)),
    'GET /ready-nodes': () => Promise.resolve({ ready: readyNodes(parts) }),
    'GET /kubeconfig': ({ query }) => access.adminKubeconfig(query.get('server') ?? access.sharedApi() ?? `https://${parts.address}:${parts.apiPort}`),
    'GET /tokens': () => Promise.resolve(listInvitations(store)),
    'POST /tokens': async ({ body }) => {
      const asked = await body()
      const ttlSeconds = Number(fieldOf(asked, 'ttlSeconds') ?? 86_400)
      const uses = Number(fieldOf(asked, 'uses') ?? 1)
      const role = fieldOf(asked, 'role') === 'witness' ? 'witness' : 'peer'
      return { invitation: await invite(manage, peer.identity.authority, { lifeMs: ttlSeconds * 1000, uses, role }) }
    },
    'POST /dashboard-token': async ({ body }) => {
      const { token, expires } = await dashboardToken(parts.client.transport, Number(fieldOf(await body(), 'ttlSeconds') ?? dashboardTokenSeconds))
      return { token, expires, address: `https://${parts.address}:${parts.apiPort}` }
    },
    'DELETE /tokens/*': ({ argument }) => deleteInvitation(manage, argument),
    'DELETE /peers/*': ({ argument }) => remove(parts, manage, argument),
    'POST /leave': async ({ body }) => {
      const isForced = fieldOf(await body(), 'force') === true
      // Asked before the Pods are ended: the last peer has nobody to hand over to.
      if (readPeers(store).length === 1) throw lastPeer.make({ name })
      const claims = isForced ? [] : await claimsAt(parts.client, name)
      if (claims.length > 0) throw peerHoldsVolumes.make({ peer: name, claims })
      await parts.leave()
    },
    ...survivorRoutes(peer, clock),
    ...volumeRoutes(parts),
    'POST /images': ({ stream }) => spreadImage(parts, stream),
  }
}

const readyNodes = ({ access }: MemberParts): readonly string[] =>
  access.nodes()
    .filter((node) => node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true)
    .map((node) => node.metadata.name ?? '')

/** Takes a peer that is gone out of the API and out of the agreed table. Throws SHOAL_PEER_UNKNOWN. */
async function remove(parts: MemberParts, manage: ManageDeps, name: string): Promise<void> {
  await removePeer(manage, name)
  await forgetNode(parts.client, name)
}

/** Gives an image archive to every peer: kept on disk once, then sent to each. */
async function spreadImage(parts: MemberParts, archive: Readable): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-image-'))
  const file = join(folder, 'archive.tar')
  try {
    await pipeline(archive, createWriteStream(file))
    const loaded: { peer: string; images: readonly string[] }[] = []
    const failed: { peer: string; error: string }[] = []
    const targets = parts.peer.peers().filter((record) => record.role === 'peer')
    await Promise.all(
      targets.map(async ({ name }) => {
        try {
          const at = parts.access.endpoint(name)
          if (at === undefined) throw otherPeerFailed.make({ peer: name, reason: 'its address is not known' })
          await callKubelet(name, at, { method: 'POST', path: '/shoal/images', timeoutMs: imageSendTimeoutMs, stream: createReadStream(file) })
          loaded.push({ peer: name, images: ['loaded'] })
        } catch (error) {
          failed.push({ peer: name, error: error instanceof Error ? error.message : String(error) })
        }
      }),
    )
    return { loaded, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
