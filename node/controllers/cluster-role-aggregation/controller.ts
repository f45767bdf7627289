// Keeps aggregated ClusterRoles equal to what they aggregate. A role that changes may be chosen by any of them, and they may
// choose each other, so every change looks at all that aggregate; there are few.
import type { WorkResult } from '../../base/work-queue.ts'
import { clusterRoles as clusterRoleType } from '../../client/resource-types.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { aggregatedRules } from './plan.ts'

/** The controller of aggregated ClusterRoles. Keys are their names. */
export function clusterRoleAggregationController({ client, informers }: ControllerDeps): Controller {
  const roles = informers.of(clusterRoleType)
  const reconcile = async (key: string): Promise<WorkResult> => {
    const role = roles.cache.get(key)
    const rules = role === undefined ? undefined : aggregatedRules(role, roles.cache.list())
    if (role !== undefined && rules !== undefined) roles.assume(await client.resource(clusterRoleType).update({ ...role, rules }))
    return settled
  }
  const watch = (sink: KeySink): (() => void) => roles.onChange(() => {
    for (const role of roles.cache.list()) if (role.aggregationRule !== undefined) sink.add(role.metadata.name ?? '')
  })
  return { name: 'clusterrole-aggregation', watch, reconcile }
}
