// What a namespace that is being deleted tells about itself: the conditions that `kubectl describe namespace` shows. Pure.
// Source: Kubernetes API reference, NamespaceStatus; reasons and messages are those of the reference's controller.
import { timestamp } from '../../base/clock.ts'
import type { NamespaceCondition } from '../../objects/generated/core-v1.ts'
import { sameJson } from '../../objects/pods/fnv.ts'

/** What one kind still has in the namespace. */
export interface Remainder {
  /** `pods`, `deployments.apps`. */
  readonly resource: string
  readonly objects: number
  /** How many of them wait for which finalizer. */
  readonly finalizers: ReadonlyMap<string, number>
}

export interface NamespaceFindings {
  readonly discoveryError: string | undefined
  readonly contentErrors: readonly string[]
  readonly remainders: readonly Remainder[]
}

/** The conditions, or undefined when they are the same as before. */
export function planConditions(before: readonly NamespaceCondition[] | undefined, findings: NamespaceFindings, nowMs: number): readonly NamespaceCondition[] | undefined {
  const contents = findings.remainders.filter((one) => one.objects > 0)
  const finalizers = new Map<string, number>()
  for (const { finalizers: waiting } of contents) {
    for (const [name, count] of waiting) finalizers.set(name, (finalizers.get(name) ?? 0) + count)
  }
  const wanted = [
    condition('NamespaceDeletionDiscoveryFailure', findings.discoveryError !== undefined, 'DiscoveryFailed', findings.discoveryError ?? '', 'ResourcesDiscovered', 'All resources successfully discovered'),
    condition('NamespaceDeletionGroupVersionParsingFailure', false, '', '', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    condition('NamespaceDeletionContentFailure', findings.contentErrors.length > 0, 'ContentDeletionFailed', `Failed to delete all resource types, ${findings.contentErrors.length} remaining: ${findings.contentErrors.join(', ')}`, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    condition('NamespaceContentRemaining', contents.length > 0, 'SomeResourcesRemain', `Some resources are remaining: ${contents.map((one) => `${one.resource} has ${one.objects} resource instances`).sort().join(', ')}`, 'ContentRemoved', 'All content successfully removed'),
    condition('NamespaceFinalizersRemaining', finalizers.size > 0, 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${[...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort().join(', ')}`, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ]
  const now = timestamp(nowMs)
  const next = wanted.map((one) => {
    const old = before?.find((other) => other.type === one.type)
    return { ...one, lastTransitionTime: old !== undefined && old.status === one.status ? old.lastTransitionTime : now }
  })
  const others = (before ?? []).filter((one) => !wanted.some((other) => other.type === one.type))
  return sameJson(before ?? [], [...others, ...next]) ? undefined : [...others, ...next]
}

function condition(type: string, holds: boolean, badReason: string, badMessage: string, goodReason: string, goodMessage: string): NamespaceCondition {
  return holds ? { type, status: 'True', reason: badReason, message: badMessage } : { type, status: 'False', reason: goodReason, message: goodMessage }
}
