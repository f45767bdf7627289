// Role bindings: who holds a role within one namespace.
import { defineKind } from './kind.ts'
import { bindingCells, bindingDefaults, roleNameRule, validateBinding } from './rbac.ts'

export const roleBindings = defineKind({
  key: 'rbac.authorization.k8s.io/v1/rolebindings',
  definition: 'io.k8s.api.rbac.v1.RoleBinding',
  nameRule: roleNameRule,
  defaults: bindingDefaults,
  validate: (errors, object, old) => validateBinding(errors, object, old, ['Role', 'ClusterRole']),
  cells: bindingCells,
})
