// What an aggregated role consists of, and that the loop brings it there, through roles that aggregate each other.
import { deepEqual, equal } from 'node:assert/strict'
import { aggregatedRules } from '../../../../node/controllers/cluster-role-aggregation/plan.ts'
import type { ClusterRole, PolicyRule } from '../../../../node/objects/generated/rbac-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const rule = (resource: string): PolicyRule => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })
const role = (name: string, labels: { readonly [key: string]: string }, ...rules: readonly PolicyRule[]): ClusterRole => ({ metadata: { name, labels }, rules })
const aggregated = (name: string, label: string, more: Partial<ClusterRole['metadata']> = {}): ClusterRole => ({
  metadata: { name, ...more }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] }, rules: [],
})

describe('controllers / cluster role aggregation', () => {
  it('takes the rules of all that are chosen, by name and each once', () => {
    const all = [role('b', { view: 'true' }, rule('pods'), rule('nodes')), role('a', { view: 'true' }, rule('nodes')), role('c', {}, rule('secrets'))]
    deepEqual(aggregatedRules(aggregated('view', 'view'), all), [rule('nodes'), rule('pods')])
  })

  it('leaves a role alone that has its rules, chooses only itself, or aggregates nothing', () => {
    const own = { ...aggregated('view', 'view', { labels: { view: 'true' } }), rules: [rule('pods')] }
    equal(aggregatedRules(own, [own, role('a', { view: 'true' }, rule('pods'))]), undefined)
    deepEqual(aggregatedRules(own, [own]), [])
    equal(aggregatedRules(role('a', {}, rule('pods')), []), undefined)
  })

  it('a new role reaches what aggregates it, and through that what aggregates the other', async () => {
    const plane = new ControlPlane()
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
    plane.api.put(path, aggregated('view', 'to-view', { labels: { 'to-edit': 'true' } }) as never)
    plane.api.put(path, aggregated('edit', 'to-edit') as never)
    await plane.start()
    plane.api.put(path, role('widgets', { 'to-view': 'true' }, rule('widgets')) as never)
    await plane.run()
    for (const name of ['view', 'edit']) deepEqual(plane.api.get<ClusterRole>(`${path}/${name}`)?.rules, [rule('widgets')], name)
    await plane.stop()
  })
})
