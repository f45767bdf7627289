// The claims of a StatefulSet's Pods: what they are called and look like, and who owns them. They stay when their Pod is
// replaced; what becomes of them when the set shrinks or goes is the set's retention policy, written as their owner. Pure.
// Source: Kubernetes concepts, StatefulSets (stable storage, PersistentVolumeClaim retention).
import type { StatefulSet } from '../../objects/generated/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import type { OwnerReference } from '../../objects/generated/meta-v1.ts'
import { controllerOf, controllerReference } from '../../objects/pods/owners.ts'
import { sameJson } from '../../objects/pods/fnv.ts'

/** The names of the claims of one number. */
export const claimNames = (set: StatefulSet, ordinal: number): readonly string[] =>
  (set.spec?.volumeClaimTemplates ?? []).map((template) => `${template.metadata.name}-${set.metadata.name}-${ordinal}`)

/** The claims of one number as they are sent to the API. */
export function claimsFor(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const name = `${template.metadata.name}-${set.metadata.name}-${ordinal}`
    const labels = { ...template.metadata.labels, ...set.spec?.selector?.matchLabels }
    const claim = { metadata: { name, namespace: set.metadata.namespace, labels, annotations: template.metadata.annotations }, spec: template.spec }
    return { ...claim, metadata: { ...claim.metadata, ownerReferences: wantedOwners(set, claim, undefined) } }
  })
}

const reference = (set: StatefulSet): OwnerReference => controllerReference('apps/v1', 'StatefulSet', set.metadata)

/** The owners that the claim should have. `leaving` is its Pod when the set has become too small for it. */
function wantedOwners(set: StatefulSet, claim: PersistentVolumeClaim, leaving: Pod | undefined): readonly OwnerReference[] | undefined {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {}
  const others = (claim.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== set.metadata.uid && owner.uid !== leaving?.metadata.uid && owner.kind !== 'Pod')
  // Somebody else manages it: it is left alone.
  if (others.some((owner) => owner.controller === true)) return claim.metadata.ownerReferences
  const own = leaving !== undefined && whenScaled === 'Delete' ? [controllerReference('v1', 'Pod', leaving.metadata)]
    : whenDeleted === 'Delete' && (leaving === undefined || whenScaled !== 'Delete') ? [reference(set)] : []
  return [...others, ...own]
}

/** The owners to write, or undefined when they are right. */
export function ownersToWrite(set: StatefulSet, claim: PersistentVolumeClaim, leaving: Pod | undefined): readonly OwnerReference[] | undefined {
  const wanted = wantedOwners(set, claim, leaving) ?? []
  return sameJson(claim.metadata.ownerReferences ?? [], wanted) ? undefined : wanted
}

/** Whether the claim is on its way out, with the Pod that had its name before or by a person: its Pod waits for a new one. */
export function isLeaving(claim: PersistentVolumeClaim, podUid: string | undefined): boolean {
  const owner = controllerOf(claim.metadata)
  return claim.metadata.deletionTimestamp !== undefined || (owner?.kind === 'Pod' && owner.uid !== podUid)
}
