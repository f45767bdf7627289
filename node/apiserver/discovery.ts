// What the server serves, for clients that ask first: groups, versions and resources, in the classic documents and in the
// aggregated ones that kubectl prefers. Everything follows from the kinds that are declared.
// Source: API reference, meta/v1 APIGroupList and APIResourceList; apidiscovery.k8s.io/v2 APIGroupDiscoveryList.
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { Answer } from './call.ts'
import type { Kinds } from './rest.ts'
import { reviews } from './reviews.ts'
import { measuredKinds } from './usage/kinds.ts'
import { noSuchResource } from './status.ts'
import { subresources } from './subresources/registry.ts'

interface Entry {
  readonly name: string
  readonly singular: string
  readonly kind: string
  readonly group: string
  readonly version: string
  /** Of what is exchanged, where it is not the group's own. */
  readonly exchanged?: { readonly group: string; readonly version: string }
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
}

/** All entries of a group and version, subresources among them, by name. */
function entriesOf(kinds: Kinds, group: string, version: string): readonly Entry[] {
  const own = kinds.all.filter((kind) => kind.group === group && kind.version === version).flatMap(entriesOfKind)
  const asked = reviews.filter((review) => review.group === group && review.version === version).map((review): Entry => ({
    name: review.resource, singular: review.singular, kind: review.kind, group, version, namespaced: review.namespaced, verbs: ['create'], shortNames: [], categories: [],
  }))
  const measured = measuredKinds.filter((kind) => kind.group === group && kind.version === version).map((kind): Entry => ({
    name: kind.resource, singular: '', kind: kind.kind, group, version, namespaced: kind.namespaced, verbs: ['get', 'list'], shortNames: [], categories: [],
  }))
  return [...own, ...asked, ...measured].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function entriesOfKind(kind: ResourceDefinition): readonly Entry[] {
  const base = { group: kind.group, version: kind.version, namespaced: kind.namespaced, shortNames: [], categories: [], singular: '' }
  const main: Entry = { ...base, name: kind.resource, singular: kind.singular, kind: kind.kind, verbs: kind.verbs, shortNames: kind.shortNames, categories: kind.categories }
  const views = kind.subresources.map((name): Entry => ({
    ...base, name: `${kind.resource}/${name}`, kind: kind.kind, verbs: name === 'finalize' ? ['update'] : ['get', 'patch', 'update'],
  }))
  const scale: readonly Entry[] = kind.scale === undefined ? [] : [{
    ...base, name: `${kind.resource}/scale`, kind: 'Scale', exchanged: { group: 'autoscaling', version: 'v1' }, verbs: ['get', 'patch', 'update'],
  }]
  const special = subresources.filter((one) => one.group === kind.group && one.resource === kind.resource).map((one): Entry => ({
    ...base, name: `${kind.resource}/${one.subresource}`, kind: one.kind, verbs: one.verbs, ...(one.exchanged === undefined ? {} : { exchanged: one.exchanged }),
  }))
  return [main, ...views, ...scale, ...special]
}

/** Groups with their versions, the preferred one first; the core group is empty. */
export function groupsOf(kinds: Kinds): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const { group, version } of [...kinds.all, ...reviews, ...measuredKinds]) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  for (const versions of groups.values()) versions.sort(newestFirst)
  return groups
}

/** v2 before v1 before v1beta1. */
function newestFirst(a: string, b: string): number {
  const rank = (version: string): number => {
    const [, major = '0', stage = ''] = /^v(\d+)(alpha|beta)?/.exec(version) ?? []
    return Number(major) - (stage === '' ? 0 : stage === 'beta' ? 100 : 200)
  }
  return rank(b) - rank(a)
}

const value = (body: JsonObject): Answer => ({ kind: 'value', code: 200, value: body })

/** The answer to a path below /api and /apis, or undefined when it is not a discovery path. `aggregated` is the wanted form. */
export function discover(kinds: Kinds, path: string, aggregated: string | undefined, serverAddress: string): Answer | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  const [root, second, third] = parts
  const groups = groupsOf(kinds)
  if (root === 'api' && parts.length === 1) {
    if (aggregated !== undefined) return value(aggregatedList(kinds, [''], aggregated))
    return value({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] })
  }
  if (root === 'api' && parts.length === 2) {
    if (second !== 'v1') throw noSuchResource()
    return value(resourceList(kinds, '', 'v1'))
  }
  if (root !== 'apis' || parts.length > 3) return undefined
  const named = [...groups.keys()].filter((group) => group !== '').sort()
  if (second === undefined) {
    if (aggregated !== undefined) return value(aggregatedList(kinds, named, aggregated))
    return value({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map((group) => groupOf(group, groups.get(group) ?? [])) })
  }
  const versions = second === '' ? undefined : groups.get(second)
  if (versions === undefined) return undefined
  if (third === undefined) return value({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(second, versions) })
  if (!versions.includes(third)) throw noSuchResource()
  return value(resourceList(kinds, second, third))
}

function groupOf(name: string, versions: readonly string[]): JsonObject {
  const shown = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: shown, preferredVersion: shown[0] }
}

function resourceList(kinds: Kinds, group: string, version: string): JsonObject {
  const resources = entriesOf(kinds, group, version).map((entry): JsonObject => ({
    name: entry.name, singularName: entry.singular, namespaced: entry.namespaced,
    ...(entry.exchanged === undefined ? {} : { group: entry.exchanged.group, version: entry.exchanged.version }),
    kind: entry.kind, verbs: entry.verbs,
    ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }),
    ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
  }))
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group === '' ? version : `${group}/${version}`, resources }
}

function aggregatedList(kinds: Kinds, groups: readonly string[], form: string): JsonObject {
  const all = groupsOf(kinds)
  const items = groups.map((group): JsonObject => ({
    metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
    versions: (all.get(group) ?? []).map((version): JsonObject => ({ version, resources: aggregatedResources(entriesOf(kinds, group, version)), freshness: 'Current' })),
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${form}`, metadata: {}, items }
}

function aggregatedResources(entries: readonly Entry[]): readonly JsonObject[] {
  const typeOf = (entry: Entry): JsonObject => ({ group: (entry.exchanged ?? entry).group, version: (entry.exchanged ?? entry).version, kind: entry.kind })
  return entries.filter((entry) => !entry.name.includes('/')).map((entry) => {
    const below = entries.filter((other) => other.name.startsWith(`${entry.name}/`))
    return {
      resource: entry.name, responseKind: typeOf(entry), scope: entry.namespaced ? 'Namespaced' : 'Cluster', singularResource: entry.singular, verbs: entry.verbs,
      ...(entry.shortNames.length === 0 ? {} : { shortNames: entry.shortNames }),
      ...(entry.categories.length === 0 ? {} : { categories: entry.categories }),
      ...(below.length === 0 ? {} : {
        subresources: below.map((other) => ({ subresource: other.name.slice(entry.name.length + 1), responseKind: typeOf(other), verbs: other.verbs })),
      }),
    }
  })
}
