// The rules of an aggregated ClusterRole: those of every role that its selectors choose, in the order of their names, each
// once. Pure. Source: Kubernetes documentation, Using RBAC Authorization, "Aggregated ClusterRoles".
import type { ClusterRole, PolicyRule } from '../../objects/generated/rbac-v1.ts'
import { orderedJson, sameJson } from '../../objects/pods/fnv.ts'
import { selects } from '../../objects/pods/label-match.ts'

/** The rules that the role should have, or undefined when it has them or aggregates nothing. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors
  if (selectors === undefined) return undefined
  const name = (each: ClusterRole): string => each.metadata.name ?? ''
  const chosen = all
    .filter((each) => name(each) !== name(role) && selectors.some((selector) => selects(selector, each.metadata.labels)))
    .sort((a, b) => (name(a) < name(b) ? -1 : 1))
  const rules = new Map(chosen.flatMap((each) => each.rules ?? []).map((rule) => [orderedJson(rule), rule]))
  const wanted = [...rules.values()]
  return sameJson(wanted, role.rules ?? []) ? undefined : wanted
}
