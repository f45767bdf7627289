// What ownership asks of one object: to be deleted when all its owners are gone, to wait for dependents when it is deleted in
// the foreground, to let its dependents go when it is orphaning them. Pure; what owners and dependents there are is an argument.
// Source: Kubernetes concepts, Garbage Collection (cascading deletion) and Owners and Dependents.
import type { ObjectMeta, OwnerReference } from '../../objects/generated/meta-v1.ts'

export const foregroundFinalizer = 'foregroundDeletion'
export const orphanFinalizer = 'orphan'

/** What became of an owner, as far as known. `unknown`: its kind is not served, nothing may be concluded. */
export type OwnerState = 'present' | 'waiting' | 'absent' | 'unknown'

export interface Dependent {
  readonly key: string
  readonly metadata: ObjectMeta
}

export interface GarbageView {
  readonly metadata: ObjectMeta
  readonly owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[]
  readonly dependents: readonly Dependent[]
}

export type GarbageStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' }
  /** Take these owner references (by uid) away. */
  | { readonly kind: 'disown'; readonly uids: readonly string[] }
  | { readonly kind: 'removeFinalizer'; readonly finalizer: string }
  /** Look at these dependents: the owner waits for them. */
  | { readonly kind: 'visit'; readonly keys: readonly string[] }
  /** Take the reference to this object away from these dependents, then the orphan finalizer from it. */
  | { readonly kind: 'orphan'; readonly dependents: readonly Dependent[] }

const has = (metadata: ObjectMeta, finalizer: string): boolean => (metadata.finalizers ?? []).includes(finalizer)

/** The dependents without which the owner may not go. */
export function blocking(owner: ObjectMeta, dependents: readonly Dependent[]): readonly Dependent[] {
  return dependents.filter((one) => one.metadata.ownerReferences?.some((reference) => reference.uid === owner.uid && reference.blockOwnerDeletion === true))
}

/** The one next step. */
export function planGarbage(view: GarbageView): GarbageStep {
  const { metadata, dependents } = view
  if (metadata.deletionTimestamp !== undefined) {
    if (has(metadata, orphanFinalizer)) return { kind: 'orphan', dependents }
    if (!has(metadata, foregroundFinalizer)) return { kind: 'none' }
    const waitsFor = blocking(metadata, dependents)
    return waitsFor.length === 0 ? { kind: 'removeFinalizer', finalizer: foregroundFinalizer } : { kind: 'visit', keys: waitsFor.map((one) => one.key) }
  }
  return planDependent(view)
}

function planDependent(view: GarbageView): GarbageStep {
  const { metadata, owners, dependents } = view
  if (owners.length === 0) return { kind: 'none' }
  const gone = owners.filter((one) => one.state === 'absent' || one.state === 'waiting').map((one) => one.reference.uid)
  if (owners.some((one) => one.state === 'present' || one.state === 'unknown')) {
    return gone.length === 0 ? { kind: 'none' } : { kind: 'disown', uids: gone }
  }
  const isAwaited = owners.some((one) => one.state === 'waiting')
  if (isAwaited && dependents.length > 0) return { kind: 'delete', policy: 'Foreground' }
  if (has(metadata, orphanFinalizer)) return { kind: 'delete', policy: 'Orphan' }
  if (has(metadata, foregroundFinalizer)) return { kind: 'delete', policy: 'Foreground' }
  return { kind: 'delete', policy: 'Background' }
}
