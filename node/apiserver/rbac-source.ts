// The RBAC objects as this peer's copy of the state has them; read anew for each decision, so that a change holds at once.
import type { RbacSource } from '../identity/rbac.ts'
import { allObjects, findObject } from './rest.ts'
import type { Rest } from './rest.ts'

const group = 'rbac.authorization.k8s.io'

/** RBAC's objects as this peer's own copy has them. */
export function storedRbac(rest: Pick<Rest, 'storage' | 'kinds'>): RbacSource {
  return {
    clusterRole: (name) => findObject(rest, group, 'clusterroles', '', name),
    role: (namespace, name) => findObject(rest, group, 'roles', namespace, name),
    clusterRoleBindings: () => allObjects(rest, group, 'clusterrolebindings'),
    roleBindings: (namespace) => allObjects(rest, group, 'rolebindings', namespace),
  }
}
