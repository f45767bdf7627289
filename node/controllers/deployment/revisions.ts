// Which ReplicaSet is the new one, in which order the others stand, and the annotations that kubectl's rollout commands read.
// Source: Kubernetes concepts, Deployments (pod-template-hash, revision history); annotations deployment.kubernetes.io/*.
import type { Deployment, ReplicaSet } from '../../objects/generated/apps-v1.ts'
import type { PodTemplateSpec } from '../../objects/generated/core-v1.ts'
import { orderedJson, shortHash } from '../../objects/pods/fnv.ts'

export const hashLabel = 'pod-template-hash'
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const mostAnnotation = 'deployment.kubernetes.io/max-replicas'

/** Annotations of a Deployment that are not copied to its ReplicaSets. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration', 'deprecated.deployment.rollback.to',
  revisionAnnotation, historyAnnotation, desiredAnnotation, mostAnnotation,
])

/** Revisions that an annotation of past revisions remembers, by length of its text. */
const historyMostChars = 2_000

type Annotations = { readonly [key: string]: string }

/** The template without the label that the controller itself adds, as comparable text. */
function templateText(template: PodTemplateSpec | undefined): string {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {}
  const metadata = { ...template?.metadata, labels, creationTimestamp: undefined }
  return orderedJson({ ...template, metadata })
}

/** Fixed by the template and the number of name collisions so far. */
export function templateHash(template: PodTemplateSpec, collisions: number): string {
  return shortHash(`${templateText(template)} ${collisions === 0 ? '' : collisions}`)
}

/** Whether two templates make the same Pods: the label of the hash does not count. */
export function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec | undefined): boolean {
  return templateText(left) === templateText(right)
}

/** Oldest first; equal times by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const left = a.metadata.creationTimestamp ?? ''
  const right = b.metadata.creationTimestamp ?? ''
  if (left !== right) return left < right ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

/** The ReplicaSet that has the Deployment's template; the oldest of several, so that all choose the same. */
export function newReplicaSetOf(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byAge).find((set) => sameTemplate(set.spec?.template, deployment.spec?.template))
}

/** 0 when the ReplicaSet carries none. */
export function revisionOf(set: { readonly metadata: { readonly annotations?: Annotations | undefined } }): number {
  const revision = Number(set.metadata.annotations?.[revisionAnnotation] ?? 0)
  return Number.isInteger(revision) ? revision : 0
}

/** The number that the new ReplicaSet gets: one more than any old one has. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1
}

/** The new ReplicaSet's annotations: the Deployment's, its revision, and past revisions when it is used again. */
export function newSetAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: number): Annotations {
  const annotations: { [key: string]: string } = { ...set?.metadata.annotations }
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key)) annotations[key] = value
  }
  const before = annotations[revisionAnnotation]
  if (before !== undefined && Number(before) >= revision) return annotations
  annotations[revisionAnnotation] = String(revision)
  if (before !== undefined) {
    const past = [...(annotations[historyAnnotation] ?? '').split(','), before].filter((one) => one !== '')
    while (past.length > 1 && past.join(',').length > historyMostChars) past.shift()
    annotations[historyAnnotation] = past.join(',')
  }
  return annotations
}

/** Annotations with which a ReplicaSet remembers how large the Deployment was when it was last scaled. */
export function sizeAnnotations(replicas: number, surge: number): Annotations {
  return { [desiredAnnotation]: String(replicas), [mostAnnotation]: String(replicas + surge) }
}
