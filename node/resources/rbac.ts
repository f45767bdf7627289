// What the four kinds of role-based access control share: rules of roles, subjects of bindings, the reference to a role.
// It checks their form; who may do what is decided by node/identity. Source: the Kubernetes API reference, RBAC.
import { has, isEqual, listIn, mapField, mapItems, objectIn, objectsIn, stringIn, stringsIn, withDefaults } from '../objects/access.ts'
import { dnsSubdomain, pathSegment } from '../objects/names.ts'
import { age, name } from './cells.ts'
import { FieldErrors, goStrings, verbatim } from './field-errors.ts'
import { createdAt } from './kind.ts'
import type { Json, JsonObject } from '../objects/json.ts'

const rbacGroup = 'rbac.authorization.k8s.io'
export const roleNameRule = pathSegment

/** Checks the rules of a Role or a ClusterRole. */
export function validateRules(errors: FieldErrors, role: JsonObject, namespaced: boolean): void {
  for (const [at, rule] of objectsIn(role, 'rules').entries()) {
    const path = `rules[${at}]`
    const urls = stringsIn(rule, 'nonResourceURLs')
    const groups = stringsIn(rule, 'apiGroups')
    const resources = stringsIn(rule, 'resources')
    if (stringsIn(rule, 'verbs').length === 0) errors.required(`${path}.verbs`, 'verbs must contain at least one value')
    if (urls.length > 0) {
      if (namespaced) errors.invalid(`${path}.nonResourceURLs`, verbatim(goStrings(urls)), 'namespaced rules cannot apply to non-resource URLs')
      if (groups.length > 0 || resources.length > 0 || stringsIn(rule, 'resourceNames').length > 0) {
        errors.invalid(`${path}.nonResourceURLs`, verbatim(goStrings(urls)), 'rules cannot apply to both regular resources and non-resource URLs')
      }
      continue
    }
    if (groups.length === 0) errors.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')
    if (resources.length === 0) errors.required(`${path}.resources`, 'resource rules must supply at least one resource')
  }
}

/** Groups of a binding that follow from the kinds that it names. */
export function bindingDefaults(binding: JsonObject): JsonObject {
  const referring = mapField(binding, 'roleRef', (ref) => (stringIn(ref, 'apiGroup') === '' ? { ...ref, apiGroup: rbacGroup } : ref))
  return mapItems(referring, 'subjects', (subject) => {
    const isOwn = ['User', 'Group'].includes(stringIn(subject, 'kind'))
    return isOwn ? withDefaults(subject, { apiGroup: rbacGroup }) : subject
  })
}

/** Checks a RoleBinding or a ClusterRoleBinding. */
export function validateBinding(errors: FieldErrors, binding: JsonObject, old: JsonObject | undefined, roleKinds: readonly string[]): void {
  const ref = objectIn(binding, 'roleRef')
  if (stringIn(ref, 'apiGroup') !== rbacGroup) errors.notSupported('roleRef.apiGroup', stringIn(ref, 'apiGroup'), [rbacGroup])
  if (!roleKinds.includes(stringIn(ref, 'kind'))) errors.notSupported('roleRef.kind', stringIn(ref, 'kind'), roleKinds)
  if (stringIn(ref, 'name') === '') errors.required('roleRef.name')
  else errors.each('roleRef.name', stringIn(ref, 'name'), pathSegment(stringIn(ref, 'name')))
  for (const [at, subject] of objectsIn(binding, 'subjects').entries()) validateSubject(errors, subject, `subjects[${at}]`, roleKinds.includes('Role'))
  if (old !== undefined && !isEqual(ref, objectIn(old, 'roleRef'))) errors.invalid('roleRef', verbatim(goRoleRef(ref)), 'cannot change roleRef')
}

const goRoleRef = (ref: JsonObject): string =>
  `rbac.RoleRef{APIGroup:${JSON.stringify(stringIn(ref, 'apiGroup'))}, Kind:${JSON.stringify(stringIn(ref, 'kind'))}, Name:${JSON.stringify(stringIn(ref, 'name'))}}`

function validateSubject(errors: FieldErrors, subject: JsonObject, path: string, namespaced: boolean): void {
  const own = stringIn(subject, 'name')
  const group = stringIn(subject, 'apiGroup')
  if (own === '') errors.required(`${path}.name`)
  const kind = stringIn(subject, 'kind')
  if (kind === 'ServiceAccount') {
    if (own !== '') errors.each(`${path}.name`, own, dnsSubdomain(own))
    if (group !== '') errors.notSupported(`${path}.apiGroup`, group, [''])
    if (!namespaced && stringIn(subject, 'namespace') === '') errors.required(`${path}.namespace`)
  } else if (kind === 'User' || kind === 'Group') {
    if (group !== rbacGroup) errors.notSupported(`${path}.apiGroup`, group, [rbacGroup])
  } else {
    errors.notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])
  }
}

/** Name and creation time. */
export const roleCells = (role: JsonObject): readonly Json[] => [name(role), createdAt(role) ?? null]

/** Name, role, age, users, groups, service accounts. */
export function bindingCells(binding: JsonObject, nowMs: number): readonly Json[] {
  const of = (kind: string, text: (subject: JsonObject) => string): string =>
    objectsIn(binding, 'subjects').filter((subject) => stringIn(subject, 'kind') === kind).map(text).join(', ')
  const named = (subject: JsonObject): string => stringIn(subject, 'name')
  const account = (subject: JsonObject): string => `${stringIn(subject, 'namespace')}/${stringIn(subject, 'name')}`
  const role = `${stringIn(binding, 'roleRef', 'kind')}/${stringIn(binding, 'roleRef', 'name')}`
  return [name(binding), role, age(binding, nowMs), of('User', named), of('Group', named), of('ServiceAccount', account)]
}

/** An aggregated ClusterRole must say what it aggregates. */
export function validateAggregation(errors: FieldErrors, role: JsonObject): void {
  if (has(role, 'aggregationRule') && listIn(role, 'aggregationRule', 'clusterRoleSelectors').length === 0) {
    errors.required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  }
}
