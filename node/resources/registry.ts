// The list of the kinds that are served from declarations. To add a kind is to add its file and a line here.
// Custom resources are not in it: their declarations are objects of the cluster.
import { addressPools } from './address-pool.ts'
import { clusterRoleBindings } from './cluster-role-binding.ts'
import { clusterRoles } from './cluster-role.ts'
import { configMaps } from './config-map.ts'
import { controllerRevisions } from './controller-revision.ts'
import { cronJobs } from './cron-job.ts'
import { customResourceDefinitions } from './custom-resource-definition.ts'
import { daemonSets } from './daemon-set.ts'
import { deployments } from './deployment.ts'
import { endpoints } from './endpoints.ts'
import { endpointSlices } from './endpoint-slice.ts'
import { events, newEvents } from './event.ts'
import { jobs } from './job.ts'
import { firstHorizontalPodAutoscalers } from './horizontal-pod-autoscaler-v1.ts'
import { horizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts'
import { ingressClasses } from './ingress-class.ts'
import { ingresses } from './ingress.ts'
import { leases } from './lease.ts'
import { namespaces } from './namespace.ts'
import { nodes } from './node.ts'
import { persistentVolumeClaims } from './persistent-volume-claim.ts'
import { persistentVolumes } from './persistent-volume.ts'
import { pods } from './pod/pod.ts'
import { podDisruptionBudgets } from './pod-disruption-budget.ts'
import { priorityClasses } from './priority-class.ts'
import { replicaSets } from './replica-set.ts'
import { roleBindings } from './role-binding.ts'
import { roles } from './role.ts'
import { secrets } from './secret.ts'
import { serviceAccounts } from './service-account.ts'
import { services } from './service.ts'
import { statefulSets } from './stateful-set.ts'
import { storageClasses } from './storage-class.ts'
import type { ResourceDefinition } from './types.ts'

/** All kinds, in the order in which discovery shows them. */
export const resources: readonly ResourceDefinition[] = [
  configMaps, endpoints, events, namespaces, nodes, persistentVolumeClaims, persistentVolumes, pods, secrets, serviceAccounts, services,
  customResourceDefinitions,
  controllerRevisions, daemonSets, deployments, replicaSets, statefulSets,
  cronJobs, jobs,
  horizontalPodAutoscalers, firstHorizontalPodAutoscalers,
  leases,
  endpointSlices,
  newEvents,
  podDisruptionBudgets,
  ingressClasses, ingresses,
  clusterRoleBindings, clusterRoles, roleBindings, roles,
  priorityClasses,
  storageClasses,
  addressPools,
]

const byName = new Map(resources.map((definition) => [`${definition.group}/${definition.version}/${definition.resource}`, definition]))
const byKind = new Map(resources.map((definition) => [`${definition.group}/${definition.version}/${definition.kind}`, definition]))

/** The kind served under that resource name (`apps`, `v1`, `deployments`; the group is empty for core), or undefined. */
export const resourceByName = (group: string, version: string, resource: string): ResourceDefinition | undefined => byName.get(`${group}/${version}/${resource}`)

/** The kind of that name (`apps`, `v1`, `Deployment`), or undefined. */
export const resourceByKind = (group: string, version: string, kind: string): ResourceDefinition | undefined => byKind.get(`${group}/${version}/${kind}`)
