// Which backend answers a request: a pure function of the table, the host and the path. An exact host goes before a wildcard
// and that before rules for all hosts; an exact path before prefixes, the longest of these first. A prefix is whole elements
// of the path, and a wildcard is exactly one label. Source: Kubernetes documentation, "Ingress": path types, hostname wildcards.
import type { Backend } from '../proxy/model.ts'

export interface Route {
  /** Lower case; `*.example.test` for one label more, empty for every host. */
  readonly host: string
  readonly path: string
  readonly match: 'exact' | 'prefix'
  /** Answers only what no rule of the host does. */
  readonly isDefault: boolean
  /** `namespace/name` of the Service, for people. */
  readonly service: string
  /** The Service's port speaks HTTP/2 without TLS, as gRPC does. */
  readonly isHttp2: boolean
  /** Empty: nobody serves now. */
  readonly backends: readonly Backend[]
}

/** A certificate and for which names it is shown. */
export interface ServedCertificate {
  readonly hosts: readonly string[]
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: string
}

/** All that the proxy needs to know; plain data, it travels between threads. */
export interface RouteTable {
  /** Of two routes for the same host and path the first wins. */
  readonly routes: readonly Route[]
  readonly certificates: readonly ServedCertificate[]
}

/** A request's host as it is compared: without port and final dot, in lower case. */
export function hostName(header: string | undefined): string {
  const text = (header ?? '').toLowerCase()
  const bare = text.startsWith('[') ? text.slice(0, text.indexOf(']') + 1) : text.replace(/:\d*$/, '')
  return bare.replace(/\.$/, '')
}

/** `*.b.c` for `a.b.c`, or undefined for a name of one label. */
export function wildcardOf(host: string): string | undefined {
  const dot = host.indexOf('.')
  return dot <= 0 ? undefined : `*${host.slice(dot)}`
}

/** Whether the prefix covers the path element by element; a trailing slash of the prefix does not count. */
export function hasPrefix(path: string, prefix: string): boolean {
  const bare = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  return path === bare || path.startsWith(`${bare}/`)
}

/** Routes by host, made once a table. */
export type RouteIndex = ReadonlyMap<string, readonly Route[]>

/** Sorts the routes of each host into the order in which they are tried. */
export function indexRoutes(routes: readonly Route[]): RouteIndex {
  const index = new Map<string, Route[]>()
  for (const route of routes) index.set(route.host, [...(index.get(route.host) ?? []), route])
  const rank = (route: Route): number => (route.isDefault ? 0 : route.match === 'exact' ? 2 : 1)
  // Stable: what came first stays first among equals.
  for (const list of index.values()) list.sort((a, b) => rank(b) - rank(a) || b.path.length - a.path.length)
  return index
}

/** The route of a request, or undefined. `target` is the request's path with its query. */
export function findRoute(index: RouteIndex, host: string, target: string): Route | undefined {
  const path = target.split(/[?#]/, 1)[0] ?? '/'
  const fits = (route: Route): boolean => (route.match === 'exact' ? route.path === path : hasPrefix(path, route.path))
  const own = index.get(host) ?? index.get(wildcardOf(host) ?? '')
  return own?.find(fits) ?? index.get('')?.find((route) => fits(route) && (own === undefined || route.isDefault))
}

/** The certificate for a name: one for exactly it, then one for its wildcard. */
export function findCertificate(certificates: readonly ServedCertificate[], host: string): ServedCertificate | undefined {
  const wildcard = wildcardOf(host)
  return certificates.find(({ hosts }) => hosts.includes(host)) ?? certificates.find(({ hosts }) => wildcard !== undefined && hosts.includes(wildcard))
}
