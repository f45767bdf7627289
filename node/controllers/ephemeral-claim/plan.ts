// The claims of a Pod's ephemeral volumes: one each, made with the Pod as its owner, so that they go with it. Pure.
// Source: Kubernetes concepts, Ephemeral Volumes (generic ephemeral volumes).
import type { PersistentVolumeClaim, Pod } from '../../objects/generated/core-v1.ts'
import { isPodTerminal } from '../../objects/pods/lifecycle.ts'
import { controllerReference } from '../../objects/pods/owners.ts'
import { claimOf } from '../../objects/volumes/claims.ts'

export interface EphemeralPlan {
  readonly create: readonly PersistentVolumeClaim[]
  /** Claims of the names that belong to somebody else. */
  readonly foreign: readonly string[]
}

/** The claims to make. `find` takes a name in the Pod's namespace. */
export function planEphemeralClaims(pod: Pod, find: (name: string) => PersistentVolumeClaim | undefined): EphemeralPlan {
  const create: PersistentVolumeClaim[] = []
  const foreign: string[] = []
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return { create, foreign }
  for (const volume of pod.spec?.volumes ?? []) {
    const template = volume.ephemeral?.volumeClaimTemplate
    const name = claimOf(pod, volume)?.name
    if (template === undefined || name === undefined) continue
    const known = find(name)
    if (known === undefined) {
      const { labels, annotations } = template.metadata ?? {}
      create.push({ metadata: { name, namespace: pod.metadata.namespace, labels, annotations, ownerReferences: [controllerReference('v1', 'Pod', pod.metadata)] }, spec: template.spec })
    } else if (known.metadata.ownerReferences?.some((owner) => owner.uid === pod.metadata.uid) !== true) foreign.push(name)
  }
  return { create, foreign }
}
