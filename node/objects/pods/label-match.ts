// Label selectors as typed objects carry them, matched against labels: the bridge between the generated types and selector.ts.
// An absent selector matches nothing, an empty one everything (Kubernetes API reference, LabelSelector).
import type { LabelSelector } from '../generated/meta-v1.ts'
import { type LabelSelector as Requirements, matchesLabels, selectorOf } from '../selector.ts'

const parsed = new WeakMap<LabelSelector, Requirements | undefined>()

/** Whether the selector of an object's field matches the labels. */
export function selects(selector: LabelSelector | undefined, labels: { readonly [key: string]: string } | undefined): boolean {
  if (selector === undefined) return false
  if (!parsed.has(selector)) {
    const { matchLabels, matchExpressions } = selector
    parsed.set(selector, selectorOf({ matchLabels, matchExpressions: matchExpressions?.map((one) => ({ ...one })) }))
  }
  return matchesLabels(parsed.get(selector), labels ?? {})
}

/** Whether every pair of a plain map is among the labels; an empty map matches everything. */
export function containsLabels(wanted: { readonly [key: string]: string }, labels: { readonly [key: string]: string } | undefined): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}
