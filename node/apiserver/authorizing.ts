// Whether a user may make a request, and the words of the refusal. RBAC decides; a kubelet's own rights come from the role
// of nodes, narrowed to what concerns the node. Source: Kubernetes documentation, "Authorization", "Node authorization".
import { authorize, covers, rulesOf } from '../identity/rbac.ts'
import type { AccessAttributes, Decision, RbacSource } from '../identity/rbac.ts'
import { nodeOf } from '../identity/users.ts'
import type { User } from '../identity/users.ts'
import { objectIn, stringIn, valueIn } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'
import type { RequestInfo } from './request-info.ts'
import { forbidden, forbiddenPath } from './status.ts'

/** What the decision about a kubelet needs to see: the Pods on its node. */
export type PodsOnNode = (namespace: string, node: string) => Iterable<JsonObject>

/** A list or watch of one object by its name is asked for under that name, so that rules for names hold for it. */
export function attributesOf(info: RequestInfo, fieldSelector = ''): AccessAttributes {
  if (info.kind === 'path') return { kind: 'path', verb: info.verb, path: info.path }
  const { verb, group, resource, subresource, namespace } = info
  const selected = verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? /^metadata\.name==?([^,=]+)$/.exec(fieldSelector)?.[1] : undefined
  return { kind: 'resource', verb, group, resource, subresource, namespace, name: info.name === '' ? selected ?? '' : info.name }
}

/** Decides for users of all kinds. */
export function decide(user: User, asked: AccessAttributes, rbac: RbacSource, podsOnNode: PodsOnNode, fieldSelector: string): Decision {
  const node = nodeOf(user)
  const byNode = node === undefined ? undefined : decideNode(node, asked, rbac, podsOnNode, fieldSelector)
  if (byNode?.allowed === true) return byNode
  const decision = authorize(user, asked, rbac)
  return decision.allowed || byNode === undefined ? decision : byNode
}

function decideNode(node: string, asked: AccessAttributes, rbac: RbacSource, podsOnNode: PodsOnNode, fieldSelector: string): Decision {
  if (asked.kind === 'path') return { allowed: false, reason: '' }
  if (asked.group === '' && (asked.resource === 'secrets' || asked.resource === 'configmaps')) return decideReference(node, asked, podsOnNode)
  if (asked.group === '' && asked.resource === 'pods' && (asked.verb === 'list' || asked.verb === 'watch') && !fieldSelector.includes(`spec.nodeName=${node}`)) {
    return { allowed: false, reason: 'can only list/watch pods with spec.nodeName field selector' }
  }
  const rules = rulesOf(rbac.clusterRole('system:node'))
  return { allowed: rules.some((rule) => covers(rule, asked)), reason: '' }
}

function decideReference(node: string, asked: AccessAttributes & { kind: 'resource' }, podsOnNode: PodsOnNode): Decision {
  if (!['get', 'list', 'watch'].includes(asked.verb)) return { allowed: false, reason: '' }
  if (asked.name === '') return { allowed: false, reason: 'No Object name found' }
  for (const pod of podsOnNode(asked.namespace, node)) {
    if (refersTo(pod, asked.resource, asked.name)) return { allowed: true, reason: '' }
  }
  return { allowed: false, reason: `no relationship found between node '${node}' and this object` }
}

/** Whether the Pod's specification names the secret or config map anywhere that a kubelet reads. */
function refersTo(pod: JsonObject, resource: string, name: string): boolean {
  const wanted = resource === 'secrets'
    ? [['secret', 'secretName'], ['secretKeyRef', 'name'], ['secretRef', 'name'], ['secret', 'name']]
    : [['configMap', 'name'], ['configMapKeyRef', 'name'], ['configMapRef', 'name']]
  const visit = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(visit)
    if (typeof value !== 'object' || value === null) return false
    return Object.entries(value).some(([key, inner]) => {
      const hit = wanted.some(([holder, field]) => key === holder && typeof inner === 'object' && inner !== null && field !== undefined && Reflect.get(inner, field) === name)
      return hit || visit(inner)
    })
  }
  if (visit(objectIn(pod, 'spec'))) return true
  const pulls = valueIn(pod, 'spec', 'imagePullSecrets')
  return resource === 'secrets' && Array.isArray(pulls) && pulls.some((pull) => stringIn(pull, 'name') === name)
}

/** The refusal, as the reference words it. */
export function refusal(user: User, asked: AccessAttributes, reason: string): Error {
  const why = reason === '' ? '' : `: ${reason}`
  if (asked.kind === 'path') return forbiddenPath(`User ${JSON.stringify(user.name)} cannot ${asked.verb} path ${JSON.stringify(asked.path)}${why}`)
  const resource = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`
  const scope = asked.namespace === '' ? 'at the cluster scope' : `in the namespace "${asked.namespace}"`
  return forbidden({ group: asked.group, resource: asked.resource }, asked.name,
    `User ${JSON.stringify(user.name)} cannot ${asked.verb} resource "${resource}" in API group "${asked.group}" ${scope}${why}`)
}
