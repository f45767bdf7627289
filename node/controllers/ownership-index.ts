// Finding children by owner: the indexes that controllers of owners share, and counts over them.
// An index is a view of an informer's copy; nothing here asks the API.
import type { Pod } from '../objects/generated/core-v1.ts'
import type { ObjectMeta } from '../objects/generated/meta-v1.ts'
import { isPodActive } from '../objects/pods/lifecycle.ts'
import { controllerOf } from '../objects/pods/owners.ts'
import type { Informer } from '../client/informer.ts'
import type { ApiObject } from '../client/types.ts'

export const ownerIndex = 'owner'

const orphan = (namespace: string | undefined): string => `orphans of ${namespace ?? ''}`

/** By the uid of the controlling owner; what has none is found as an orphan of its namespace. */
export function byOwner(object: { readonly metadata: ObjectMeta }): readonly string[] {
  const controller = controllerOf(object.metadata)
  return [controller === undefined ? orphan(object.metadata.namespace) : controller.uid]
}

/** What the owner with this uid controls. The informer needs the index `ownerIndex`. */
export function ownedBy<T extends ApiObject>(informer: Informer<T>, ownerUid: string | undefined): readonly T[] {
  return ownerUid === undefined ? [] : informer.cache.byIndex(ownerIndex, ownerUid)
}

/** What nothing controls in a namespace. The informer needs the index `ownerIndex`. */
export function orphansOf<T extends ApiObject>(informer: Informer<T>, namespace: string | undefined): readonly T[] {
  return informer.cache.byIndex(ownerIndex, orphan(namespace))
}

/** Active Pods of these owners, counted by node. */
export function relatedPerNode(pods: Informer<Pod>, owners: readonly ApiObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const owner of owners) {
    for (const pod of ownedBy(pods, owner.metadata.uid)) {
      const node = pod.spec?.nodeName
      if (node !== undefined && isPodActive(pod)) counts.set(node, (counts.get(node) ?? 0) + 1)
    }
  }
  return counts
}
