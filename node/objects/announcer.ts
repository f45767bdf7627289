// Which peer answers for a load balancer address, as every peer computes it from its own copy of the state, without a word to
// the others. The peers that may are ranked by a hash of their name and the address, and the first of them answers. One that
// is known to have answered comes before the rank: with every move of an address the connections through it are reset, so a
// Pod that becomes ready elsewhere, or a peer that comes back, is no reason for one. Who answered is an annotation of the
// Service. It is a preference only: nobody waits for it, and when its peer seems gone the rank decides at once.
import type { Service } from './generated/core-v1.ts'
import type { EndpointSlice } from './generated/discovery-v1.ts'
import { endpointsIn } from './endpoints.ts'
import { fnv32a } from './pods/fnv.ts'

/** Annotation of a Service: `<name of the peer>/<address>`, written by the controllers when another peer has begun to answer. */
export const announcedByAnnotation = 'shoal.dev/announced-by'

/** What the annotation says for a peer and an address. */
export const announcedBy = (name: string, address: string): string => `${name}/${address}`

/** The names in the order in which they answer for the address. */
export function ranked(address: string, names: Iterable<string>): readonly string[] {
  const places = [...new Set(names)].map((name) => ({ name, place: fnv32a(`${name}/${address}`) }))
  return places.sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1)).map(({ name }) => name)
}

/** Which of the candidates answers for an address of the Service: the one that did, else the first in rank; undefined without any. */
export function announcerOf(service: Service, address: string, candidates: readonly string[]): string | undefined {
  const said = service.metadata.annotations?.[announcedByAnnotation]
  return candidates.find((name) => said === announcedBy(name, address)) ?? ranked(address, candidates)[0]
}

/** The nodes of ready endpoints. `nodeByAddress` names the node of an endpoint that says none, as those of hosts are. */
export function servingNodes(slices: readonly EndpointSlice[], nodeByAddress: ReadonlyMap<string, string>): readonly string[] {
  return slices.flatMap((slice) =>
    endpointsIn(slice)
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap((endpoint) => endpoint.nodeName ?? nodeByAddress.get(endpoint.addresses[0] ?? '') ?? []),
  )
}
