// Where the API's objects are in a simulated state, and which kinds there are: paths, keys, discovery. Pure.
// It is as much of the API's paths as controllers, scheduler and kubelet use; nothing is validated or defaulted.
import { isObject } from '../../node/objects/encoding.ts'
import type { Json, JsonObject } from '../../node/objects/json.ts'

/** An object as it is stored: without its version, which is that of its row. */
export type StoredObject = JsonObject & { readonly metadata: JsonObject }

/** What a path names. */
export interface Place {
  readonly group: string
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** `/api/v1/namespaces/default/pods/web/status` and the like. */
export function parsePath(path: string): Place {
  const parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  const isCore = parts[0] === 'api'
  const rest = parts.slice(isCore ? 2 : 3)
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')
  const [resource = '', name, subresource] = inNamespace ? rest.slice(2) : rest
  return { group: isCore ? 'core' : (parts[1] ?? ''), resource, namespace: inNamespace ? rest[1] : undefined, name, subresource }
}

/** The key of an object, or the prefix of its collection. */
export function keyOf({ group, resource, namespace, name }: Place): string {
  return `/registry/${group}/${resource}/${namespace === undefined ? '' : `${namespace}/`}${name ?? ''}`
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodeObject(object: StoredObject): Uint8Array {
  return encoder.encode(JSON.stringify(object))
}

/** An object with its version, as the API gives it. Its type is what the API took it for when it was written, which its key tells. */
export function decodeObject<T extends { readonly metadata: object } = StoredObject>(value: Uint8Array, revision: number): T {
  const stored: T = JSON.parse(decoder.decode(value))
  return { ...stored, metadata: { ...stored.metadata, resourceVersion: String(revision) } }
}

/** The object in a JSON value; an empty one for anything else. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

const served: { readonly [groupVersion: string]: readonly (readonly [resource: string, kind: string, namespaced: boolean])[] } = {
  v1: [
    ['namespaces', 'Namespace', false], ['nodes', 'Node', false], ['pods', 'Pod', true], ['services', 'Service', true], ['endpoints', 'Endpoints', true],
    ['configmaps', 'ConfigMap', true], ['serviceaccounts', 'ServiceAccount', true], ['events', 'Event', true],
  ],
  'apps/v1': [['deployments', 'Deployment', true], ['replicasets', 'ReplicaSet', true], ['statefulsets', 'StatefulSet', true], ['controllerrevisions', 'ControllerRevision', true]],
  'discovery.k8s.io/v1': [['endpointslices', 'EndpointSlice', true]],
  'coordination.k8s.io/v1': [['leases', 'Lease', true]],
}

/** Kinds whose status has a door of its own. */
export const withStatus: ReadonlySet<string> = new Set(['pods', 'deployments', 'replicasets', 'namespaces', 'nodes', 'services'])

/** The discovery documents, or undefined for any other path. */
export function discovery(path: string): Json | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') {
    const groups = Object.keys(served).filter((one) => one.includes('/')).map((groupVersion) => {
      const [name = '', version = ''] = groupVersion.split('/')
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } }
    })
    return { kind: 'APIGroupList', groups }
  }
  const found = served[path.replace(/^\/apis?\//, '')]
  if (found === undefined) return undefined
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
  return { kind: 'APIResourceList', resources: found.map(([name, kind, namespaced]) => ({ name, singularName: '', kind, namespaced, verbs })) }
}
