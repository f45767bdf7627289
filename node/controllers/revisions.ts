// The history of templates that StatefulSets and DaemonSets keep as ControllerRevisions: which one is the newest, which is to
// be made or brought to the front, which are forgotten. Pure. `kubectl rollout history` and `undo` read and apply their data.
// Source: Kubernetes concepts, StatefulSets (revision history); API reference, ControllerRevision.
import type { ControllerRevision } from '../objects/generated/apps-v1.ts'
import type { PodTemplateSpec } from '../objects/generated/core-v1.ts'
import type { ObjectMeta } from '../objects/generated/meta-v1.ts'
import { orderedJson, sameJson, shortHash } from '../objects/pods/fnv.ts'
import { controllerReference } from '../objects/pods/owners.ts'

/** Label of a Pod: the name of its revision (StatefulSet) or its hash (DaemonSet). */
export const revisionLabel = 'controller-revision-hash'

/** An owner with a template. */
export interface TemplateOwner {
  readonly metadata: ObjectMeta
  readonly spec?: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number | undefined } | undefined
}

/** What is kept of a template: a patch that brings it back whole. */
const dataOf = (template: PodTemplateSpec): unknown => ({ spec: { template: { ...template, $patch: 'replace' } } })

/** The template that the revision keeps, or undefined when it keeps none. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { readonly spec?: { readonly template?: PodTemplateSpec & { readonly $patch?: string } } } | undefined
  if (data?.spec?.template === undefined) return undefined
  const { $patch, ...template } = data.spec.template
  return $patch === 'replace' ? template : undefined
}

export type RevisionPlan =
  | { readonly kind: 'found'; readonly update: ControllerRevision }
  /** An old template has come back: its revision becomes the newest. */
  | { readonly kind: 'renumber'; readonly update: ControllerRevision; readonly revision: number }
  | { readonly kind: 'create'; readonly update: ControllerRevision }

const byNumber = (a: ControllerRevision, b: ControllerRevision): number => a.revision - b.revision || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)

/** What the current template needs. `owner` is the kind of the owner; `collisions` make another name of the same template. */
export function planRevision(owner: TemplateOwner, kind: string, revisions: readonly ControllerRevision[], collisions: number): RevisionPlan {
  const template = owner.spec?.template ?? {}
  const sorted = [...revisions].sort(byNumber)
  const last = sorted[sorted.length - 1]
  const number = (last?.revision ?? 0) + 1
  const equal = sorted.filter((one) => sameJson(templateOf(one), template)).at(-1)
  if (equal !== undefined) return equal === last ? { kind: 'found', update: equal } : { kind: 'renumber', update: equal, revision: number }
  const hash = shortHash(`${orderedJson(template)} ${collisions}`)
  const label = kind === 'DaemonSet' ? revisionLabel : 'controller.kubernetes.io/hash'
  const update: ControllerRevision = {
    metadata: {
      name: `${owner.metadata.name}-${hash}`, namespace: owner.metadata.namespace, labels: { ...template.metadata?.labels, [label]: hash },
      annotations: owner.metadata.annotations, ownerReferences: [controllerReference('apps/v1', kind, owner.metadata)],
    },
    data: dataOf(template), revision: number,
  }
  return { kind: 'create', update }
}

/** Revisions beyond the limit that nothing uses, oldest first. */
export function surplusRevisions(owner: TemplateOwner, revisions: readonly ControllerRevision[], isUsed: (revision: ControllerRevision) => boolean): readonly ControllerRevision[] {
  const unused = revisions.filter((one) => !isUsed(one)).sort(byNumber)
  return unused.slice(0, Math.max(0, unused.length - (owner.spec?.revisionHistoryLimit ?? 10)))
}
