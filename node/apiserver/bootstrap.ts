// The objects that every cluster begins with: namespaces, roles and bindings, priority classes and the Services of the API
// itself; and the plan of those Services' endpoints, which are the peers. Whoever holds the controllers' work runs it.
// Source: Kubernetes' own bootstrap (names and rules), and KEP-2843 for the label of slices that the server manages.
import { defaultClassAnnotation, ownIngressClass, ownIngressController } from '../objects/ingress-class.ts'
import type { Endpoints } from '../objects/generated/core-v1.ts'
import type { EndpointSlice } from '../objects/generated/discovery-v1.ts'
import type { JsonObject } from '../objects/json.ts'
import { isAlreadyExists, isNotFound } from '../client/errors.ts'
import type { Transport } from '../client/types.ts'
import { bootstrapPolicy } from '../identity/bootstrap-policy.ts'
import { stringIn } from '../objects/access.ts'
import { bootstrapFailed } from './errors.ts'

/** The Service by which Pods reach the API. */
export const apiService = { namespace: 'default', name: 'kubernetes' } as const

/** Its address when the Service network is 10.96.0.0/16. */
export const apiServiceAddress = '10.96.0.1'

/**
 * The Service by which clients outside reach the API of whichever peer lives. It is made when there is an address pool. People may
 * ask for an address in its spec, or make it a ClusterIP Service to have none.
 */
export const apiBalancer = { namespace: 'kube-system', name: 'shoal-api' } as const

/** Where kubectl looks for an API by habit, whatever port the peers listen on. */
const apiBalancerPort = 6443

/** How many objects are made at once. */
const together = 16

const namespace = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } })

const priorityClass = (name: string, value: number): JsonObject => ({
  apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, preemptionPolicy: 'PreemptLowerPriority',
})

/** All of them, in an order in which they can be made. `port` is the API's. */
export function bootstrapObjects(port: number): readonly JsonObject[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(namespace),
    ...bootstrapPolicy(),
    priorityClass('system-cluster-critical', 2_000_000_000),
    priorityClass('system-node-critical', 2_000_001_000),
    {
      apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass',
      metadata: { name: ownIngressClass, annotations: { [defaultClassAnnotation]: 'true' } }, spec: { controller: ownIngressController },
    },
    {
      apiVersion: 'v1', kind: 'Service',
      metadata: { ...apiService, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP', clusterIP: apiServiceAddress, clusterIPs: [apiServiceAddress], sessionAffinity: 'None', ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
      },
    },
  ]
}

const balancerService = (port: number): JsonObject => ({
  apiVersion: 'v1', kind: 'Service',
  metadata: { ...apiBalancer, labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    // Each peer answers itself: a connection lives as long as the peer that announces the address, and depends on no other.
    type: 'LoadBalancer', externalTrafficPolicy: 'Local', allocateLoadBalancerNodePorts: false, ports: [{ name: 'https', port: apiBalancerPort, protocol: 'TCP', targetPort: port }],
  },
})

/** Makes the Service for clients outside if it is missing; `port` is the API's. Throws `bootstrapFailed`. */
export const makeApiBalancer = (transport: Transport, port: number, signal?: AbortSignal): Promise<void> => create(transport, balancerService(port), signal)

const resources: { readonly [kind: string]: string } = {
  Namespace: 'namespaces', ClusterRole: 'clusterroles', ClusterRoleBinding: 'clusterrolebindings', Role: 'roles', RoleBinding: 'rolebindings',
  PriorityClass: 'priorityclasses', IngressClass: 'ingressclasses', Service: 'services',
}

/** The path at which objects like this one are created. */
export function collectionPath(object: JsonObject): string {
  const apiVersion = stringIn(object, 'apiVersion')
  const inNamespace = stringIn(object, 'metadata', 'namespace')
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${root}${inNamespace === '' ? '' : `/namespaces/${inNamespace}`}/${resources[stringIn(object, 'kind')] ?? ''}`
}

/** Makes what is missing; safe to run again and by several peers at once. Throws `bootstrapFailed` for the first that fails. */
export async function bootstrapCluster(transport: Transport, port: number, signal?: AbortSignal): Promise<void> {
  const objects = bootstrapObjects(port)
  const first = objects.filter((object) => object['kind'] === 'Namespace')
  const rest = objects.filter((object) => object['kind'] !== 'Namespace')
  for (const object of first) await create(transport, object, signal)
  const worker = async (): Promise<void> => {
    for (let object = rest.shift(); object !== undefined; object = rest.shift()) await create(transport, object, signal)
  }
  await Promise.all(Array.from({ length: together }, worker))
}

async function create(transport: Transport, object: JsonObject, signal: AbortSignal | undefined): Promise<void> {
  const path = collectionPath(object)
  const name = stringIn(object, 'metadata', 'name')
  try {
    // Asked first: creating a Service anew is refused for its address, which it has itself, before anybody sees its name.
    await transport.send({ method: 'GET', path: `${path}/${encodeURIComponent(name)}` }, signal)
  } catch (error) {
    if (!isNotFound(error)) throw failed(object, error)
    await post(transport, path, object, signal)
  }
}

async function post(transport: Transport, path: string, object: JsonObject, signal: AbortSignal | undefined): Promise<void> {
  try {
    await transport.send({ method: 'POST', path, body: object }, signal)
  } catch (error) {
    if (!isAlreadyExists(error)) throw failed(object, error)
  }
}

const failed = (object: JsonObject, error: unknown): Error =>
  bootstrapFailed.make({ what: `${stringIn(object, 'kind')} ${stringIn(object, 'metadata', 'name')}`, why: error instanceof Error ? error.message : String(error) }, error)

/** What to write so that the API's Services lead to the peers. */
export interface ApiEndpointsPlan {
  readonly endpoints: Endpoints
  /** One for each Service. */
  readonly slices: readonly EndpointSlice[]
}

/** The wanted Endpoints of the Service `kubernetes`, and EndpointSlices: of the Service for clients outside where there is one. Addresses in a fixed order, so that equal sets are equal objects. */
export function planApiEndpoints(addresses: readonly string[], port: number, isBalanced: boolean): ApiEndpointsPlan {
  const sorted = [...new Set(addresses)].sort()
  const ports = [{ name: 'https', port, protocol: 'TCP' }]
  const slice = ({ namespace, name }: { readonly namespace: string; readonly name: string }): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: sorted.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports,
  })
  return {
    endpoints: {
      apiVersion: 'v1', kind: 'Endpoints',
      metadata: { ...apiService, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: sorted.length === 0 ? [] : [{ addresses: sorted.map((ip) => ({ ip })), ports }],
    },
    slices: [apiService, ...(isBalanced ? [apiBalancer] : [])].map(slice),
  }
}
