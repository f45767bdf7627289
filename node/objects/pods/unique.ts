// Which Pods must be unique: of which two at a time would do harm. Those of StatefulSets have an identity, and a volume that
// one node at a time may write has one writer. They run only under a lease, and are replaced only after it. Pure.
// Source: Kubernetes concepts, StatefulSets (Pod identity) and Persistent Volumes (access modes).
import type { PersistentVolumeClaim, Pod } from '../generated/core-v1.ts'
import { claimsOf } from '../volumes/claims.ts'
import { controllerOf } from './owners.ts'

/** Access modes under which one node at a time writes. */
const single = new Set(['ReadWriteOnce', 'ReadWriteOncePod'])

/** Whether there must never be two of this Pod. `claim` finds a claim of the Pod's namespace; one that is not known counts as not shared. */
export function isUniquePod(pod: Pod, claim: (name: string) => PersistentVolumeClaim | undefined): boolean {
  if (controllerOf(pod.metadata)?.kind === 'StatefulSet') return true
  return claimsOf(pod).some(({ name }) => claim(name)?.spec?.accessModes?.some((mode) => single.has(mode)) ?? true)
}
