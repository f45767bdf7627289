// Decides by the RBAC objects whether a user may do something, and says by which binding. The objects come through an
// interface, so that the decision is the same over any source. Roles that aggregate others are taken as they are stored.
// Source: Kubernetes API reference, rbac.authorization.k8s.io/v1; documentation, "Using RBAC Authorization".
import { isObject, metadataOf } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import { mastersGroup, serviceAccountOf } from './users.ts'
import type { User } from './users.ts'

/** What is to be allowed: a resource, or a path of the server. */
export type AccessAttributes =
  | {
      readonly kind: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string }

export interface Decision {
  readonly allowed: boolean
  /** Why; empty where the reference gives no reason. */
  readonly reason: string
}

/** The RBAC objects as they are now. */
export interface RbacSource {
  clusterRole(name: string): JsonObject | undefined
  role(namespace: string, name: string): JsonObject | undefined
  clusterRoleBindings(): Iterable<JsonObject>
  roleBindings(namespace: string): Iterable<JsonObject>
}

export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

/** Rules that hold for a user, with the binding that gives them. */
export interface GrantedRules {
  readonly rules: readonly PolicyRule[]
  /** For the reason of a decision. */
  readonly by: string
}

const denied: Decision = { allowed: false, reason: '' }

/** Whether the user may; members of system:masters always may. */
export function authorize(user: User, attributes: AccessAttributes, source: RbacSource): Decision {
  if (user.groups.includes(mastersGroup)) return { allowed: true, reason: '' }
  const namespace = attributes.kind === 'resource' ? attributes.namespace : ''
  for (const grant of grantedRules(user, namespace, source)) {
    if (grant.rules.some((rule) => covers(rule, attributes))) return { allowed: true, reason: grant.by }
  }
  return denied
}

/** All rules that a user has in a namespace, cluster-wide ones first. */
export function* grantedRules(user: User, namespace: string, source: RbacSource): Iterable<GrantedRules> {
  for (const binding of source.clusterRoleBindings()) {
    const subject = matchingSubject(binding, user, '')
    if (subject === undefined) continue
    const role = roleName(binding)
    const rules = rulesOf(source.clusterRole(role))
    yield { rules, by: `RBAC: allowed by ClusterRoleBinding "${text(metadataOf(binding)['name'])}" of ClusterRole "${role}" to ${subject}` }
  }
  if (namespace === '') return
  for (const binding of source.roleBindings(namespace)) {
    const subject = matchingSubject(binding, user, namespace)
    if (subject === undefined) continue
    const role = roleName(binding)
    const kind = isObject(binding['roleRef']) ? text(binding['roleRef']['kind']) : ''
    const rules = rulesOf(kind === 'ClusterRole' ? source.clusterRole(role) : source.role(namespace, role))
    const name = text(metadataOf(binding)['name'])
    const shownRole = kind === 'ClusterRole' ? role : `${role}/${namespace}`
    yield { rules, by: `RBAC: allowed by RoleBinding "${name}/${namespace}" of ${kind} "${shownRole}" to ${subject}` }
  }
}

/** The rules of a role object. */
export function rulesOf(role: JsonObject | undefined): readonly PolicyRule[] {
  return list(role?.['rules']).filter(isObject).map((rule) => ({
    verbs: strings(rule['verbs']),
    apiGroups: strings(rule['apiGroups']),
    resources: strings(rule['resources']),
    resourceNames: strings(rule['resourceNames']),
    nonResourceURLs: strings(rule['nonResourceURLs']),
  }))
}

/** Whether a rule allows what is asked. */
export function covers(rule: PolicyRule, asked: AccessAttributes): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(asked.verb)) return false
  if (asked.kind === 'path') return rule.nonResourceURLs.some((url) => pathMatches(url, asked.path))
  if (!rule.apiGroups.includes('*') && !rule.apiGroups.includes(asked.group)) return false
  if (!resourceMatches(rule.resources, asked.resource, asked.subresource)) return false
  return rule.resourceNames.length === 0 || rule.resourceNames.includes(asked.name)
}

function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some((candidate) =>
    candidate === '*' || candidate === combined || (subresource !== '' && candidate === `*/${subresource}`))
}

function pathMatches(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)))
}

/** Rules of `wanted` that `held` does not give, piece by piece: each verb, group, resource and name alone. */
export function missingRules(wanted: readonly PolicyRule[], held: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(singleRules).filter((single) => !held.some((rule) => includesRule(rule, single)))
}

function singleRules(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name])
  const resources = rule.apiGroups.flatMap((group) => rule.resources.flatMap((resource) => rule.verbs.flatMap((verb) => names.map((name) => (
    { verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: name, nonResourceURLs: [] })))))
  const urls = rule.nonResourceURLs.flatMap((url) => rule.verbs.map((verb) => (
    { verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] })))
  return [...resources, ...urls]
}

function includesRule(held: PolicyRule, single: PolicyRule): boolean {
  const has = (all: readonly string[], one: string): boolean => all.includes('*') || all.includes(one)
  const [verb = ''] = single.verbs
  if (!has(held.verbs, verb)) return false
  const [url] = single.nonResourceURLs
  if (url !== undefined) return held.nonResourceURLs.some((own) => pathMatches(own, url))
  const [resource = '', subresource = ''] = (single.resources[0] ?? '').split('/')
  if (!has(held.apiGroups, single.apiGroups[0] ?? '') || !resourceMatches(held.resources, resource, subresource)) return false
  const [name] = single.resourceNames
  return held.resourceNames.length === 0 || (name !== undefined && held.resourceNames.includes(name))
}

function matchingSubject(binding: JsonObject, user: User, bindingNamespace: string): string | undefined {
  for (const subject of list(binding['subjects'])) {
    if (!isObject(subject)) continue
    const name = text(subject['name'])
    switch (subject['kind']) {
      case 'User':
        if (user.name === name) return `User "${name}"`
        break
      case 'Group':
        if (user.groups.includes(name)) return `Group "${name}"`
        break
      case 'ServiceAccount': {
        const account = serviceAccountOf(user.name)
        const namespace = text(subject['namespace']) || bindingNamespace
        if (account?.name === name && account.namespace === namespace) return `ServiceAccount "${name}/${namespace}"`
        break
      }
    }
  }
  return undefined
}

function roleName(binding: JsonObject): string {
  return isObject(binding['roleRef']) ? text(binding['roleRef']['name']) : ''
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
const strings = (value: Json | undefined): readonly string[] => list(value).filter((item) => typeof item === 'string')
