// What the proxy should do, computed from Services, EndpointSlices and soft membership: a list of frontends, each with its
// backends. Pure. Suspected peers' endpoints are subtracted; where that would leave nothing, nothing is (fail open). A peer
// that suspects more than half of the others may be the odd one: it trusts its suspicion only as far as its own endpoints go.
import type { Service, ServicePort } from '../../objects/generated/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import type { MemberView } from '../../base/views.ts'
import { addressRange, addressText } from '../../objects/address-ranges.ts'
import { endpointsIn } from '../../objects/endpoints.ts'

/** Kubernetes API reference, ClientIPConfig: three hours. */
const defaultStickySeconds = 10_800

export type Protocol = 'tcp' | 'udp' | 'sctp'

/** Where a connection arrives. `node` means any address of this machine. */
export interface Frontend {
  readonly address: string | 'node'
  readonly protocol: Protocol
  readonly port: number
}

export interface Backend {
  readonly address: string
  readonly port: number
}

export interface Rule {
  readonly frontend: Frontend
  /** Empty: connections are refused. Sorted, so that equal sets make equal rules. */
  readonly backends: readonly Backend[]
  /** Connections of one client go to one backend until it has made none for so long; undefined: each goes anywhere. */
  readonly stickySeconds: number | undefined
  /** Only clients of these IPv4 networks may connect; undefined: all may. */
  readonly sources?: readonly string[] | undefined
}

/** A port that a Pod of this node wants on the node itself. */
export interface HostPortRule {
  readonly protocol: Protocol
  readonly hostPort: number
  readonly backend: Backend
}

export interface ProxyInput {
  readonly services: readonly Service[]
  /** EndpointSlices of a Service, by `namespace/name`. */
  readonly slicesOf: (key: string) => readonly EndpointSlice[]
  readonly members: readonly MemberView[]
  /** Name of this node. */
  readonly self: string
  /** Node name by node address, for endpoints that name no node. */
  readonly nodeByAddress: ReadonlyMap<string, string>
  readonly hostPorts: readonly HostPortRule[]
}

/** Whose endpoints are out for now. */
export interface Suspension {
  readonly nodes: ReadonlySet<string>
  /** More than half of the others are suspected: this peer may be the one that is cut off. */
  readonly odd: boolean
}

/** What the members' states take away, as seen from the node `self`. */
export function suspension(members: readonly MemberView[], self: string): Suspension {
  const others = members.filter((member) => member.name !== self)
  const out = others.filter((member) => member.state !== 'alive')
  return { nodes: new Set(out.map((member) => member.name)), odd: out.length * 2 > others.length && others.length > 1 }
}

/** What is left of some endpoints: those of trusted nodes, or all of them where nothing (or, for the odd one, nothing local) would be. */
export function trusted<E extends { readonly node: string }>(all: readonly E[], { nodes, odd }: Suspension, self: string): readonly E[] {
  const left = all.filter((endpoint) => !nodes.has(endpoint.node))
  const enough = odd ? left.some((endpoint) => endpoint.node === self) : left.length > 0
  return enough ? left : all
}

/** A protocol as the API names it. */
export const protocolOf = (name: string | undefined): Protocol => (name === 'UDP' ? 'udp' : name === 'SCTP' ? 'sctp' : 'tcp')

interface Candidate {
  readonly backend: Backend
  readonly node: string
  readonly ready: boolean
  readonly serving: boolean
}

function candidates(port: ServicePort, slices: readonly EndpointSlice[], nodeByAddress: ReadonlyMap<string, string>): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    const target = (slice.ports ?? []).find((p) => (p.name ?? '') === (port.name ?? '') && protocolOf(p.protocol) === protocolOf(port.protocol))
    if (target?.port === undefined) continue
    for (const endpoint of endpointsIn(slice)) {
      const address = endpoint.addresses[0]
      if (address === undefined) continue
      const node = endpoint.nodeName ?? nodeByAddress.get(address) ?? ''
      found.set(`${address}:${target.port}`, { backend: { address, port: target.port }, node, ...conditions(endpoint) })
    }
  }
  return [...found.values()]
}

const conditions = (endpoint: Endpoint): { readonly ready: boolean; readonly serving: boolean } => ({
  ready: endpoint.conditions?.ready !== false,
  serving: endpoint.conditions?.serving !== false && endpoint.conditions?.terminating === true,
})

/** Ready ones; where there are none, those that end but still serve (as kube-proxy does); suspended nodes subtracted unless nothing is left. */
function choose(all: readonly Candidate[], out: Suspension, self: string): readonly Backend[] {
  const ready = all.filter((c) => c.ready)
  const usable = ready.length > 0 ? ready : all.filter((c) => c.serving)
  return trusted(usable, out, self)
    .map((c) => c.backend)
    .sort((a, b) => (a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1))
}

/** Where a connection to a port of the Service may go now, from anywhere in the cluster: what Ingress shares with the proxy. */
export function servingBackends(service: Service, port: ServicePort, input: Pick<ProxyInput, 'slicesOf' | 'members' | 'self' | 'nodeByAddress'>): readonly Backend[] {
  const key = `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`
  return choose(candidates(port, input.slicesOf(key), input.nodeByAddress), suspension(input.members, input.self), input.self)
}

const isIPv4 = (address: string | undefined): address is string => address !== undefined && /^\d+\.\d+\.\d+\.\d+$/.test(address)

/** Networks that lie in no other of them, since nft takes no overlapping ones; undefined when everybody may come. */
function sourcesOf(service: Service): readonly string[] | undefined {
  const texts = (service.spec?.loadBalancerSourceRanges ?? []).map((text) => text.trim())
  if (texts.length === 0) return undefined
  const ranges = texts.flatMap((text) => addressRange(text) ?? [])
  const widest = ranges.filter((range, at) => !ranges.some((other, i) => i !== at && other.first <= range.first && range.last <= other.last && (i < at || other.first !== range.first || other.last !== range.last)))
  if (widest.some((range) => range.first === 0 && range.last === 2 ** 32 - 1)) return undefined
  return widest.map(({ first, last }) => (first === last ? addressText(first) : `${addressText(first)}-${addressText(last)}`)).sort()
}

function rulesOf(service: Service, port: ServicePort, input: ProxyInput, out: Suspension): readonly Rule[] {
  const spec = service.spec
  const key = `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`
  const all = candidates(port, input.slicesOf(key), input.nodeByAddress)
  const local = all.filter((c) => c.node === input.self)
  const inner = choose(spec?.internalTrafficPolicy === 'Local' ? local : all, out, input.self)
  const outer = choose(spec?.externalTrafficPolicy === 'Local' ? local : all, out, input.self)
  const protocol = protocolOf(port.protocol)
  const stickySeconds = spec?.sessionAffinity === 'ClientIP' ? spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultStickySeconds : undefined
  const rules: Rule[] = []
  for (const address of spec?.clusterIPs ?? [spec?.clusterIP]) {
    if (isIPv4(address)) rules.push({ frontend: { address, protocol, port: port.port }, backends: inner, stickySeconds })
  }
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) {
    if (isIPv4(ingress.ip)) rules.push({ frontend: { address: ingress.ip, protocol, port: port.port }, backends: outer, stickySeconds, sources: sourcesOf(service) })
  }
  if (port.nodePort !== undefined && port.nodePort > 0) rules.push({ frontend: { address: 'node', protocol, port: port.nodePort }, backends: outer, stickySeconds })
  return rules
}

/** Every rule of a Service. */
function serviceRules(service: Service, input: ProxyInput, out: Suspension): readonly Rule[] {
  if (service.spec?.type === 'ExternalName') return []
  return (service.spec?.ports ?? []).flatMap((port) => rulesOf(service, port, input, out))
}

const hostPortRules = ({ hostPorts }: ProxyInput): readonly Rule[] =>
  hostPorts.map(({ protocol, hostPort, backend }): Rule => ({ frontend: { address: 'node', protocol, port: hostPort }, backends: [backend], stickySeconds: undefined }))

/** Every rule that should be in force now. */
export function proxyModel(input: ProxyInput): readonly Rule[] {
  const out = suspension(input.members, input.self)
  return [...input.services.flatMap((service) => serviceRules(service, input, out)), ...hostPortRules(input)]
}

/** A Service that changed, or whose EndpointSlices did: what it is now, or that it is gone. */
export interface TouchedService {
  /** `namespace/name`. */
  readonly key: string
  readonly service: Service | undefined
}

/** The model over time: the rules of a Service that was not touched are the same objects as before. */
export class ProxyModel {
  /** Rules by Service, in the order of the Services. */
  #known = new Map<string, readonly Rule[]>()
  /** What else rules depend on: who is suspected, and the addresses of Nodes. */
  #world = ''

  /** As proxyModel. `touched` names every Service that is another than at the last call, or has other EndpointSlices. */
  next(input: ProxyInput, touched: readonly TouchedService[]): readonly Rule[] {
    const out = suspension(input.members, input.self)
    const world = JSON.stringify([input.self, [...out.nodes].sort(), out.odd, [...input.nodeByAddress]])
    if (world === this.#world) {
      for (const { key, service } of touched) {
        if (service === undefined) this.#known.delete(key)
        else this.#known.set(key, serviceRules(service, input, out))
      }
    } else {
      this.#world = world
      this.#known = new Map(input.services.map((service) => [`${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`, serviceRules(service, input, out)]))
    }
    return [...[...this.#known.values()].flat(), ...hostPortRules(input)]
  }
}
