// What the control socket answers about volumes: which claims there are, where their data lies, and that a volume is given up.
// Giving up is a note on the claim; the controllers do the rest, so that it goes on whoever dies meanwhile.
import type { Clock } from '../base/clock.ts'
import type { VolumeSummary } from '../base/control.ts'
import type { Client } from '../client/client.ts'
import { isNotFound } from '../client/errors.ts'
import { nodes as nodeType, persistentVolumeClaims as claimType, persistentVolumes as volumeType, pods as podType } from '../client/resource-types.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../objects/generated/core-v1.ts'
import { taintUnreachable } from '../objects/pods/tolerations.ts'
import { ageCell } from '../objects/times.ts'
import { abandonVolume } from '../objects/volumes/annotations.ts'
import { claimKeysOf } from '../objects/volumes/claims.ts'
import { classNameOf, homeOf, isBound } from '../objects/volumes/matching.ts'
import type { ControlRoutes } from './control-server.ts'
import { noLocalVolume, noSuchClaim, volumePeerLives } from './errors.ts'
import { fieldOf } from './fresh-routes.ts'

export interface VolumeParts {
  readonly client: Client
  readonly clock: Clock
}

/** The agreed word on a peer, not this peer's own impression. */
function peerState(home: string | undefined, nodes: readonly Node[]): VolumeSummary['peerState'] {
  if (home === undefined) return 'any'
  const node = nodes.find((one) => one.metadata.name === home)
  if (node === undefined) return 'removed'
  return (node.spec?.taints ?? []).some((taint) => taint.key === taintUnreachable) ? 'gone' : 'alive'
}

/** One claim as the command shows it. Pure. */
export function summaryOf(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined, nodes: readonly Node[], pods: readonly Pod[], nowMs: number): VolumeSummary {
  const { name = '', namespace = '', uid = '', creationTimestamp } = claim.metadata
  const home = volume === undefined ? undefined : homeOf(volume)
  const key = `${namespace}/${name}`
  return {
    claim: key, uid, phase: claim.metadata.deletionTimestamp === undefined ? claim.status?.phase ?? 'Pending' : 'Terminating',
    volume: volume?.metadata.name ?? '', size: (volume?.spec?.capacity ?? claim.spec?.resources?.requests)?.['storage'] ?? '', storageClass: classNameOf(claim),
    reclaimPolicy: volume?.spec?.persistentVolumeReclaimPolicy ?? '', age: ageCell(creationTimestamp, nowMs),
    peer: home ?? '', peerState: volume === undefined ? 'any' : peerState(home, nodes),
    pods: pods.filter((pod) => claimKeysOf(pod).includes(key)).map((pod) => ({ name: pod.metadata.name ?? '', node: pod.spec?.nodeName ?? '' })),
  }
}

async function summaries({ client, clock }: VolumeParts): Promise<readonly VolumeSummary[]> {
  const [claims, volumes, nodes, pods] = await Promise.all([
    client.resource(claimType).list(), client.resource(volumeType).list(), client.resource(nodeType).list(), client.resource(podType).list(),
  ])
  const byName = new Map(volumes.items.map((volume) => [volume.metadata.name, volume]))
  return claims.items.map((claim) => summaryOf(claim, isBound(claim) ? byName.get(claim.spec?.volumeName) : undefined, nodes.items, pods.items, clock.wallMs()))
}

/** The claims, `namespace/name`, whose data lies on this Node alone, sorted; of a volume that no claim has, its own name. */
export async function claimsAt(client: Client, node: string): Promise<readonly string[]> {
  const volumes = (await client.resource(volumeType).list()).items.filter((volume) => homeOf(volume) === node && volume.metadata.deletionTimestamp === undefined)
  return volumes.map(({ metadata, spec }) => (spec?.claimRef === undefined ? metadata.name ?? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`)).sort()
}

/** Notes on the claim that its volume is given up. Throws noSuchClaim, noLocalVolume or volumePeerLives. */
async function abandon({ client, clock }: VolumeParts, key: string, isForced: boolean): Promise<void> {
  const [namespace = '', name = ''] = key.split('/')
  try {
    const claim = await client.resource(claimType).get(name, namespace)
    const volume = isBound(claim) ? await client.resource(volumeType).get(claim.spec?.volumeName ?? '') : undefined
    const summary = summaryOf(claim, volume, (await client.resource(nodeType).list()).items, [], clock.wallMs())
    if (summary.peer === '') throw noLocalVolume.make({ claim: key })
    if (summary.peerState === 'alive' && !isForced) throw volumePeerLives.make({ claim: key, peer: summary.peer })
    await client.resource(claimType).patch(name, namespace, { metadata: { uid: claim.metadata.uid, annotations: { [abandonVolume]: summary.volume } } })
  } catch (error) {
    if (isNotFound(error)) throw noSuchClaim.make({ claim: key })
    throw error
  }
}

/** Routes about volumes. */
export function volumeRoutes(parts: VolumeParts): ControlRoutes {
  return {
    'GET /volumes': async () => ({ volumes: await summaries(parts) }),
    'POST /volumes/abandon': async ({ body }) => {
      const asked = await body()
      await abandon(parts, String(fieldOf(asked, 'claim') ?? ''), fieldOf(asked, 'force') === true)
    },
  }
}
