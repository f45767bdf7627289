// What a volume needs next: its phase, the end of its binding, its reclaiming, the end of its protection. Pure; one write at
// a time. The folder of a volume that we made is removed by the kubelet of its peer, which then lets go of the volume.
// Source: Kubernetes concepts, Persistent Volumes (reclaiming, storage object in use protection), with its events.
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../objects/generated/core-v1.ts'
import { boundByController, folderFinalizer, provisionedBy, volumeProtection } from '../../objects/volumes/annotations.ts'
import { isOwnVolume } from '../../objects/volumes/classes.ts'
import { homeOf } from '../../objects/volumes/matching.ts'
import { claimNotedOn } from './loss.ts'
import { type VolumePlan, warn } from './types.ts'

export interface VolumeView {
  readonly volume: PersistentVolume
  /** The claim of the name that the volume names. */
  readonly claim: PersistentVolumeClaim | undefined
  readonly nodes: readonly Node[]
}

/** The next write, and what is told. */
export function planVolume(view: VolumeView): VolumePlan {
  const { volume, claim } = view
  const reference = volume.spec?.claimRef
  if (reference === undefined || reference.uid === undefined || reference.uid === '') return volume.metadata.deletionTimestamp === undefined ? phase(volume, 'Available') : planEnd(view)
  if (claim === undefined || claim.metadata.uid !== reference.uid) return planReleased(view)
  const bound = claim.spec?.volumeName ?? ''
  if (bound === volume.metadata.name) return phase(volume, 'Bound')
  if (bound === '') return {}
  return planElsewhere(volume)
}

function phase(volume: PersistentVolume, wanted: string): VolumePlan {
  return volume.status?.phase === wanted ? {} : { step: { kind: 'phase', phase: wanted } }
}

/** Its claim is bound to another volume. */
function planElsewhere(volume: PersistentVolume): VolumePlan {
  if (volume.metadata.annotations?.[provisionedBy] === undefined || volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') {
    return { step: { kind: 'unbind', keepName: volume.metadata.annotations?.[boundByController] === undefined } }
  }
  if (volume.status?.phase !== 'Released') return { step: { kind: 'phase', phase: 'Released' } }
  return isOwnVolume(volume) && volume.metadata.deletionTimestamp === undefined ? { step: { kind: 'delete' } } : {}
}

function planReleased(view: VolumeView): VolumePlan {
  const { volume, claim } = view
  const noted = claimNotedOn(volume)
  if (noted !== undefined) return { step: claim === undefined ? { kind: 'remake', claim: noted } : { kind: 'forget' } }
  if (volume.status?.phase !== 'Released' && volume.status?.phase !== 'Failed') return { step: { kind: 'release' } }
  if (volume.metadata.deletionTimestamp !== undefined) return planEnd(view)
  switch (volume.spec?.persistentVolumeReclaimPolicy) {
    case 'Delete': return planDelete(volume)
    case 'Recycle': return failed(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!')
    default: return {}
  }
}

function planDelete(volume: PersistentVolume): VolumePlan {
  if (isOwnVolume(volume)) return { step: { kind: 'delete' } }
  // Another provisioner deletes what it made.
  if (volume.metadata.annotations?.[provisionedBy] !== undefined) return {}
  return failed(volume, 'VolumeFailedDelete', `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`)
}

function failed(volume: PersistentVolume, reason: string, message: string): VolumePlan {
  return volume.status?.phase === 'Failed' ? {} : { step: { kind: 'phase', phase: 'Failed', message }, tell: warn(reason, message) }
}

/** Protection ends with the binding; the folder's finalizer is its kubelet's, unless nobody is there to remove a folder. */
function planEnd({ volume, nodes }: VolumeView): VolumePlan {
  const before = volume.metadata.finalizers ?? []
  const home = homeOf(volume)
  const isFolderLeft = volume.spec?.persistentVolumeReclaimPolicy !== 'Delete' || !nodes.some((node) => node.metadata.name === home)
  const finalizers = before.filter((one) => !(one === volumeProtection && volume.status?.phase !== 'Bound') && !(one === folderFinalizer && isFolderLeft))
  return finalizers.length === before.length ? {} : { step: { kind: 'finalizers', finalizers } }
}
