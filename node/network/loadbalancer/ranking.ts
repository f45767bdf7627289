// Which peer answers for a load balancer address. Pure: every peer computes it from what it knows itself, without a word to
// the others. The live peers with an endpoint rank themselves by a hash of their name and the address; the first announces,
// and when it seems gone the next one is the first. Where views differ two may announce for a moment; both serve.
import type { MemberView } from '../../base/views.ts'
import { isOwnBalancer } from '../../objects/load-balancer.ts'
import { fnv32a } from '../../objects/pods/fnv.ts'
import type { Service } from '../../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { endpointsIn } from '../endpoints.ts'

export interface RankingInput {
  readonly services: readonly Service[]
  /** EndpointSlices of a Service, by `namespace/name`. */
  readonly slicesOf: (key: string) => readonly EndpointSlice[]
  readonly members: readonly MemberView[]
  /** Name of this node. */
  readonly self: string
  /** Node name by node address, for endpoints that name no node; its names are all the nodes. */
  readonly nodeByAddress: ReadonlyMap<string, string>
}

/** The names in the order in which they answer for the address. */
export function ranked(address: string, names: Iterable<string>): readonly string[] {
  const places = [...new Set(names)].map((name) => ({ name, place: fnv32a(`${name}/${address}`) }))
  return places.sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
}

/** Nodes of the Service's ready endpoints. */
function nodesOf(slices: readonly EndpointSlice[], nodeByAddress: ReadonlyMap<string, string>): readonly string[] {
  return slices.flatMap((slice) =>
    endpointsIn(slice)
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap((endpoint) => endpoint.nodeName ?? nodeByAddress.get(endpoint.addresses[0] ?? '') ?? []),
  )
}

/** The addresses that this node answers for now, sorted. */
export function heldAddresses(input: RankingInput): readonly string[] {
  const alive = new Set(input.members.filter((member) => member.state === 'alive').map((member) => member.name)).add(input.self)
  const liveNodes = [...input.nodeByAddress.values()].filter((name) => alive.has(name))
  const held = new Set<string>()
  for (const service of input.services) {
    if (!isOwnBalancer(service.spec?.type, service.spec?.loadBalancerClass)) continue
    const key = `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`
    const serving = nodesOf(input.slicesOf(key), input.nodeByAddress).filter((name) => alive.has(name))
    for (const { ip } of service.status?.loadBalancer?.ingress ?? []) {
      // Nobody has an endpoint: somebody still says so to clients, by refusing.
      if (ip !== undefined && ip !== '' && ranked(ip, serving.length > 0 ? serving : liveNodes)[0] === input.self) held.add(ip)
    }
  }
  return [...held].sort()
}
