// Which children an owner has: those that name it as their controller and that its selector still selects, and orphans that
// it selects and may adopt. Source: Kubernetes concepts, ReplicaSet (adoption and release).
// Only decides; adopt.ts carries it out.
import type { LabelSelector, ObjectMeta } from '../objects/generated/meta-v1.ts'
import { selects } from '../objects/pods/label-match.ts'
import { controllerOf } from '../objects/pods/owners.ts'

export interface Claim<T> {
  /** Already owned and selected. */
  readonly owned: readonly T[]
  /** Orphans to take. */
  readonly adopt: readonly T[]
  /** Owned, and no longer selected. */
  readonly release: readonly T[]
}

/** Sorts the candidates; those of other owners are left out. An owner that is being deleted neither adopts nor releases. */
export function planClaim<T extends { readonly metadata: ObjectMeta }>(
  owner: ObjectMeta, selector: LabelSelector | undefined, candidates: readonly T[],
): Claim<T> {
  const owned: T[] = []
  const adopt: T[] = []
  const release: T[] = []
  const isLive = owner.deletionTimestamp === undefined
  for (const candidate of candidates) {
    const controller = controllerOf(candidate.metadata)
    const isSelected = selects(selector, candidate.metadata.labels)
    if (controller === undefined) {
      if (isSelected && isLive && candidate.metadata.deletionTimestamp === undefined) adopt.push(candidate)
    } else if (controller.uid === owner.uid) {
      if (isSelected) owned.push(candidate)
      else if (isLive) release.push(candidate)
    }
  }
  return { owned, adopt, release }
}
