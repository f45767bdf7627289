// Who makes a request: a name, groups and extra facts, as authentication finds them and authorisation weighs them.
// The names that Kubernetes reserves are here. Nothing here decides what anybody may do.

export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: { readonly [key: string]: readonly string[] }
}

export const authenticatedGroup = 'system:authenticated'
export const unauthenticatedGroup = 'system:unauthenticated'
export const mastersGroup = 'system:masters'
export const nodesGroup = 'system:nodes'

/** A request without credentials. */
export const anonymousUser: User = { name: 'system:anonymous', groups: [unauthenticatedGroup] }

/** Adds the group that everybody has who was authenticated. */
export function authenticated(user: User): User {
  if (user.groups.includes(authenticatedGroup) || user.groups.includes(unauthenticatedGroup)) return user
  return { ...user, groups: [...user.groups, authenticatedGroup] }
}

/** A service account as a user. */
export function serviceAccountUser(namespace: string, name: string, uid: string | undefined): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    ...(uid === undefined ? {} : { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticatedGroup],
  }
}

/** Namespace and name when the user name is that of a service account. */
export function serviceAccountOf(userName: string): { readonly namespace: string; readonly name: string } | undefined {
  const [system, kind, namespace, name, ...more] = userName.split(':')
  if (system !== 'system' || kind !== 'serviceaccount' || !namespace || !name || more.length > 0) return undefined
  return { namespace, name }
}

/** The node's name when the user is a kubelet. */
export function nodeOf(user: User): string | undefined {
  if (!user.groups.includes(nodesGroup) || !user.name.startsWith('system:node:')) return undefined
  return user.name.slice('system:node:'.length)
}
