// What a request asks for, read from its method and path alone: a resource with a verb, or a path of the server itself.
// Authorisation and dispatch both use it, so that what was allowed is what is done. It looks at no state.
// Source: Kubernetes' request attributes (Kubernetes documentation, "Authorization: determine the request verb").

export interface ResourceRequest {
  readonly kind: 'resource'
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty for all namespaces and for cluster-scoped resources. */
  readonly namespace: string
  /** Empty for collections. */
  readonly name: string
  /** What follows the subresource, for proxies. */
  readonly rest: string
}

export interface PathRequest {
  readonly kind: 'path'
  readonly verb: string
  readonly path: string
}

export type RequestInfo = ResourceRequest | PathRequest

const verbOf: { readonly [method: string]: string } = {
  GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete',
}

const namespaceSubresources = new Set(['status', 'finalize'])

/** True for `1` and `true` in any form that Go's ParseBool takes, and for a parameter that is there without being false. */
export function truthy(value: string | null): boolean {
  if (value === null) return false
  return !['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)
}

/** Parses a path. `query` decides between list and watch. Segments are decoded; empty ones are skipped as the reference does. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path.split('/').filter((part) => part !== '').map(decodeSegment)
  const verb = verbOf[method] ?? method.toLowerCase()
  const core = parts[0] === 'api' && parts.length >= 3
  const grouped = parts[0] === 'apis' && parts.length >= 4
  if (!core && !grouped) return { kind: 'path', verb, path }
  const group = core ? '' : parts[1] ?? ''
  const version = (core ? parts[1] : parts[2]) ?? ''
  let rest = parts.slice(core ? 2 : 3)
  let special = ''
  if (rest[0] === 'watch' || rest[0] === 'proxy') {
    special = rest[0]
    rest = rest.slice(1)
  }
  if (rest.length === 0) return { kind: 'path', verb, path }
  const place = placeOf(rest, path)
  return {
    kind: 'resource', group, version, ...place,
    verb: resourceVerb(verb, special, place.name, place.subresource, query),
  }
}

interface Place {
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
  readonly rest: string
}

function placeOf(parts: readonly string[], path: string): Place {
  let namespace = ''
  let tail = parts
  if (parts[0] === 'namespaces') {
    const second = parts[2]
    // `/namespaces//pods` lost its empty segment: it asks for all namespaces.
    if (path.includes('/namespaces//')) tail = parts.slice(1)
    else if (parts.length > 2 && second !== undefined && !namespaceSubresources.has(second)) {
      namespace = parts[1] ?? ''
      tail = parts.slice(2)
    } else if (parts.length >= 2) namespace = parts[1] ?? ''
  }
  return {
    namespace,
    resource: tail[0] ?? '',
    name: tail[1] ?? '',
    subresource: tail[2] ?? '',
    rest: tail.slice(3).join('/'),
  }
}

function resourceVerb(verb: string, special: string, name: string, subresource: string, query: URLSearchParams): string {
  if (special !== '') return special
  if (name !== '') return verb
  if (verb === 'get') return truthy(query.get('watch')) && subresource === '' ? 'watch' : 'list'
  if (verb === 'delete') return 'deletecollection'
  return verb
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A broken escape names nothing; it is looked up as it stands and not found.
    return segment
  }
}
