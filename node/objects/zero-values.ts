// Which fields of the API are plain values and which are pointers. The reference server leaves out a plain value that is
// zero and keeps a pointer to zero, so `replicas: 0` is stored and `paused: false` is not. The schema does not say which
// is which; these lists do, for release 1.32, and decode.ts applies them. Source: the published API types.
import type { Definition, FieldFacts } from './fields.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const plainBooleans = words(`paused hostIPC hostNetwork hostPID publishNotReadyAddresses readOnly stdin stdinOnce tty unschedulable
  globalDefault authenticated denied insecureSkipTLSVerify chapAuthDiscovery chapAuthSession nullable uniqueItems exclusiveMinimum
  exclusiveMaximum sslEnabled deprecated clusterScope x-kubernetes-embedded-resource x-kubernetes-int-or-string allNodes`)

const plainNumbers = words(`availableReplicas updatedReplicas readyReplicas unavailableReplicas fullyLabeledReplicas currentReplicas
  numberAvailable numberUnavailable updatedNumberScheduled active failed succeeded count code deprecatedCount minReadySeconds
  initialDelaySeconds periodSeconds successThreshold failureThreshold hostPort nodePort healthCheckNodePort observedGeneration
  generation sizeBytes signal retryAfterSeconds start matchingPrecedence number`)

/** Exceptions to the two lists above and plain values whose name is a pointer elsewhere, as `Definition.field`. */
const plainFields = words('DeploymentStatus.replicas ScaleSpec.replicas Probe.timeoutSeconds AWSElasticBlockStoreVolumeSource.partition GCEPersistentDiskVolumeSource.partition')
const pointerFields = words('AzureDiskVolumeSource.readOnly CSIVolumeSource.readOnly VolumeNodeResources.count StatefulSetStatus.availableReplicas')

const pointerStrings = words(`appProtocol fsGroupChangePolicy gmsaCredentialSpec gmsaCredentialSpecName holderIdentity internalTrafficPolicy
  ipFamilyPolicy ipMode loadBalancerClass localhostProfile mountPropagation recursiveReadOnly nodeAffinityPolicy nodeTaintsPolicy preemptionPolicy
  preferredHolder strategy procMount resourceClaimName resourceClaimTemplateName runtimeClassName service trafficDistribution
  supplementalGroupsPolicy seLinuxChangePolicy cachingMode runAsUserName propagationPolicy volumeMode volumeAttributesClassName signerName
  ingressClassName completionMode timeZone managedBy podReplacementPolicy unhealthyPodEvictionPolicy failurePolicy matchPolicy sideEffects
  scope reinvocationPolicy selectPolicy error`)
const pointerStringFields = words(`EndpointPort.name EndpointPort.protocol Endpoint.hostname Endpoint.nodeName Endpoint.zone EndpointAddress.nodeName
  TypedLocalObjectReference.apiGroup TypedObjectReference.apiGroup TypedObjectReference.namespace Container.restartPolicy EphemeralContainer.restartPolicy
  HostPathVolumeSource.type PodDNSConfigOption.value AzureDiskVolumeSource.fsType AzureDiskVolumeSource.kind ClusterTrustBundleProjection.name
  PersistentVolumeClaimSpec.storageClassName Preconditions.uid Preconditions.resourceVersion ContainerStatus.started PodStatus.resize
  ServiceReference.path WebhookClientConfig.url VolumeError.message StorageClass.reclaimPolicy CSIDriverSpec.fsGroupPolicy
  HTTPIngressPath.pathType NetworkPolicyPort.protocol`)
/** Core's EndpointPort and EndpointAddress have plain names where discovery's have pointers. */
const corePlainStrings = words('EndpointPort.name EndpointPort.protocol')

/** Times that are written as null when they are unset. */
const nullTimes = words(`ObjectMeta.creationTimestamp Event.firstTimestamp Event.lastTimestamp Event.eventTime Event.deprecatedFirstTimestamp
  Event.deprecatedLastTimestamp PodCondition.lastProbeTime PodCondition.lastTransitionTime DeploymentCondition.lastUpdateTime
  DeploymentCondition.lastTransitionTime NodeCondition.lastHeartbeatTime NodeCondition.lastTransitionTime NamespaceCondition.lastTransitionTime
  ReplicaSetCondition.lastTransitionTime StatefulSetCondition.lastTransitionTime DaemonSetCondition.lastTransitionTime
  ContainerStateRunning.startedAt ContainerStateTerminated.startedAt ContainerStateTerminated.finishedAt JobCondition.lastProbeTime
  JobCondition.lastTransitionTime ReplicationControllerCondition.lastTransitionTime EventSeries.lastObservedTime Condition.lastTransitionTime
  PersistentVolumeClaimCondition.lastProbeTime PersistentVolumeClaimCondition.lastTransitionTime TokenRequestStatus.expirationTimestamp`)

/** `Pod` of `io.k8s.api.core.v1.Pod`. */
export const shortName = (definition: Definition): string => definition.name.slice(definition.name.lastIndexOf('.') + 1)

/** Whether a zero in the field means that it is unset. */
export function isPlainScalar(definition: Definition, field: FieldFacts): boolean {
  const name = `${shortName(definition)}.${field.name}`
  if (field.type.kind !== 'scalar' || pointerFields.has(name)) return false
  switch (field.type.scalar) {
    case 'bool': return plainBooleans.has(field.name) || plainFields.has(name)
    case 'int32': case 'int64': case 'double': return plainNumbers.has(field.name) || plainFields.has(name)
    case 'string': case 'bytes': return isPlainString(definition, field.name, name)
    default: return false
  }
}

function isPlainString(definition: Definition, field: string, name: string): boolean {
  if (definition.name.startsWith('io.k8s.api.core.') && corePlainStrings.has(name)) return true
  return !pointerStrings.has(field) && !pointerStringFields.has(name)
}

/** Whether the field is a time that is shown as null when it is unset. */
export const isNullTime = (definition: Definition, field: FieldFacts): boolean => nullTimes.has(`${shortName(definition)}.${field.name}`)

/** Lists that are optional in the schema and yet written as null when they are empty. */
const nullLists = words('Role.rules ClusterRole.rules EndpointSlice.ports HorizontalPodAutoscalerStatus.currentMetrics CustomResourceDefinitionStatus.conditions CustomResourceDefinitionStatus.storedVersions')

/** Whether the list is always written. */
export const isNullList = (definition: Definition, field: FieldFacts): boolean => nullLists.has(`${shortName(definition)}.${field.name}`)
