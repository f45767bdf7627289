// What makes a Pod of a StatefulSet itself: its number, its name in DNS, its claims, and the revision of its template. Pure.
// Source: Kubernetes concepts, StatefulSets (Pod identity).
import type { ControllerRevision, StatefulSet } from '../../objects/generated/apps-v1.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { controllerReference } from '../../objects/pods/owners.ts'
import { revisionLabel, templateOf } from '../revisions.ts'

export const podNameLabel = 'statefulset.kubernetes.io/pod-name'
export const podIndexLabel = 'apps.kubernetes.io/pod-index'

/** The number at the end of the name of one of the set's Pods; undefined for Pods of other names. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`
  const name = pod.metadata.name ?? ''
  const digits = name.slice(prefix.length)
  return name.startsWith(prefix) && /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : undefined
}

/** The revision that a Pod was made from. */
export const revisionOf = (pod: Pod): string => pod.metadata.labels?.[revisionLabel] ?? ''

/** The Pod of a number as it is sent to the API, from the template that the revision keeps. */
export function podOf(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const template = templateOf(revision) ?? set.spec?.template
  const name = `${set.metadata.name}-${ordinal}`
  const claims = (set.spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name ?? '')
  const spec = template?.spec
  const volumes = [
    ...(spec?.volumes ?? []).filter((volume) => !claims.includes(volume.name)),
    ...claims.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}` } })),
  ]
  return {
    metadata: {
      name, namespace: set.metadata.namespace, generateName: `${set.metadata.name}-`,
      labels: { ...template?.metadata?.labels, [podNameLabel]: name, [podIndexLabel]: String(ordinal), [revisionLabel]: revision.metadata.name ?? '' },
      annotations: template?.metadata?.annotations, finalizers: template?.metadata?.finalizers,
      ownerReferences: [controllerReference('apps/v1', 'StatefulSet', set.metadata)],
    },
    spec: spec === undefined ? undefined : {
      ...spec, hostname: name, subdomain: set.spec?.serviceName === '' ? undefined : set.spec?.serviceName, volumes: volumes.length === 0 ? undefined : volumes,
    },
  }
}
