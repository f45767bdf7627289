// Answers questions about the cluster's own zone from this peer's copy of Services and endpoints. Pure: a question and a
// view of the objects in, records out. The names are those of the Kubernetes DNS specification 1.1.0.
import type { Service } from '../../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { endpointsIn } from '../../objects/endpoints.ts'

export type DnsRecord =
  | { readonly type: 'A'; readonly name: string; readonly data: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly name: string; readonly data: string }
  | { readonly type: 'SRV'; readonly name: string; readonly data: { readonly target: string; readonly port: number; readonly priority: number; readonly weight: number } }

/** What the zone is answered from. */
export interface ZoneView {
  readonly domain: string
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, name: string): readonly EndpointSlice[]
  hasNamespace(namespace: string): boolean
  /** The Service with this cluster IP. */
  serviceByAddress(address: string): Service | undefined
  /** Endpoints with this address that have a name of their own: host name, Service and namespace. */
  namedEndpoint(address: string): { readonly hostname: string; readonly service: string; readonly namespace: string } | undefined
  /** What is left of some endpoints when those of suspected peers are taken away. */
  trusted<E extends { readonly node: string }>(endpoints: readonly E[]): readonly E[]
}

/** `outside`: not ours, to be forwarded. `missing`: the name does not exist. Found may be empty: the name has no such record. */
export type ZoneAnswer = { readonly kind: 'outside' } | { readonly kind: 'missing' } | { readonly kind: 'found'; readonly records: readonly DnsRecord[]; readonly additional: readonly DnsRecord[] }

const found = (records: readonly DnsRecord[], additional: readonly DnsRecord[] = []): ZoneAnswer => ({ kind: 'found', records, additional })
const missing: ZoneAnswer = { kind: 'missing' }

interface NamedAddress {
  readonly hostname: string
  readonly address: string
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

const dashed = (address: string): string => address.replaceAll('.', '-')

/** Addresses of a headless Service: ready ones (or all that are published), those of suspected peers subtracted. */
function endpointsOf(view: ZoneView, service: Service): readonly NamedAddress[] {
  const namespace = service.metadata.namespace ?? ''
  const all = view.slices(namespace, service.metadata.name ?? '').flatMap((slice) =>
    slice.addressType !== 'IPv4'
      ? []
      : endpointsIn(slice)
          .filter((endpoint) => endpoint.conditions?.ready !== false || service.spec?.publishNotReadyAddresses === true)
          .flatMap((endpoint) =>
            endpoint.addresses.map((address) => ({
              node: endpoint.nodeName ?? '',
              hostname: endpoint.hostname ?? dashed(address),
              address,
              ports: (slice.ports ?? []).map((port) => ({ name: port.name ?? '', protocol: (port.protocol ?? 'TCP').toLowerCase(), port: port.port ?? 0 })),
            })),
          ),
  )
  return view.trusted(all)
}

const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None'

function serviceRecords(view: ZoneView, service: Service, name: string, type: string): ZoneAnswer {
  if (service.spec?.type === 'ExternalName') return found([{ type: 'CNAME', name, data: service.spec.externalName ?? '' }])
  if (type !== 'A') return found([])
  if (!isHeadless(service)) {
    const address = service.spec?.clusterIP
    return address === undefined || address.includes(':') || address === '' ? found([]) : found([{ type: 'A', name, data: address }])
  }
  return found(endpointsOf(view, service).map(({ address }) => ({ type: 'A', name, data: address })))
}

function portRecords(view: ZoneView, service: Service, name: string, wanted: { readonly port: string; readonly protocol: string }, base: string): ZoneAnswer {
  if (isHeadless(service)) {
    const targets = endpointsOf(view, service).flatMap((endpoint) =>
      endpoint.ports.filter((port) => port.name === wanted.port && port.protocol === wanted.protocol).map((port) => ({ target: `${endpoint.hostname}.${base}`, port: port.port, address: endpoint.address })),
    )
    if (targets.length === 0) return missing
    return found(
      targets.map(({ target, port }) => ({ type: 'SRV', name, data: { target, port, priority: 0, weight: Math.max(1, Math.floor(100 / targets.length)) } })),
      targets.map(({ target, address }) => ({ type: 'A', name: target, data: address })),
    )
  }
  const port = service.spec?.ports?.find((candidate) => (candidate.name ?? '') === wanted.port && (candidate.protocol ?? 'TCP').toLowerCase() === wanted.protocol)
  const address = service.spec?.clusterIP
  if (port === undefined || address === undefined) return missing
  return found([{ type: 'SRV', name, data: { target: base, port: port.port, priority: 0, weight: 100 } }], [{ type: 'A', name: base, data: address }])
}

/** Questions below `svc.<domain>`; `labels` lie left of `svc`, nearest last. */
function answerService(view: ZoneView, name: string, type: string, labels: readonly string[]): ZoneAnswer {
  const namespace = labels.at(-1)
  if (namespace === undefined) return found([])
  if (!view.hasNamespace(namespace)) return missing
  const serviceName = labels.at(-2)
  if (serviceName === undefined) return found([])
  const service = view.service(namespace, serviceName)
  if (service === undefined) return missing
  const base = `${serviceName}.${namespace}.svc.${view.domain}`
  const rest = labels.slice(0, -2)
  if (rest.length === 0) return serviceRecords(view, service, name, type)
  const [first = '', second = ''] = rest
  if (rest.length === 2 && first.startsWith('_') && second.startsWith('_')) {
    const answer = portRecords(view, service, name, { port: first.slice(1), protocol: second.slice(1) }, base)
    return answer.kind === 'found' && type !== 'SRV' ? found([]) : answer
  }
  if (rest.length === 1 && isHeadless(service)) {
    const own = endpointsOf(view, service).filter((endpoint) => endpoint.hostname === first)
    if (own.length === 0) return missing
    return found(type === 'A' ? own.map(({ address }) => ({ type: 'A', name, data: address })) : [])
  }
  return missing
}

function answerReverse(view: ZoneView, name: string): ZoneAnswer {
  const address = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.')
  const service = view.serviceByAddress(address)
  if (service !== undefined) {
    return found([{ type: 'PTR', name, data: `${service.metadata.name ?? ''}.${service.metadata.namespace ?? ''}.svc.${view.domain}` }])
  }
  const endpoint = view.namedEndpoint(address)
  if (endpoint !== undefined) return found([{ type: 'PTR', name, data: `${endpoint.hostname}.${endpoint.service}.${endpoint.namespace}.svc.${view.domain}` }])
  return { kind: 'outside' }
}

/** The answer to one question. Names come without the last dot, in any case. */
export function answer(view: ZoneView, question: { readonly name: string; readonly type: string }): ZoneAnswer {
  const name = question.name.toLowerCase()
  if (name.endsWith('.in-addr.arpa')) return answerReverse(view, name)
  if (name !== view.domain && !name.endsWith(`.${view.domain}`)) return { kind: 'outside' }
  const labels = name.slice(0, -view.domain.length).split('.').filter((label) => label !== '')
  const kind = labels.at(-1)
  if (kind === undefined) return found([])
  if (kind === 'svc') return answerService(view, question.name, question.type, labels.slice(0, -1))
  if (kind === 'pod') {
    const [address = '', namespace = ''] = labels
    if (labels.length !== 3 || !view.hasNamespace(namespace) || !/^\d+-\d+-\d+-\d+$/.test(address)) return missing
    return found(question.type === 'A' ? [{ type: 'A', name: question.name, data: address.replaceAll('-', '.') }] : [])
  }
  return missing
}
