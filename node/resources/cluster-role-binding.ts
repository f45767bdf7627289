// Cluster role bindings: who holds a cluster role everywhere.
import { defineKind } from './kind.ts'
import { bindingCells, bindingDefaults, roleNameRule, validateBinding } from './rbac.ts'

export const clusterRoleBindings = defineKind({
  key: 'rbac.authorization.k8s.io/v1/clusterrolebindings',
  definition: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  nameRule: roleNameRule,
  defaults: bindingDefaults,
  validate: (errors, object, old) => validateBinding(errors, object, old, ['ClusterRole']),
  cells: bindingCells,
})
