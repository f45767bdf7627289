// RBAC by the tables of the reference's documentation, and against a second, dumb implementation on random rules.
import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { authorize, covers, missingRules } from '../../../node/identity/rbac.ts'
import type { AccessAttributes, PolicyRule, RbacSource } from '../../../node/identity/rbac.ts'
import { bootstrapPolicy } from '../../../node/identity/bootstrap-policy.ts'
import { objectIn, objectsIn, stringIn } from '../../../node/objects/access.ts'
import type { JsonObject } from '../../../node/objects/json.ts'

const objects = bootstrapPolicy()
const named = (kind: string, name: string, namespace = ''): JsonObject | undefined => objects.find((object) =>
  object['kind'] === kind && stringIn(object, 'metadata', 'name') === name && stringIn(object, 'metadata', 'namespace') === namespace)

const source: RbacSource = {
  clusterRole: (name) => named('ClusterRole', name),
  role: (namespace, name) => named('Role', name, namespace),
  clusterRoleBindings: () => objects.filter((object) => object['kind'] === 'ClusterRoleBinding'),
  roleBindings: (namespace) => namespace === 'team'
    ? [{ metadata: { name: 'viewers' }, roleRef: { kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'ServiceAccount', name: 'robot' }, { kind: 'Group', name: 'readers' }] }]
    : objects.filter((object) => object['kind'] === 'RoleBinding' && stringIn(object, 'metadata', 'namespace') === namespace),
}

const pods = (verb: string, namespace: string, subresource = ''): AccessAttributes => ({ kind: 'resource', verb, group: '', resource: 'pods', subresource, namespace, name: '' })
const path = (target: string): AccessAttributes => ({ kind: 'path', verb: 'get', path: target })

describe('identity / rbac', () => {
  it('the cluster\'s masters may do everything', () => {
    strictEqual(authorize({ name: 'root', groups: ['system:masters'] }, pods('delete', 'x'), source).allowed, true)
  })

  it('anybody may see health and version, nobody unknown more', () => {
    const anonymous = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
    for (const open of ['/healthz', '/livez', '/readyz', '/version']) strictEqual(authorize(anonymous, path(open), source).allowed, true, open)
    for (const closed of ['/api', '/apis', '/metrics', '/openapi/v3']) strictEqual(authorize(anonymous, path(closed), source).allowed, false, closed)
  })

  it('says by which binding', () => {
    deepStrictEqual(authorize({ name: 'system:kube-scheduler', groups: [] }, pods('list', ''), source), {
      allowed: true, reason: 'RBAC: allowed by ClusterRoleBinding "system:kube-scheduler" of ClusterRole "system:kube-scheduler" to User "system:kube-scheduler"',
    })
  })

  it('a role binding gives a cluster role in its namespace only', () => {
    const robot = { name: 'system:serviceaccount:team:robot', groups: [] }
    strictEqual(authorize(robot, pods('list', 'team'), source).allowed, true)
    strictEqual(authorize(robot, pods('list', 'other'), source).allowed, false)
    strictEqual(authorize(robot, pods('delete', 'team'), source).allowed, false)
    strictEqual(authorize({ name: 'ann', groups: ['readers'] }, pods('get', 'team', 'log'), source).allowed, true)
    strictEqual(authorize({ name: 'system:serviceaccount:other:robot', groups: [] }, pods('list', 'team'), source).allowed, false)
  })

  it('whoever may view may see what is used, once the roles are aggregated', () => {
    const reader = named('ClusterRole', 'system:aggregated-metrics-reader')
    for (const role of ['view', 'edit', 'admin']) {
      const [selector] = objectsIn(named('ClusterRole', role), 'aggregationRule', 'clusterRoleSelectors').map((one) => Object.keys(objectIn(one, 'matchLabels'))[0] ?? '')
      strictEqual(stringIn(reader, 'metadata', 'labels', selector ?? ''), 'true', role)
    }
    deepStrictEqual(objectsIn(reader, 'rules'), [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }])
  })

  it('names narrow a rule', () => {
    const rule: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], nonResourceURLs: [] }
    const asked = (name: string): AccessAttributes => ({ kind: 'resource', verb: 'get', group: '', resource: 'configmaps', subresource: '', namespace: 'x', name })
    strictEqual(covers(rule, asked('one')), true)
    strictEqual(covers(rule, asked('two')), false)
    strictEqual(covers(rule, asked('')), false)
  })

  it('what is missing is exactly what some request could do with the wanted rules and not with the held ones', () => {
    const word = fc.constantFrom('*', 'a', 'b')
    const words = fc.uniqueArray(word, { minLength: 1, maxLength: 2 })
    const rule = fc.record({ verbs: words, apiGroups: words, resources: words, resourceNames: fc.constant([]), nonResourceURLs: fc.constant([]) })
    fc.assert(fc.property(rule, rule, (wanted, held) => {
      const missing = missingRules([wanted], [held])
      // The dumb way: try every request over the words and one that nobody named.
      const all = ['a', 'b', 'other']
      const escaped = all.some((verb) => all.some((group) => all.some((resource) => {
        const asked: AccessAttributes = { kind: 'resource', verb, group, resource, subresource: '', namespace: '', name: '' }
        return covers(wanted, asked) && !covers(held, asked)
      })))
      strictEqual(missing.length > 0, escaped)
    }))
  })
})
