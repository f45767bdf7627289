// The older form of a Service's endpoints: one Endpoints object with subsets, ready and not ready addresses apart. Pure.
// Source: Kubernetes API reference, Endpoints. Ending Pods are left out; of too many addresses the first thousand stay.
import type { EndpointAddress, EndpointSubset, Endpoints, Pod, Service } from '../../objects/generated/core-v1.ts'
import { orderedJson, sameJson } from '../../objects/pods/fnv.ts'
import { endpointsPerObject } from '../limits.ts'
import { familiesOf, isHeadless, type PodAddress, podAddresses } from './addresses.ts'

const headlessLabel = 'service.kubernetes.io/headless'
/** Says that the controller made the object, so that a leftover is recognised after its Service is gone. */
export const endpointsManagedByLabel = 'endpoints.kubernetes.io/managed-by'
export const endpointsManagedBy = 'endpoint-controller'
const overCapacity = 'endpoints.kubernetes.io/over-capacity'

export type EndpointsPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'create' | 'update'; readonly endpoints: Endpoints }

/** The change that makes the Service's Endpoints object true. */
export function planEndpoints(service: Service, pods: readonly Pod[], current: Endpoints | undefined): EndpointsPlan {
  const family = familiesOf(service)[0] ?? 'IPv4'
  const addresses = podAddresses(service, pods, family).filter((one) => !one.terminating)
  const subsets = subsetsOf(service, addresses.slice(0, endpointsPerObject))
  const { [headlessLabel]: _, ...ownLabels } = service.metadata.labels ?? {}
  const labels = { ...ownLabels, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}), [endpointsManagedByLabel]: endpointsManagedBy }
  const { name, namespace } = service.metadata
  const { [overCapacity]: __, ...others } = current?.metadata.annotations ?? {}
  const annotations = addresses.length > endpointsPerObject ? { ...others, [overCapacity]: 'truncated' } : others
  if (current === undefined) return { kind: 'create', endpoints: { metadata: { name, namespace, labels, annotations }, subsets } }
  const isSame = sameJson(current.subsets ?? [], subsets) && sameJson(current.metadata.labels ?? {}, labels)
    && sameJson(current.metadata.annotations ?? {}, annotations)
  if (isSame) return { kind: 'none' }
  return { kind: 'update', endpoints: { ...current, metadata: { ...current.metadata, labels, annotations }, subsets } }
}

/** Addresses with the same ports share a subset. */
function subsetsOf(service: Service, addresses: readonly PodAddress[]): readonly EndpointSubset[] {
  const groups = new Map<string, { readonly ports: PodAddress['ports']; readonly ready: EndpointAddress[]; readonly notReady: EndpointAddress[] }>()
  for (const one of addresses) {
    const key = orderedJson(one.ports)
    const group = groups.get(key) ?? { ports: one.ports, ready: [], notReady: [] }
    const address: EndpointAddress = { ip: one.address, nodeName: one.nodeName, hostname: one.hostname, targetRef: one.target }
    if (one.ready) group.ready.push(address)
    else group.notReady.push(address)
    groups.set(key, group)
  }
  const hasPorts = (service.spec?.ports ?? []).length > 0
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, group]) => group.ports.length > 0 || (!hasPorts && isHeadless(service)))
    .map(([, group]) => ({
      addresses: group.ready.length === 0 ? undefined : group.ready,
      notReadyAddresses: group.notReady.length === 0 ? undefined : group.notReady,
      ports: group.ports.map(({ name, protocol, port, appProtocol }) => ({ name: name === '' ? undefined : name, port, protocol, appProtocol })),
    }))
}
