// What requests ask for, by the table of the reference's documentation ("Determine the request verb").
import { deepStrictEqual } from 'node:assert/strict'
import { requestInfo } from '../../../node/apiserver/request-info.ts'

const asked = (method: string, target: string): string => {
  const [path = '', query = ''] = target.split('?')
  const info = requestInfo(method, path, new URLSearchParams(query))
  if (info.kind === 'path') return `path ${info.verb} ${info.path}`
  return [info.verb, `${info.group}/${info.version}`, info.namespace || '-', [info.resource, info.name || '-', info.subresource].filter((part) => part !== '').join('/')].join(' ')
}

describe('apiserver / request info', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['GET', '/api/v1/pods', 'list /v1 - pods/-'],
    ['GET', '/api/v1/namespaces/a/pods?watch=true', 'watch /v1 a pods/-'],
    ['GET', '/api/v1/watch/namespaces/a/pods', 'watch /v1 a pods/-'],
    ['GET', '/api/v1/namespaces/a/pods/p', 'get /v1 a pods/p'],
    ['GET', '/api/v1/namespaces/a/pods/p/log', 'get /v1 a pods/p/log'],
    ['POST', '/api/v1/namespaces/a/pods/p/exec', 'create /v1 a pods/p/exec'],
    ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection apps/v1 a deployments/-'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/d/scale', 'patch apps/v1 a deployments/d/scale'],
    ['GET', '/api/v1/namespaces', 'list /v1 - namespaces/-'],
    ['GET', '/api/v1/namespaces/a', 'get /v1 a namespaces/a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update /v1 a namespaces/a/finalize'],
    ['GET', '/api/v1/namespaces//pods', 'list /v1 - pods/-'],
    ['GET', '/api/v1/namespaces/a/pods/%2e%2e', 'get /v1 a pods/..'],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node', 'get rbac.authorization.k8s.io/v1 - clusterroles/system:node'],
    ['GET', '/healthz', 'path get /healthz'],
    ['GET', '/apis/apps/v1', 'path get /apis/apps/v1'],
    ['GET', '/api', 'path get /api'],
  ]
  for (const [method, target, expected] of cases) it(`${method} ${target}`, () => deepStrictEqual(asked(method, target), expected))
})
