// From Pods to addresses of a Service: which Pods answer for it, on which port numbers, and whether each is ready.
// EndpointSlices and Endpoints are two ways to write the same down; slices.ts and subsets.ts do that.
// Source: Kubernetes concepts, Service and EndpointSlices (conditions ready, serving, terminating).
import type { ObjectReference, Pod, Service } from '../../objects/generated/core-v1.ts'
import { isPodReady, isPodTerminal } from '../../objects/pods/lifecycle.ts'

/** A port with its number on this Pod. */
export interface ResolvedPort {
  readonly name: string
  readonly protocol: string
  readonly port: number
  readonly appProtocol: string | undefined
}

export interface PodAddress {
  readonly address: string
  readonly ports: readonly ResolvedPort[]
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly nodeName: string | undefined
  readonly hostname: string | undefined
  readonly target: ObjectReference
}

export type Family = 'IPv4' | 'IPv6'

const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')

/** The families of the Service's addresses. */
export function familiesOf(service: Service): readonly Family[] {
  const stated = (service.spec?.ipFamilies ?? []).filter((family): family is Family => family === 'IPv4' || family === 'IPv6')
  return stated.length === 0 ? ['IPv4'] : stated
}

/** A Service whose endpoints are derived from Pods. */
export function hasDerivedEndpoints(service: Service): boolean {
  return service.spec?.type !== 'ExternalName' && service.spec?.selector !== undefined && Object.keys(service.spec.selector).length > 0
}

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None'

/** The addresses of one family, in a fixed order. Pods that ended or have no address yet are left out. */
export function podAddresses(service: Service, pods: readonly Pod[], family: Family): readonly PodAddress[] {
  const found: PodAddress[] = []
  for (const pod of pods) {
    const address = addressOf(pod, family)
    if (address === undefined || isPodTerminal(pod)) continue
    found.push(addressOfPod(service, pod, address))
  }
  return found.sort((a, b) => ((a.target.uid ?? '') < (b.target.uid ?? '') ? -1 : 1))
}

function addressOf(pod: Pod, family: Family): string | undefined {
  const all = pod.status?.podIPs?.map((one) => one.ip) ?? []
  const single = pod.status?.podIP === undefined || pod.status.podIP === '' ? [] : [pod.status.podIP]
  return [...all, ...single].find((address) => familyOf(address) === family)
}

function addressOfPod(service: Service, pod: Pod, address: string): PodAddress {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const publishAll = service.spec?.publishNotReadyAddresses === true
  const isNamed = isHeadless(service) && pod.spec?.hostname !== undefined && pod.spec.hostname !== '' && pod.spec.subdomain === service.metadata.name
  return {
    address, serving, terminating,
    ready: publishAll || (serving && !terminating),
    ports: resolvePorts(service, pod),
    nodeName: pod.spec?.nodeName,
    hostname: isNamed ? pod.spec?.hostname : undefined,
    target: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  }
}

/** Ports of the Service on this Pod; a port whose name the Pod does not have is left out. */
function resolvePorts(service: Service, pod: Pod): readonly ResolvedPort[] {
  const resolved: ResolvedPort[] = []
  for (const wanted of service.spec?.ports ?? []) {
    const protocol = wanted.protocol ?? 'TCP'
    const target = wanted.targetPort ?? wanted.port
    const port = typeof target === 'number' ? target : portByName(pod, target, protocol)
    if (port !== undefined) resolved.push({ name: wanted.name ?? '', protocol, port, appProtocol: wanted.appProtocol })
  }
  return resolved
}

function portByName(pod: Pod, name: string, protocol: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name)
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const port = container.ports?.find((one) => one.name === name && (one.protocol ?? 'TCP') === protocol)
    if (port !== undefined) return port.containerPort
  }
  return undefined
}
