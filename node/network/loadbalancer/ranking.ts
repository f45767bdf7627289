// Which load balancer addresses this peer answers for. Pure: every peer computes it from what it knows itself. The live peers
// with an endpoint are the candidates (objects/announcer.ts says which of them announces), and when the one that announced
// seems gone, another does at once. Where views differ two may announce for a moment; both serve.
import type { MemberView } from '../../base/views.ts'
import { announcerOf, servingNodes } from '../../objects/announcer.ts'
import { isOwnBalancer } from '../../objects/load-balancer.ts'
import type { Service } from '../../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'

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

/** The addresses that this node answers for now, sorted. */
export function heldAddresses(input: RankingInput): readonly string[] {
  const alive = new Set(input.members.filter((member) => member.state === 'alive').map((member) => member.name)).add(input.self)
  const liveNodes = [...input.nodeByAddress.values()].filter((name) => alive.has(name))
  const held = new Set<string>()
  for (const service of input.services) {
    if (!isOwnBalancer(service.spec?.type, service.spec?.loadBalancerClass)) continue
    const key = `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`
    const serving = servingNodes(input.slicesOf(key), input.nodeByAddress).filter((name) => alive.has(name))
    for (const { ip } of service.status?.loadBalancer?.ingress ?? []) {
      // Nobody has an endpoint: somebody still says so to clients, by refusing.
      if (ip !== undefined && ip !== '' && announcerOf(service, ip, serving.length > 0 ? serving : liveNodes) === input.self) held.add(ip)
    }
  }
  return [...held].sort()
}
