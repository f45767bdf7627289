// Nobody gives away rights that he does not have: writing a role needs its rules, writing a binding needs the role's,
// unless the verbs `escalate` or `bind` are granted. Source: Kubernetes documentation, "Privilege escalation prevention".
import { authorize, grantedRules, missingRules, rulesOf } from '../../identity/rbac.ts'
import type { PolicyRule } from '../../identity/rbac.ts'
import { mastersGroup } from '../../identity/users.ts'
import { isObject } from '../../objects/encoding.ts'
import type { JsonObject } from '../../objects/json.ts'
import { forbidden, notFound } from '../status.ts'
import type { AdmissionPlugin, AdmissionRequest, AdmissionWorld } from './types.ts'

const group = 'rbac.authorization.k8s.io'

export const rbacEscalation: AdmissionPlugin = {
  name: 'RbacEscalation',
  handles: ({ operation, definition, user }) => operation !== 'delete' && definition.group === group && !user.groups.includes(mastersGroup),
  admit: async (request, world) => {
    const { definition, object, old, user, namespace, name } = request
    const isBinding = definition.resource.endsWith('bindings')
    if (old !== undefined && JSON.stringify(content(old)) === JSON.stringify(content(object))) return object
    const may = { kind: 'resource' as const, group, subresource: '', namespace }
    const granted = isBinding ? { ...may, verb: 'bind', ...roleOf(object) } : { ...may, verb: 'escalate', resource: definition.resource, name }
    if (authorize(user, granted, world.rbac).allowed) return object
    const wanted = isBinding ? await boundRules(request, world) : rulesOf(object)
    const held = [...grantedRules(user, namespace, world.rbac)].flatMap((grant) => grant.rules)
    const missing = missingRules(wanted, held)
    if (missing.length === 0) return object
    throw forbidden(definition, name, `user "${user.name}" (groups=[${user.groups.map((one) => JSON.stringify(one)).join(' ')}]) is attempting to grant RBAC permissions not currently held:\n${missing.map(describe).join('\n')}`)
  },
}

/** What of a role or binding gives rights. */
function content(object: JsonObject): readonly unknown[] {
  return [object['rules'], object['aggregationRule'], object['subjects'], object['roleRef']]
}

function roleOf(binding: JsonObject): { readonly resource: string; readonly name: string } {
  const ref = isObject(binding['roleRef']) ? binding['roleRef'] : {}
  return { resource: ref['kind'] === 'ClusterRole' ? 'clusterroles' : 'roles', name: String(ref['name'] ?? '') }
}

async function boundRules({ object, namespace, definition }: AdmissionRequest, world: AdmissionWorld): Promise<readonly PolicyRule[]> {
  const { resource, name } = roleOf(object)
  const look = (): JsonObject | undefined => (resource === 'clusterroles' ? world.rbac.clusterRole(name) : world.rbac.role(namespace, name))
  let role = look()
  if (role === undefined) {
    await world.fresh()
    role = look()
  }
  if (role === undefined) throw notFound(definition, name)
  return rulesOf(role)
}

function describe(rule: PolicyRule): string {
  const quoted = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
  const parts: string[] = []
  if (rule.apiGroups.length > 0) parts.push(`APIGroups:${quoted(rule.apiGroups)}`)
  if (rule.resources.length > 0) parts.push(`Resources:${quoted(rule.resources)}`)
  if (rule.resourceNames.length > 0) parts.push(`ResourceNames:${quoted(rule.resourceNames)}`)
  if (rule.nonResourceURLs.length > 0) parts.push(`NonResourceURLs:${quoted(rule.nonResourceURLs)}`)
  return `{${[...parts, `Verbs:${quoted(rule.verbs)}`].join(', ')}}`
}
