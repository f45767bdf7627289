// Which EndpointSlices a Service should have, as changes to those that it has. Endpoints stay in their slice as long as they
// can, so that a change of one Pod rewrites one slice, however many there are. Pure.
// Source: Kubernetes concepts, EndpointSlices (labels, at most 100 endpoints, distribution).
import type { Node, Pod, Service } from '../../objects/generated/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { nameSuffix, orderedJson, sameJson } from '../../objects/pods/fnv.ts'
import { endpointsPerSlice } from '../limits.ts'
import { familiesOf, type Family, isHeadless, type PodAddress, podAddresses, type ResolvedPort } from './addresses.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const managedBy = 'endpointslice-controller.k8s.io'
const headlessLabel = 'service.kubernetes.io/headless'

export interface SlicesView {
  readonly service: Service
  readonly pods: readonly Pod[]
  /** For zones. */
  readonly node: (name: string) => Node | undefined
  /** The Service's slices that this controller manages. */
  readonly slices: readonly EndpointSlice[]
}

export interface SlicesPlan {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly delete: readonly EndpointSlice[]
}

type Group = { readonly family: Family; readonly ports: readonly ResolvedPort[]; readonly endpoints: Endpoint[] }

/** The changes that make the slices true. */
export function planSlices(view: SlicesView): SlicesPlan {
  const groups = groupsOf(view)
  const plan = { create: [] as EndpointSlice[], update: [] as EndpointSlice[], delete: [] as EndpointSlice[] }
  const labels = sliceLabels(view.service)
  const left = new Set(view.slices)
  for (const [key, group] of groups) {
    const mine = view.slices.filter((slice) => keyOfSlice(slice) === key)
    mine.forEach((slice) => left.delete(slice))
    planGroup(view, group, mine, labels, plan)
  }
  plan.delete.push(...left)
  return plan
}

/** Endpoints by family and ports. A family without any still has one slice, empty: the Service is known to have none. */
function groupsOf(view: SlicesView): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const family of familiesOf(view.service)) {
    const addresses = podAddresses(view.service, view.pods, family)
    if (addresses.length === 0) groups.set(keyOf(family, []), { family, ports: [], endpoints: [] })
    for (const address of addresses) {
      const key = keyOf(family, address.ports)
      const group = groups.get(key) ?? { family, ports: address.ports, endpoints: [] }
      group.endpoints.push(endpointOf(address, view.node))
      groups.set(key, group)
    }
  }
  return groups
}

function planGroup(view: SlicesView, group: Group, slices: readonly EndpointSlice[], labels: { readonly [key: string]: string }, plan: { readonly create: EndpointSlice[]; readonly update: EndpointSlice[]; readonly delete: EndpointSlice[] }): void {
  const wanted = new Map(group.endpoints.map((endpoint) => [targetOf(endpoint), endpoint]))
  const contents = slices.map((slice) => {
    const kept: Endpoint[] = []
    for (const endpoint of slice.endpoints ?? []) {
      const next = wanted.get(targetOf(endpoint))
      if (next === undefined || kept.length >= endpointsPerSlice) continue
      wanted.delete(targetOf(endpoint))
      kept.push(next)
    }
    return { slice, kept }
  })
  const rest = [...wanted.values()]
  for (const { kept } of contents) {
    while (kept.length < endpointsPerSlice && rest.length > 0) kept.push(...rest.splice(0, 1))
  }
  contents.forEach(({ slice, kept }, number) => {
    // One slice of an empty group stays, the others go.
    if (kept.length === 0 && (group.endpoints.length > 0 || number > 0)) plan.delete.push(slice)
    else if (!sameJson(slice.endpoints ?? [], kept) || !sameJson(slice.metadata.labels ?? {}, labels)) {
      plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints: kept })
    }
  })
  const takenNames = new Set(view.slices.map((slice) => slice.metadata.name))
  while (rest.length > 0 || (group.endpoints.length === 0 && contents.length === 0 && rest.length === 0)) {
    const slice = newSlice(view.service, group, rest.splice(0, endpointsPerSlice), labels, takenNames)
    takenNames.add(slice.metadata.name)
    plan.create.push(slice)
    if (rest.length === 0) break
  }
}

function newSlice(service: Service, group: Group, endpoints: readonly Endpoint[], labels: { readonly [key: string]: string }, taken: ReadonlySet<string | undefined>): EndpointSlice {
  const { name = '', namespace, uid = '' } = service.metadata
  // Fixed by the Service and the group, so that a create whose answer was lost meets itself.
  let number = 0
  const next = (): string => `${name}-${nameSuffix(`${uid} ${keyOf(group.family, group.ports)} ${number++}`, 5)}`
  let sliceName = next()
  while (taken.has(sliceName)) sliceName = next()
  return {
    metadata: {
      name: sliceName, namespace, generateName: `${name}-`, labels,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType: group.family,
    endpoints,
    ports: group.ports.map(({ name: portName, protocol, port, appProtocol }) => ({ name: portName, protocol, port, appProtocol })),
  }
}

function sliceLabels(service: Service): { readonly [key: string]: string } {
  const { [headlessLabel]: _, ...own } = service.metadata.labels ?? {}
  const headless = isHeadless(service) ? { [headlessLabel]: '' } : {}
  return { ...own, ...headless, [serviceNameLabel]: service.metadata.name ?? '', [managedByLabel]: managedBy }
}

function endpointOf(address: PodAddress, node: (name: string) => Node | undefined): Endpoint {
  const zone = address.nodeName === undefined ? undefined : node(address.nodeName)?.metadata.labels?.['topology.kubernetes.io/zone']
  const { ready, serving, terminating, nodeName, hostname, target } = address
  return { addresses: [address.address], conditions: { ready, serving, terminating }, hostname, nodeName, targetRef: target, zone }
}

/** Who an endpoint is: its Pod and address. */
const targetOf = (endpoint: Endpoint): string => `${endpoint.targetRef?.uid ?? ''} ${endpoint.addresses[0] ?? ''}`

function keyOf(family: string, ports: readonly ResolvedPort[]): string {
  const plain = ports.map(({ name, protocol, port, appProtocol }) => ({ name, protocol, port, appProtocol }))
  return `${family} ${orderedJson(plain.sort((a, b) => (orderedJson(a) < orderedJson(b) ? -1 : 1)))}`
}

function keyOfSlice(slice: EndpointSlice): string {
  return keyOf(slice.addressType, (slice.ports ?? []).map((one) => ({ name: one.name ?? '', protocol: one.protocol ?? 'TCP', port: one.port ?? 0, appProtocol: one.appProtocol })))
}
