// Cluster roles: what may be done in every namespace, on cluster-scoped kinds and on paths that are no resources.
import { defineKind } from './kind.ts'
import { roleCells, roleNameRule, validateAggregation, validateRules } from './rbac.ts'

export const clusterRoles = defineKind({
  key: 'rbac.authorization.k8s.io/v1/clusterroles',
  definition: 'io.k8s.api.rbac.v1.ClusterRole',
  nameRule: roleNameRule,
  validate: (errors, object) => {
    validateRules(errors, object, false)
    validateAggregation(errors, object)
  },
  cells: roleCells,
})
