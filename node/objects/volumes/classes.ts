// What of a storage class several zones must agree on: the cluster's own class and its maker, which class is the default,
// and what the own maker cannot make. Pure.
// Source: Kubernetes concepts, Storage Classes; the DefaultStorageClass admission controller.
import type { PersistentVolume, PersistentVolumeClaim } from '../generated/core-v1.ts'
import type { StorageClass } from '../generated/storage-v1.ts'
import type { JsonObject } from '../json.ts'
import { provisionedBy } from './annotations.ts'

/** The class that every cluster begins with. */
export const ownStorageClass = 'local-path'
/** What its `provisioner` says: folders on the peer where the claim's first Pod runs. */
export const ownProvisioner = 'shoal.dev/local-path'
/** On a class: claims that name none belong to it. */
export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class'
/** The same, as it was written before; still counted. */
const olderDefaultAnnotation = 'storageclass.beta.kubernetes.io/is-default-class'
/** On a class: `recreate` makes a claim anew elsewhere, empty, when the peer that has its volume is dead. Otherwise it waits. */
export const onPeerLossAnnotation = 'shoal.dev/on-peer-loss'

/** Whether a class with these annotations is a default one. */
export const isDefaultClass = (annotations: JsonObject | { readonly [key: string]: string } | undefined): boolean =>
  annotations?.[defaultClassAnnotation] === 'true' || annotations?.[olderDefaultAnnotation] === 'true'

/** The class for claims that name none: of several default ones the newest, then the first by name. */
export function defaultClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const created = (one: StorageClass): string => one.metadata.creationTimestamp ?? ''
  const [chosen] = classes.filter((one) => isDefaultClass(one.metadata.annotations))
    .sort((a, b) => (created(a) === created(b) ? ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1) : created(a) < created(b) ? 1 : -1))
  return chosen
}

/** Whether Shoal made the volume for a claim. */
export const isOwnVolume = (volume: PersistentVolume): boolean => volume.metadata.annotations?.[provisionedBy] === ownProvisioner

/** Why the own maker can never fulfil the claim, or undefined. */
export function ownRefusal(claim: PersistentVolumeClaim): string | undefined {
  const { accessModes = [], volumeMode, selector, dataSource, dataSourceRef } = claim.spec ?? {}
  const wide = accessModes.find((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
  if (wide !== undefined) return `a volume of ${ownProvisioner} lies on one peer and cannot be ${wide}: ask for ReadWriteOnce`
  if (volumeMode === 'Block') return `a volume of ${ownProvisioner} is a folder and not a block device: ask for volumeMode Filesystem`
  if (selector !== undefined) return `${ownProvisioner} cannot make a volume that a selector chooses: remove spec.selector`
  if (dataSource !== undefined || dataSourceRef !== undefined) return `${ownProvisioner} cannot fill a volume from a data source: remove spec.dataSource`
  return undefined
}
