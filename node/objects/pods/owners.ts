// Ownership between objects: who controls an object, and the reference that says so.
// Source: Kubernetes concepts, Owners and Dependents.
import type { ObjectMeta, OwnerReference } from '../generated/meta-v1.ts'

/** The one owner that manages the object, or undefined. */
export function controllerOf(metadata: ObjectMeta): OwnerReference | undefined {
  return metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** The reference that makes `owner` the managing owner of what carries it. */
export function controllerReference(apiVersion: string, kind: string, owner: ObjectMeta): OwnerReference {
  return { apiVersion, kind, name: owner.name ?? '', uid: owner.uid ?? '', controller: true, blockOwnerDeletion: true }
}
