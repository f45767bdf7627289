// The kinds that the daemon's own parts read and write, each with its TypeScript type: the key to the typed client.
// Names only; what a kind means is declared in node/resources.
import type {
  ConfigMap, Endpoints, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service, ServiceAccount,
} from '../objects/generated/core-v1.ts'
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../objects/generated/apps-v1.ts'
import type { CronJob, Job } from '../objects/generated/batch-v1.ts'
import type { HorizontalPodAutoscaler } from '../objects/generated/autoscaling-v2.ts'
import type { Lease } from '../objects/generated/coordination-v1.ts'
import type { EndpointSlice } from '../objects/generated/discovery-v1.ts'
import type { PodDisruptionBudget } from '../objects/generated/policy-v1.ts'
import type { Ingress, IngressClass } from '../objects/generated/networking-v1.ts'
import type { ClusterRole } from '../objects/generated/rbac-v1.ts'
import type { PriorityClass } from '../objects/generated/scheduling-v1.ts'
import type { StorageClass } from '../objects/generated/storage-v1.ts'
import type { AddressPool } from '../objects/address-pool.ts'
import type { ApiObject } from './types.ts'

/** Where a kind is found in the API. `T` is the type of its objects. */
export interface ResourceType<T extends ApiObject = ApiObject> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  readonly namespaced: boolean
  /** Carries T for the type checker; never there at run time. */
  readonly objectType?: (object: T) => void
}

/** Declares a kind of objects of type T. */
export function resourceType<T extends ApiObject>(group: string, version: string, resource: string, kind: string, namespaced: boolean): ResourceType<T> {
  return { group, version, resource, kind, namespaced }
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersion(type: { readonly group: string; readonly version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`
}

export const namespaces = resourceType<Namespace>('', 'v1', 'namespaces', 'Namespace', false)
export const nodes = resourceType<Node>('', 'v1', 'nodes', 'Node', false)
export const pods = resourceType<Pod>('', 'v1', 'pods', 'Pod', true)
export const services = resourceType<Service>('', 'v1', 'services', 'Service', true)
export const endpoints = resourceType<Endpoints>('', 'v1', 'endpoints', 'Endpoints', true)
export const configMaps = resourceType<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', true)
export const secrets = resourceType<Secret>('', 'v1', 'secrets', 'Secret', true)
export const serviceAccounts = resourceType<ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount', true)
export const persistentVolumes = resourceType<PersistentVolume>('', 'v1', 'persistentvolumes', 'PersistentVolume', false)
export const persistentVolumeClaims = resourceType<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', true)
export const events = resourceType<Event>('', 'v1', 'events', 'Event', true)
export const endpointSlices = resourceType<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', true)
export const deployments = resourceType<Deployment>('apps', 'v1', 'deployments', 'Deployment', true)
export const replicaSets = resourceType<ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet', true)
export const statefulSets = resourceType<StatefulSet>('apps', 'v1', 'statefulsets', 'StatefulSet', true)
export const daemonSets = resourceType<DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet', true)
export const controllerRevisions = resourceType<ControllerRevision>('apps', 'v1', 'controllerrevisions', 'ControllerRevision', true)
export const jobs = resourceType<Job>('batch', 'v1', 'jobs', 'Job', true)
export const cronJobs = resourceType<CronJob>('batch', 'v1', 'cronjobs', 'CronJob', true)
export const podDisruptionBudgets = resourceType<PodDisruptionBudget>('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', true)
export const horizontalPodAutoscalers = resourceType<HorizontalPodAutoscaler>('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', true)
export const leases = resourceType<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', true)
export const priorityClasses = resourceType<PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', false)
export const storageClasses = resourceType<StorageClass>('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false)
export const ingresses = resourceType<Ingress>('networking.k8s.io', 'v1', 'ingresses', 'Ingress', true)
export const ingressClasses = resourceType<IngressClass>('networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', false)
export const addressPools = resourceType<AddressPool>('shoal.dev', 'v1alpha1', 'addresspools', 'AddressPool', false)
export const clusterRoles = resourceType<ClusterRole>('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false)
