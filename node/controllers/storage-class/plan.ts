// Whether the cluster's own storage class has still to be made. Pure. It is made once in a cluster's life, also in clusters that
// began without it; an annotation of the namespace kube-system says that this was done. Who changes or deletes the class has
// the last word: unlike an add-on that is applied again at every start, it neither comes back nor is it changed back.
import type { Namespace } from '../../objects/generated/core-v1.ts'
import type { StorageClass } from '../../objects/generated/storage-v1.ts'
import { defaultClassAnnotation, isDefaultClass, ownProvisioner, ownStorageClass } from '../../objects/volumes/classes.ts'

/** The namespace that carries the mark. */
export const markedNamespace = 'kube-system'
/** On it: the class has been made. Removed, the class is made again. */
export const madeAnnotation = 'shoal.dev/local-path-made'

export type ClassPlan = { readonly kind: 'nothing' } | { readonly kind: 'make'; readonly storageClass: StorageClass }

/** What to make; the default is left to a class that is the default already. */
export function planStorageClass(namespace: Namespace | undefined, classes: readonly StorageClass[]): ClassPlan {
  if (namespace === undefined || namespace.metadata.annotations?.[madeAnnotation] !== undefined) return { kind: 'nothing' }
  const hasDefault = classes.some((one) => one.metadata.name !== ownStorageClass && isDefaultClass(one.metadata.annotations))
  const annotations = hasDefault ? {} : { [defaultClassAnnotation]: 'true' }
  return {
    kind: 'make',
    storageClass: { metadata: { name: ownStorageClass, annotations }, provisioner: ownProvisioner, reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer' },
  }
}
