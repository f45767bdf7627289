// Which volume fulfils which claim, and from which Nodes a volume is reached. The binder and the scheduler must agree on it.
// Pure. Source: Kubernetes concepts, Persistent Volumes (binding), Storage Classes (volume binding mode, allowed topologies).
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../generated/core-v1.ts'
import type { StorageClass } from '../generated/storage-v1.ts'
import { meetsNodeSelector } from '../pods/node-match.ts'
import { selects } from '../pods/label-match.ts'
import { compareQuantities, quantity } from '../quantity.ts'
import { bindCompleted, hostnameLabel, selectedNode } from './annotations.ts'

/** The name of the class that a claim or a volume belongs to; empty for none. */
export const classNameOf = (object: { readonly spec?: { readonly storageClassName?: string | undefined } | undefined }): string => object.spec?.storageClassName ?? ''

/** Whether both sides of the claim's binding are written. */
export const isBound = (claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.volumeName ?? '') !== '' && claim.metadata.annotations?.[bindCompleted] !== undefined

/** Whether the claims of the class wait for the Node of their first Pod. */
export const isDelayed = (storageClass: StorageClass | undefined): boolean => storageClass?.volumeBindingMode === 'WaitForFirstConsumer'

/** The Node that was chosen for the claim's first Pod, or undefined. */
export const selectedNodeOf = (claim: PersistentVolumeClaim): string | undefined => claim.metadata.annotations?.[selectedNode]

/** Whether the volume can be reached from the Node. */
export function reaches(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required
  return required === undefined || meetsNodeSelector(required, node)
}

/** The one Node that a volume lies on, or undefined when it is reached from others as well. */
export function homeOf(volume: PersistentVolume): string | undefined {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const [term] = terms
  const values = term?.matchExpressions?.find((one) => one.key === hostnameLabel && one.operator === 'In')?.values ?? []
  return terms.length === 1 && values.length === 1 ? values[0] : undefined
}

/** Whether the class allows volumes on the Node. */
export function allowsTopology(storageClass: StorageClass, node: Node): boolean {
  const terms = storageClass.allowedTopologies ?? []
  const labels = node.metadata.labels ?? {}
  return terms.length === 0 || terms.some((term) => (term.matchLabelExpressions ?? []).every((one) => one.values.includes(labels[one.key] ?? '')))
}

const sizeOf = (amounts: { readonly [name: string]: string } | undefined): string => amounts?.['storage'] ?? '0'

/** Why the volume cannot fulfil the claim, whoever has it, or undefined. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (compareQuantities(quantity(sizeOf(volume.spec?.capacity)), quantity(sizeOf(claim.spec?.resources?.requests))) < 0) return 'requested PV is too small'
  if (classNameOf(volume) !== classNameOf(claim)) return 'storageClassName does not match'
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode'
  const modes = volume.spec?.accessModes ?? []
  return (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode)) ? undefined : 'incompatible accessMode'
}

/** Whether the volume names this claim as its own; one that names it without uid waits for it. */
export function isMeantFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  return reference !== undefined && reference.name === claim.metadata.name && reference.namespace === claim.metadata.namespace
    && (reference.uid === undefined || reference.uid === '' || reference.uid === claim.metadata.uid)
}

export interface MatchLimits {
  /** Only volumes that this Node reaches. */
  readonly node?: Node
  /** Only volumes that are meant for the claim: the scheduler chooses among the free ones. */
  readonly onlyMeant?: boolean
  /** Volumes that were chosen for other claims in the same decision. */
  readonly taken?: ReadonlySet<string>
}

/** The volume to bind the claim to: the one that is meant for it, or else the smallest free one that fits. */
export function bestVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], limits: MatchLimits = {}): PersistentVolume | undefined {
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    if (volume.metadata.deletionTimestamp !== undefined || limits.taken?.has(volume.metadata.name ?? '') === true) continue
    if (mismatch(volume, claim) !== undefined || (limits.node !== undefined && !reaches(volume, limits.node))) continue
    if (isMeantFor(volume, claim)) return volume
    if (limits.onlyMeant === true || volume.spec?.claimRef !== undefined || volume.status?.phase !== 'Available') continue
    if (claim.spec?.selector !== undefined && !selects(claim.spec.selector, volume.metadata.labels)) continue
    if (best === undefined || isBetter(volume, best)) best = volume
  }
  return best
}

function isBetter(volume: PersistentVolume, than: PersistentVolume): boolean {
  const order = compareQuantities(quantity(sizeOf(volume.spec?.capacity)), quantity(sizeOf(than.spec?.capacity)))
  return order < 0 || (order === 0 && (volume.metadata.name ?? '') < (than.metadata.name ?? ''))
}
