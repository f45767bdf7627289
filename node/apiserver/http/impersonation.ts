// Acting as somebody else, as `kubectl --as` does: the real user must be allowed to impersonate each part of the wanted one.
// Source: Kubernetes documentation, "User impersonation".
import type { IncomingHttpHeaders } from 'node:http'
import { authenticated, serviceAccountOf, serviceAccountUser } from '../../identity/users.ts'
import type { User } from '../../identity/users.ts'
import type { Handler } from '../handler.ts'
import type { ResourceRequest } from '../request-info.ts'
import { PlainRefusal } from './plain-refusal.ts'

/** The user to act as. Throws 403 unless `user` may impersonate. */
export function impersonate(user: User, headers: IncomingHttpHeaders, path: string, handler: Handler): User {
  const name = headerText(headers['impersonate-user'])
  const groups = headerList(headers['impersonate-group'])
  const uid = headerText(headers['impersonate-uid'])
  if (name === '' && groups.length === 0 && uid === '') return user
  if (name === '') {
    const shown = groups.length > 0 ? `[{Group  ${groups[0]}    }]` : `[{UID  ${uid}  authentication.k8s.io/v1  }]`
    throw new PlainRefusal(500, `Internal Server Error: ${JSON.stringify(path)}: requested ${shown} without impersonating a user\n`)
  }
  const ask = (resource: string, wanted: string, group = '', namespace = ''): void => {
    const info: ResourceRequest = { kind: 'resource', verb: 'impersonate', group, version: 'v1', resource, subresource: '', namespace, name: wanted, rest: '' }
    handler.authorize({ user, query: new URLSearchParams() }, info)
  }
  const account = serviceAccountOf(name)
  if (account === undefined) ask('users', name)
  else ask('serviceaccounts', account.name, '', account.namespace)
  for (const group of groups) ask('groups', group)
  if (uid !== '') ask('uids', uid, 'authentication.k8s.io')
  if (account !== undefined && groups.length === 0) return serviceAccountUser(account.namespace, account.name, uid === '' ? undefined : uid)
  return authenticated({ name, groups, ...(uid === '' ? {} : { uid }) })
}

const headerText = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? ''
const headerList = (value: string | string[] | undefined): readonly string[] => (value === undefined ? [] : Array.isArray(value) ? value : value.split(',').map((one) => one.trim()))
