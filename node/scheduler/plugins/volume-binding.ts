// A Pod goes only where its claims' volumes are reached, or, for claims that wait for it, where they can get volumes.
// Source: Kubernetes reference, scheduling plugins, VolumeBinding and VolumeRestrictions, with their words.
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import { claimKeysOf, claimsOf } from '../../objects/volumes/claims.ts'
import { classNameOf, isBound, isDelayed, reaches } from '../../objects/volumes/matching.ts'
import { type ClusterState, type NodeState, type Plugin, reject, type Verdict } from '../types.ts'
import { assignVolumes, type VolumeState } from '../volumes.ts'

interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[]
  /** They wait for the Pod's Node. */
  readonly delayed: readonly PersistentVolumeClaim[]
}

/** The claims that wait for the Pod's Node. Empty when the Pod cannot be scheduled for another of its claims. */
export function delayedClaimsOf(pod: Pod, volumes: VolumeState): readonly PersistentVolumeClaim[] {
  const claims = sortClaims(pod, volumes)
  return typeof claims === 'string' ? [] : claims.delayed
}

/** The Pod's claims, or why it can go nowhere. */
function sortClaims(pod: Pod, volumes: VolumeState): PodClaims | string {
  const bound: PersistentVolumeClaim[] = []
  const delayed: PersistentVolumeClaim[] = []
  for (const { name, isEphemeral } of claimsOf(pod)) {
    const claim = volumes.claim(`${pod.metadata.namespace}/${name}`)
    if (claim === undefined) return isEphemeral ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : `persistentvolumeclaim "${name}" not found`
    if (claim.status?.phase === 'Lost') return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
    const isNamed = (claim.spec?.volumeName ?? '') !== ''
    if (isBound(claim)) bound.push(claim)
    else if (!isNamed && isDelayed(volumes.storageClass(classNameOf(claim)))) delayed.push(claim)
    else return 'pod has unbound immediate PersistentVolumeClaims'
  }
  return { bound, delayed }
}

function rejectByVolumes(state: NodeState, volumes: readonly (PersistentVolume | undefined)[]): string | undefined {
  if (volumes.includes(undefined)) return 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
  return volumes.every((volume) => volume === undefined || reaches(volume, state.node)) ? undefined : 'node(s) had volume node affinity conflict'
}

/** A claim for one Pod only that another Pod has already. */
function isTakenByAnother(pod: Pod, claims: readonly PersistentVolumeClaim[], cluster: ClusterState): boolean {
  const alone = new Set(claims.filter((claim) => claim.spec?.accessModes?.includes('ReadWriteOncePod') === true).map((claim) => `${claim.metadata.namespace}/${claim.metadata.name}`))
  if (alone.size === 0) return false
  return cluster.nodes.some((state) => state.pods.some((other) => other.metadata.uid !== pod.metadata.uid && claimKeysOf(other).some((key) => alone.has(key))))
}

export const volumeBinding: Plugin = {
  name: 'VolumeBinding', weight: 0,
  prepare: (pod, cluster): Verdict => {
    if (claimsOf(pod).length === 0) return {}
    const claims = sortClaims(pod, cluster.volumes)
    if (typeof claims === 'string') return { refusal: claims }
    const volumes = claims.bound.map((claim) => cluster.volumes.volume(claim.spec?.volumeName ?? ''))
    const isTaken = isTakenByAnother(pod, [...claims.bound, ...claims.delayed], cluster)
    return {
      filter: (state) => {
        if (isTaken) return reject('node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode', true)
        const reason = rejectByVolumes(state, volumes)
        if (reason !== undefined) return reject(reason, false)
        return assignVolumes(claims.delayed, state.node, cluster.volumes) === undefined ? reject("node(s) didn't find available persistent volumes to bind", false) : undefined
      },
    }
  },
}
