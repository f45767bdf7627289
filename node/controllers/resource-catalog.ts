// The kinds that the API serves now, custom ones included, by discovery through the client: for controllers that concern
// every kind (namespaces, ownership). It is refreshed when somebody asks and the last answer is old, never by itself.
import type { APIGroupList, APIResourceList, APIVersions } from '../objects/generated/meta-v1.ts'
import type { Clock } from '../base/clock.ts'
import type { Transport } from '../client/types.ts'
import { groupVersion, resourceType, type ResourceType } from '../client/resource-types.ts'

/** Kinds that can be listed, watched and deleted, once each, in the preferred version. */
export interface ResourceCatalog {
  /** What was found last; empty before the first refresh. */
  known(): readonly ResourceType[]
  /** Asks again unless the last answer is younger than `freshForMs`. */
  refresh(freshForMs: number, signal?: AbortSignal): Promise<readonly ResourceType[]>
}

/** A catalog from /api and /apis. */
export function discoveredCatalog(transport: Transport, clock: Clock): ResourceCatalog {
  let found: readonly ResourceType[] = []
  let askedAtMs = Number.NEGATIVE_INFINITY
  return {
    known: () => found,
    refresh: async (freshForMs, signal) => {
      if (clock.bootMs() - askedAtMs < freshForMs) return found
      found = await discover(transport, signal)
      askedAtMs = clock.bootMs()
      return found
    },
  }
}

/** Kinds stored under another group already, which would be seen twice. */
const seenElsewhere = new Set(['events.k8s.io/v1 events'])

async function discover(transport: Transport, signal: AbortSignal | undefined): Promise<readonly ResourceType[]> {
  // Discovery documents have these shapes by the API reference; the transport gives them untyped.
  const core = await transport.send({ method: 'GET', path: '/api' }, signal) as APIVersions
  const groups = await transport.send({ method: 'GET', path: '/apis' }, signal) as APIGroupList
  const places = [
    ...core.versions.map((version) => ({ group: '', version, path: `/api/${version}` })),
    ...groups.groups.flatMap((group) => {
      const version = group.preferredVersion?.version ?? group.versions[0]?.version
      return version === undefined ? [] : [{ group: group.name, version, path: `/apis/${group.name}/${version}` }]
    }),
  ]
  const found: ResourceType[] = []
  for (const place of places) {
    const list = await transport.send({ method: 'GET', path: place.path }, signal) as APIResourceList
    for (const one of list.resources) {
      const isObject = !one.name.includes('/') && ['list', 'watch', 'delete'].every((verb) => one.verbs.includes(verb))
      if (!isObject || seenElsewhere.has(`${groupVersion(place)} ${one.name}`)) continue
      found.push(resourceType(place.group, place.version, one.name, one.kind, one.namespaced))
    }
  }
  return found
}
