// Volumes in the scheduler's picture: what is known of claims, volumes and classes, and which volumes a Pod's claims would get
// on a Node. Pure. Claims of classes that bind at once are the binder's; here are those that wait for the Pod's Node.
// Source: Kubernetes reference, scheduling plugins, VolumeBinding.
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../objects/generated/core-v1.ts'
import type { StorageClass } from '../objects/generated/storage-v1.ts'
import { volumesDirectory } from '../objects/volumes/annotations.ts'
import { ownProvisioner, ownRefusal } from '../objects/volumes/classes.ts'
import { allowsTopology, bestVolume, classNameOf, selectedNodeOf } from '../objects/volumes/matching.ts'

/** What the scheduler knows of volumes. */
export interface VolumeState {
  /** By `namespace/name`. */
  claim(key: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  storageClass(name: string): StorageClass | undefined
  /** Volumes that name the claim (`namespace/name`) as theirs, and volumes that name none. */
  candidates(claimKey: string): readonly PersistentVolume[]
}

/** What becomes of one claim when its Pod goes to a Node. */
export type Assignment =
  | { readonly kind: 'take'; readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }
  | { readonly kind: 'provision'; readonly claim: PersistentVolumeClaim }

/** The volumes of the claims on this Node, or undefined when one can have none there. */
export function assignVolumes(claims: readonly PersistentVolumeClaim[], node: Node, volumes: VolumeState): readonly Assignment[] | undefined {
  const taken = new Set<string>()
  const assignments: Assignment[] = []
  for (const claim of claims) {
    const volume = bestVolume(claim, volumes.candidates(`${claim.metadata.namespace}/${claim.metadata.name}`), { node, taken })
    if (volume !== undefined) {
      taken.add(volume.metadata.name ?? '')
      assignments.push({ kind: 'take', claim, volume })
    } else if (mayProvision(claim, node, volumes.storageClass(classNameOf(claim)))) assignments.push({ kind: 'provision', claim })
    else return undefined
  }
  return assignments
}

function mayProvision(claim: PersistentVolumeClaim, node: Node, storageClass: StorageClass | undefined): boolean {
  const selected = selectedNodeOf(claim)
  if (storageClass === undefined || (selected !== undefined && selected !== node.metadata.name)) return false
  if (storageClass.provisioner.startsWith('kubernetes.io/') || !allowsTopology(storageClass, node)) return false
  return storageClass.provisioner !== ownProvisioner || (ownRefusal(claim) === undefined && node.metadata.annotations?.[volumesDirectory] !== undefined)
}
