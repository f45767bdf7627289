// Roles: what may be done within one namespace.
import { defineKind } from './kind.ts'
import { roleCells, roleNameRule, validateRules } from './rbac.ts'

export const roles = defineKind({
  key: 'rbac.authorization.k8s.io/v1/roles',
  definition: 'io.k8s.api.rbac.v1.Role',
  nameRule: roleNameRule,
  validate: (errors, object) => validateRules(errors, object, true),
  cells: roleCells,
})
