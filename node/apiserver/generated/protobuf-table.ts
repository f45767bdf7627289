// Field numbers of the binary form of Kubernetes 1.32 objects, made by test/generate/protobuf.ts; not edited by hand.
// A line is a message of the package above it: name, then number:json name:flags:type (m map, r repeated, z zero is absent);
// an empty name stands for fields that lie in the parent.

/** The table as text; node/apiserver/protobuf.ts parses it when the first binary body arrives. */
export const protobufTable = `
#k8s.io.api.apps.v1
ControllerRevision 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:data::k8s.io.apimachinery.pkg.runtime.RawExtension 3:revision::int64
ControllerRevisionList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ControllerRevision
DaemonSet 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.DaemonSetSpec 3:status::.DaemonSetStatus
DaemonSetCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
DaemonSetList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.DaemonSet
DaemonSetSpec 1:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 2:template::k8s.io.api.core.v1.PodTemplateSpec 3:updateStrategy::.DaemonSetUpdateStrategy 4:minReadySeconds:z:int32 6:revisionHistoryLimit::int32
DaemonSetStatus 1:currentNumberScheduled::int32 2:numberMisscheduled::int32 3:desiredNumberScheduled::int32 4:numberReady::int32 5:observedGeneration:z:int64 6:updatedNumberScheduled:z:int32 7:numberAvailable:z:int32 8:numberUnavailable:z:int32 9:collisionCount::int32 10:conditions:r:.DaemonSetCondition
DaemonSetUpdateStrategy 1:type:z:string 2:rollingUpdate::.RollingUpdateDaemonSet
Deployment 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.DeploymentSpec 3:status::.DeploymentStatus
DeploymentCondition 1:type:z:string 2:status:z:string 4:reason:z:string 5:message:z:string 6:lastUpdateTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 7:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time
DeploymentList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Deployment
DeploymentSpec 1:replicas::int32 2:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:template::k8s.io.api.core.v1.PodTemplateSpec 4:strategy::.DeploymentStrategy 5:minReadySeconds:z:int32 6:revisionHistoryLimit::int32 7:paused:z:bool 9:progressDeadlineSeconds::int32
DeploymentStatus 1:observedGeneration:z:int64 2:replicas:z:int32 3:updatedReplicas:z:int32 4:availableReplicas:z:int32 5:unavailableReplicas:z:int32 6:conditions:r:.DeploymentCondition 7:readyReplicas:z:int32 8:collisionCount::int32
DeploymentStrategy 1:type:z:string 2:rollingUpdate::.RollingUpdateDeployment
ReplicaSet 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.ReplicaSetSpec 3:status::.ReplicaSetStatus
ReplicaSetCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
ReplicaSetList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ReplicaSet
ReplicaSetSpec 1:replicas::int32 2:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:template::k8s.io.api.core.v1.PodTemplateSpec 4:minReadySeconds:z:int32
ReplicaSetStatus 1:replicas::int32 2:fullyLabeledReplicas:z:int32 3:observedGeneration:z:int64 4:readyReplicas:z:int32 5:availableReplicas:z:int32 6:conditions:r:.ReplicaSetCondition
RollingUpdateDaemonSet 1:maxUnavailable::k8s.io.apimachinery.pkg.util.intstr.IntOrString 2:maxSurge::k8s.io.apimachinery.pkg.util.intstr.IntOrString
RollingUpdateDeployment 1:maxUnavailable::k8s.io.apimachinery.pkg.util.intstr.IntOrString 2:maxSurge::k8s.io.apimachinery.pkg.util.intstr.IntOrString
RollingUpdateStatefulSetStrategy 1:partition::int32 2:maxUnavailable::k8s.io.apimachinery.pkg.util.intstr.IntOrString
StatefulSet 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.StatefulSetSpec 3:status::.StatefulSetStatus
StatefulSetCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
StatefulSetList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.StatefulSet
StatefulSetOrdinals 1:start::int32
StatefulSetPersistentVolumeClaimRetentionPolicy 1:whenDeleted:z:string 2:whenScaled:z:string
StatefulSetSpec 1:replicas::int32 2:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:template::k8s.io.api.core.v1.PodTemplateSpec 4:volumeClaimTemplates:r:k8s.io.api.core.v1.PersistentVolumeClaim 5:serviceName:z:string 6:podManagementPolicy:z:string 7:updateStrategy::.StatefulSetUpdateStrategy 8:revisionHistoryLimit::int32 9:minReadySeconds:z:int32 10:persistentVolumeClaimRetentionPolicy::.StatefulSetPersistentVolumeClaimRetentionPolicy 11:ordinals::.StatefulSetOrdinals
StatefulSetStatus 1:observedGeneration:z:int64 2:replicas::int32 3:readyReplicas:z:int32 4:currentReplicas:z:int32 5:updatedReplicas:z:int32 6:currentRevision:z:string 7:updateRevision:z:string 9:collisionCount::int32 10:conditions:r:.StatefulSetCondition 11:availableReplicas::int32
StatefulSetUpdateStrategy 1:type:z:string 2:rollingUpdate::.RollingUpdateStatefulSetStrategy
#k8s.io.api.authentication.v1
BoundObjectReference 1:kind:z:string 2:apiVersion:z:string 3:name:z:string 4:uid:z:string
ExtraValue 1:items:r:string
SelfSubjectReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:status::.SelfSubjectReviewStatus
SelfSubjectReviewStatus 1:userInfo::.UserInfo
TokenRequest 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.TokenRequestSpec 3:status::.TokenRequestStatus
TokenRequestSpec 1:audiences:r:string 3:boundObjectRef::.BoundObjectReference 4:expirationSeconds::int64
TokenRequestStatus 1:token:z:string 2:expirationTimestamp::k8s.io.apimachinery.pkg.apis.meta.v1.Time
TokenReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.TokenReviewSpec 3:status::.TokenReviewStatus
TokenReviewSpec 1:token:z:string 2:audiences:r:string
TokenReviewStatus 1:authenticated::bool 2:user::.UserInfo 3:error:z:string 4:audiences:r:string
UserInfo 1:username:z:string 2:uid:z:string 3:groups:r:string 4:extra:m:string,k8s.io.api.authentication.v1.ExtraValue
#k8s.io.api.authorization.v1
ExtraValue 1:items:r:string
FieldSelectorAttributes 1:rawSelector:z:string 2:requirements:r:k8s.io.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement
LabelSelectorAttributes 1:rawSelector:z:string 2:requirements:r:k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement
LocalSubjectAccessReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.SubjectAccessReviewSpec 3:status::.SubjectAccessReviewStatus
NonResourceAttributes 1:path:z:string 2:verb:z:string
NonResourceRule 1:verbs:r:string 2:nonResourceURLs:r:string
ResourceAttributes 1:namespace:z:string 2:verb:z:string 3:group:z:string 4:version:z:string 5:resource:z:string 6:subresource:z:string 7:name:z:string 8:fieldSelector::.FieldSelectorAttributes 9:labelSelector::.LabelSelectorAttributes
ResourceRule 1:verbs:r:string 2:apiGroups:r:string 3:resources:r:string 4:resourceNames:r:string
SelfSubjectAccessReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.SelfSubjectAccessReviewSpec 3:status::.SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec 1:resourceAttributes::.ResourceAttributes 2:nonResourceAttributes::.NonResourceAttributes
SelfSubjectRulesReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.SelfSubjectRulesReviewSpec 3:status::.SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec 1:namespace:z:string
SubjectAccessReview 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.SubjectAccessReviewSpec 3:status::.SubjectAccessReviewStatus
SubjectAccessReviewSpec 1:resourceAttributes::.ResourceAttributes 2:nonResourceAttributes::.NonResourceAttributes 3:user:z:string 4:groups:r:string 5:extra:m:string,k8s.io.api.authorization.v1.ExtraValue 6:uid:z:string
SubjectAccessReviewStatus 1:allowed::bool 2:reason:z:string 3:evaluationError:z:string 4:denied::bool
SubjectRulesReviewStatus 1:resourceRules:r:.ResourceRule 2:nonResourceRules:r:.NonResourceRule 3:incomplete::bool 4:evaluationError:z:string
#k8s.io.api.autoscaling.v1
ContainerResourceMetricSource 1:name:z:string 2:targetAverageUtilization::int32 3:targetAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 5:container:z:string
ContainerResourceMetricStatus 1:name:z:string 2:currentAverageUtilization::int32 3:currentAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:container:z:string
CrossVersionObjectReference 1:kind:z:string 2:name:z:string 3:apiVersion:z:string
ExternalMetricSource 1:metricName:z:string 2:metricSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:targetValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:targetAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
ExternalMetricStatus 1:metricName:z:string 2:metricSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:currentValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:currentAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
HorizontalPodAutoscaler 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.HorizontalPodAutoscalerSpec 3:status::.HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
HorizontalPodAutoscalerList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.HorizontalPodAutoscaler
HorizontalPodAutoscalerSpec 1:scaleTargetRef::.CrossVersionObjectReference 2:minReplicas::int32 3:maxReplicas::int32 4:targetCPUUtilizationPercentage::int32
HorizontalPodAutoscalerStatus 1:observedGeneration::int64 2:lastScaleTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 3:currentReplicas::int32 4:desiredReplicas::int32 5:currentCPUUtilizationPercentage::int32
MetricSpec 1:type:z:string 2:object::.ObjectMetricSource 3:pods::.PodsMetricSource 4:resource::.ResourceMetricSource 5:external::.ExternalMetricSource 7:containerResource::.ContainerResourceMetricSource
MetricStatus 1:type:z:string 2:object::.ObjectMetricStatus 3:pods::.PodsMetricStatus 4:resource::.ResourceMetricStatus 5:external::.ExternalMetricStatus 7:containerResource::.ContainerResourceMetricStatus
ObjectMetricSource 1:target::.CrossVersionObjectReference 2:metricName:z:string 3:targetValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:averageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
ObjectMetricStatus 1:target::.CrossVersionObjectReference 2:metricName:z:string 3:currentValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:averageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
PodsMetricSource 1:metricName:z:string 2:targetAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 3:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector
PodsMetricStatus 1:metricName:z:string 2:currentAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 3:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector
ResourceMetricSource 1:name:z:string 2:targetAverageUtilization::int32 3:targetAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
ResourceMetricStatus 1:name:z:string 2:currentAverageUtilization::int32 3:currentAverageValue::k8s.io.apimachinery.pkg.api.resource.Quantity
Scale 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.ScaleSpec 3:status::.ScaleStatus
ScaleSpec 1:replicas::int32
ScaleStatus 1:replicas::int32 2:selector:z:string
#k8s.io.api.autoscaling.v2
ContainerResourceMetricSource 1:name:z:string 2:target::.MetricTarget 3:container:z:string
ContainerResourceMetricStatus 1:name:z:string 2:current::.MetricValueStatus 3:container:z:string
CrossVersionObjectReference 1:kind:z:string 2:name:z:string 3:apiVersion:z:string
ExternalMetricSource 1:metric::.MetricIdentifier 2:target::.MetricTarget
ExternalMetricStatus 1:metric::.MetricIdentifier 2:current::.MetricValueStatus
HPAScalingPolicy 1:type:z:string 2:value::int32 3:periodSeconds::int32
HPAScalingRules 1:selectPolicy:z:string 2:policies:r:.HPAScalingPolicy 3:stabilizationWindowSeconds::int32
HorizontalPodAutoscaler 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.HorizontalPodAutoscalerSpec 3:status::.HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior 1:scaleUp::.HPAScalingRules 2:scaleDown::.HPAScalingRules
HorizontalPodAutoscalerCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
HorizontalPodAutoscalerList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.HorizontalPodAutoscaler
HorizontalPodAutoscalerSpec 1:scaleTargetRef::.CrossVersionObjectReference 2:minReplicas::int32 3:maxReplicas::int32 4:metrics:r:.MetricSpec 5:behavior::.HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus 1:observedGeneration::int64 2:lastScaleTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 3:currentReplicas:z:int32 4:desiredReplicas::int32 5:currentMetrics:r:.MetricStatus 6:conditions:r:.HorizontalPodAutoscalerCondition
MetricIdentifier 1:name:z:string 2:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector
MetricSpec 1:type:z:string 2:object::.ObjectMetricSource 3:pods::.PodsMetricSource 4:resource::.ResourceMetricSource 5:external::.ExternalMetricSource 7:containerResource::.ContainerResourceMetricSource
MetricStatus 1:type:z:string 2:object::.ObjectMetricStatus 3:pods::.PodsMetricStatus 4:resource::.ResourceMetricStatus 5:external::.ExternalMetricStatus 7:containerResource::.ContainerResourceMetricStatus
MetricTarget 1:type:z:string 2:value::k8s.io.apimachinery.pkg.api.resource.Quantity 3:averageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 4:averageUtilization::int32
MetricValueStatus 1:value::k8s.io.apimachinery.pkg.api.resource.Quantity 2:averageValue::k8s.io.apimachinery.pkg.api.resource.Quantity 3:averageUtilization::int32
ObjectMetricSource 1:describedObject::.CrossVersionObjectReference 2:target::.MetricTarget 3:metric::.MetricIdentifier
ObjectMetricStatus 1:metric::.MetricIdentifier 2:current::.MetricValueStatus 3:describedObject::.CrossVersionObjectReference
PodsMetricSource 1:metric::.MetricIdentifier 2:target::.MetricTarget
PodsMetricStatus 1:metric::.MetricIdentifier 2:current::.MetricValueStatus
ResourceMetricSource 1:name:z:string 2:target::.MetricTarget
ResourceMetricStatus 1:name:z:string 2:current::.MetricValueStatus
#k8s.io.api.batch.v1
CronJob 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.CronJobSpec 3:status::.CronJobStatus
CronJobList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.CronJob
CronJobSpec 1:schedule:z:string 2:startingDeadlineSeconds::int64 3:concurrencyPolicy:z:string 4:suspend::bool 5:jobTemplate::.JobTemplateSpec 6:successfulJobsHistoryLimit::int32 7:failedJobsHistoryLimit::int32 8:timeZone:z:string
CronJobStatus 1:active:r:k8s.io.api.core.v1.ObjectReference 4:lastScheduleTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:lastSuccessfulTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time
Job 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.JobSpec 3:status::.JobStatus
JobCondition 1:type:z:string 2:status:z:string 3:lastProbeTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:reason:z:string 6:message:z:string
JobList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Job
JobSpec 1:parallelism::int32 2:completions::int32 3:activeDeadlineSeconds::int64 4:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:manualSelector::bool 6:template::k8s.io.api.core.v1.PodTemplateSpec 7:backoffLimit::int32 8:ttlSecondsAfterFinished::int32 9:completionMode:z:string 10:suspend::bool 11:podFailurePolicy::.PodFailurePolicy 12:backoffLimitPerIndex::int32 13:maxFailedIndexes::int32 14:podReplacementPolicy:z:string 15:managedBy:z:string 16:successPolicy::.SuccessPolicy
JobStatus 1:conditions:r:.JobCondition 2:startTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 3:completionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:active:z:int32 5:succeeded:z:int32 6:failed:z:int32 7:completedIndexes:z:string 8:uncountedTerminatedPods::.UncountedTerminatedPods 9:ready::int32 10:failedIndexes:z:string 11:terminating::int32
JobTemplateSpec 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.JobSpec
PodFailurePolicy 1:rules:r:.PodFailurePolicyRule
PodFailurePolicyOnExitCodesRequirement 1:containerName:z:string 2:operator:z:string 3:values:r:int32
PodFailurePolicyOnPodConditionsPattern 1:type:z:string 2:status:z:string
PodFailurePolicyRule 1:action:z:string 2:onExitCodes::.PodFailurePolicyOnExitCodesRequirement 3:onPodConditions:r:.PodFailurePolicyOnPodConditionsPattern
SuccessPolicy 1:rules:r:.SuccessPolicyRule
SuccessPolicyRule 1:succeededIndexes:z:string 2:succeededCount::int32
UncountedTerminatedPods 1:succeeded:r:string 2:failed:r:string
#k8s.io.api.coordination.v1
Lease 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.LeaseSpec
LeaseList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Lease
LeaseSpec 1:holderIdentity:z:string 2:leaseDurationSeconds::int32 3:acquireTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime 4:renewTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime 5:leaseTransitions::int32 6:strategy:z:string 7:preferredHolder:z:string
#k8s.io.api.core.v1
AWSElasticBlockStoreVolumeSource 1:volumeID:z:string 2:fsType:z:string 3:partition::int32 4:readOnly::bool
Affinity 1:nodeAffinity::.NodeAffinity 2:podAffinity::.PodAffinity 3:podAntiAffinity::.PodAntiAffinity
AppArmorProfile 1:type:z:string 2:localhostProfile:z:string
AttachedVolume 1:name:z:string 2:devicePath:z:string
AvoidPods 1:preferAvoidPods:r:.PreferAvoidPodsEntry
AzureDiskVolumeSource 1:diskName:z:string 2:diskURI:z:string 3:cachingMode:z:string 4:fsType:z:string 5:readOnly::bool 6:kind:z:string
AzureFilePersistentVolumeSource 1:secretName:z:string 2:shareName:z:string 3:readOnly::bool 4:secretNamespace:z:string
AzureFileVolumeSource 1:secretName:z:string 2:shareName:z:string 3:readOnly::bool
Binding 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:target::.ObjectReference
CSIPersistentVolumeSource 1:driver:z:string 2:volumeHandle:z:string 3:readOnly:z:bool 4:fsType:z:string 5:volumeAttributes:m:string,string 6:controllerPublishSecretRef::.SecretReference 7:nodeStageSecretRef::.SecretReference 8:nodePublishSecretRef::.SecretReference 9:controllerExpandSecretRef::.SecretReference 10:nodeExpandSecretRef::.SecretReference
CSIVolumeSource 1:driver:z:string 2:readOnly::bool 3:fsType:z:string 4:volumeAttributes:m:string,string 5:nodePublishSecretRef::.LocalObjectReference
Capabilities 1:add:r:string 2:drop:r:string
CephFSPersistentVolumeSource 1:monitors:r:string 2:path:z:string 3:user:z:string 4:secretFile:z:string 5:secretRef::.SecretReference 6:readOnly::bool
CephFSVolumeSource 1:monitors:r:string 2:path:z:string 3:user:z:string 4:secretFile:z:string 5:secretRef::.LocalObjectReference 6:readOnly::bool
CinderPersistentVolumeSource 1:volumeID:z:string 2:fsType:z:string 3:readOnly::bool 4:secretRef::.SecretReference
CinderVolumeSource 1:volumeID:z:string 2:fsType:z:string 3:readOnly::bool 4:secretRef::.LocalObjectReference
ClientIPConfig 1:timeoutSeconds::int32
ClusterTrustBundleProjection 1:name:z:string 2:signerName:z:string 3:labelSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 4:path:z:string 5:optional::bool
ComponentCondition 1:type:z:string 2:status:z:string 3:message:z:string 4:error:z:string
ComponentStatus 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:conditions:r:.ComponentCondition
ComponentStatusList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ComponentStatus
ConfigMap 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:data:m:string,string 3:binaryData:m:string,bytes 4:immutable::bool
ConfigMapEnvSource 1:::.LocalObjectReference 2:optional::bool
ConfigMapKeySelector 1:::.LocalObjectReference 2:key:z:string 3:optional::bool
ConfigMapList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ConfigMap
ConfigMapNodeConfigSource 1:namespace:z:string 2:name:z:string 3:uid:z:string 4:resourceVersion:z:string 5:kubeletConfigKey:z:string
ConfigMapProjection 1:::.LocalObjectReference 2:items:r:.KeyToPath 4:optional::bool
ConfigMapVolumeSource 1:::.LocalObjectReference 2:items:r:.KeyToPath 3:defaultMode::int32 4:optional::bool
Container 1:name:z:string 2:image:z:string 3:command:r:string 4:args:r:string 5:workingDir:z:string 6:ports:r:.ContainerPort 7:env:r:.EnvVar 8:resources::.ResourceRequirements 9:volumeMounts:r:.VolumeMount 10:livenessProbe::.Probe 11:readinessProbe::.Probe 12:lifecycle::.Lifecycle 13:terminationMessagePath:z:string 14:imagePullPolicy:z:string 15:securityContext::.SecurityContext 16:stdin:z:bool 17:stdinOnce:z:bool 18:tty:z:bool 19:envFrom:r:.EnvFromSource 20:terminationMessagePolicy:z:string 21:volumeDevices:r:.VolumeDevice 22:startupProbe::.Probe 23:resizePolicy:r:.ContainerResizePolicy 24:restartPolicy:z:string
ContainerImage 1:names:r:string 2:sizeBytes::int64
ContainerPort 1:name:z:string 2:hostPort:z:int32 3:containerPort::int32 4:protocol:z:string 5:hostIP:z:string
ContainerResizePolicy 1:resourceName:z:string 2:restartPolicy:z:string
ContainerState 1:waiting::.ContainerStateWaiting 2:running::.ContainerStateRunning 3:terminated::.ContainerStateTerminated
ContainerStateRunning 1:startedAt::k8s.io.apimachinery.pkg.apis.meta.v1.Time
ContainerStateTerminated 1:exitCode::int32 2:signal::int32 3:reason:z:string 4:message:z:string 5:startedAt::k8s.io.apimachinery.pkg.apis.meta.v1.Time 6:finishedAt::k8s.io.apimachinery.pkg.apis.meta.v1.Time 7:containerID:z:string
ContainerStateWaiting 1:reason:z:string 2:message:z:string
ContainerStatus 1:name:z:string 2:state::.ContainerState 3:lastState::.ContainerState 4:ready::bool 5:restartCount::int32 6:image:z:string 7:imageID:z:string 8:containerID:z:string 9:started::bool 10:allocatedResources:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 11:resources::.ResourceRequirements 12:volumeMounts:r:.VolumeMountStatus 13:user::.ContainerUser 14:allocatedResourcesStatus:r:.ResourceStatus
ContainerUser 1:linux::.LinuxContainerUser
DaemonEndpoint 1:Port::int32
DownwardAPIProjection 1:items:r:.DownwardAPIVolumeFile
DownwardAPIVolumeFile 1:path:z:string 2:fieldRef::.ObjectFieldSelector 3:resourceFieldRef::.ResourceFieldSelector 4:mode::int32
DownwardAPIVolumeSource 1:items:r:.DownwardAPIVolumeFile 2:defaultMode::int32
EmptyDirVolumeSource 1:medium:z:string 2:sizeLimit::k8s.io.apimachinery.pkg.api.resource.Quantity
EndpointAddress 1:ip:z:string 2:targetRef::.ObjectReference 3:hostname:z:string 4:nodeName:z:string
EndpointPort 1:name:z:string 2:port::int32 3:protocol:z:string 4:appProtocol:z:string
EndpointSubset 1:addresses:r:.EndpointAddress 2:notReadyAddresses:r:.EndpointAddress 3:ports:r:.EndpointPort
Endpoints 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:subsets:r:.EndpointSubset
EndpointsList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Endpoints
EnvFromSource 1:prefix:z:string 2:configMapRef::.ConfigMapEnvSource 3:secretRef::.SecretEnvSource
EnvVar 1:name:z:string 2:value:z:string 3:valueFrom::.EnvVarSource
EnvVarSource 1:fieldRef::.ObjectFieldSelector 2:resourceFieldRef::.ResourceFieldSelector 3:configMapKeyRef::.ConfigMapKeySelector 4:secretKeyRef::.SecretKeySelector
EphemeralContainer 1:::.EphemeralContainerCommon 2:targetContainerName:z:string
EphemeralContainerCommon 1:name:z:string 2:image:z:string 3:command:r:string 4:args:r:string 5:workingDir:z:string 6:ports:r:.ContainerPort 7:env:r:.EnvVar 8:resources::.ResourceRequirements 9:volumeMounts:r:.VolumeMount 10:livenessProbe::.Probe 11:readinessProbe::.Probe 12:lifecycle::.Lifecycle 13:terminationMessagePath:z:string 14:imagePullPolicy:z:string 15:securityContext::.SecurityContext 16:stdin::bool 17:stdinOnce::bool 18:tty::bool 19:envFrom:r:.EnvFromSource 20:terminationMessagePolicy:z:string 21:volumeDevices:r:.VolumeDevice 22:startupProbe::.Probe 23:resizePolicy:r:.ContainerResizePolicy 24:restartPolicy:z:string
EphemeralVolumeSource 1:volumeClaimTemplate::.PersistentVolumeClaimTemplate
Event 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:involvedObject::.ObjectReference 3:reason:z:string 4:message:z:string 5:source::.EventSource 6:firstTimestamp::k8s.io.apimachinery.pkg.apis.meta.v1.Time 7:lastTimestamp::k8s.io.apimachinery.pkg.apis.meta.v1.Time 8:count:z:int32 9:type:z:string 10:eventTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime 11:series::.EventSeries 12:action:z:string 13:related::.ObjectReference 14:reportingComponent::string 15:reportingInstance::string
EventList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Event
EventSeries 1:count::int32 2:lastObservedTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime
EventSource 1:component:z:string 2:host:z:string
ExecAction 1:command:r:string
FCVolumeSource 1:targetWWNs:r:string 2:lun::int32 3:fsType:z:string 4:readOnly::bool 5:wwids:r:string
FlexPersistentVolumeSource 1:driver:z:string 2:fsType:z:string 3:secretRef::.SecretReference 4:readOnly::bool 5:options:m:string,string
FlexVolumeSource 1:driver:z:string 2:fsType:z:string 3:secretRef::.LocalObjectReference 4:readOnly::bool 5:options:m:string,string
FlockerVolumeSource 1:datasetName:z:string 2:datasetUUID:z:string
GCEPersistentDiskVolumeSource 1:pdName:z:string 2:fsType:z:string 3:partition::int32 4:readOnly::bool
GRPCAction 1:port::int32 2:service::string
GitRepoVolumeSource 1:repository:z:string 2:revision:z:string 3:directory:z:string
GlusterfsPersistentVolumeSource 1:endpoints:z:string 2:path:z:string 3:readOnly::bool 4:endpointsNamespace:z:string
GlusterfsVolumeSource 1:endpoints:z:string 2:path:z:string 3:readOnly::bool
HTTPGetAction 1:path:z:string 2:port::k8s.io.apimachinery.pkg.util.intstr.IntOrString 3:host:z:string 4:scheme:z:string 5:httpHeaders:r:.HTTPHeader
HTTPHeader 1:name:z:string 2:value:z:string
HostAlias 1:ip:z:string 2:hostnames:r:string
HostIP 1:ip:z:string
HostPathVolumeSource 1:path:z:string 2:type::string
ISCSIPersistentVolumeSource 1:targetPortal:z:string 2:iqn:z:string 3:lun::int32 4:iscsiInterface:z:string 5:fsType:z:string 6:readOnly::bool 7:portals:r:string 8:chapAuthDiscovery::bool 10:secretRef::.SecretReference 11:chapAuthSession::bool 12:initiatorName:z:string
ISCSIVolumeSource 1:targetPortal:z:string 2:iqn:z:string 3:lun::int32 4:iscsiInterface:z:string 5:fsType:z:string 6:readOnly:z:bool 7:portals:r:string 8:chapAuthDiscovery:z:bool 10:secretRef::.LocalObjectReference 11:chapAuthSession:z:bool 12:initiatorName:z:string
ImageVolumeSource 1:reference:z:string 2:pullPolicy:z:string
KeyToPath 1:key:z:string 2:path:z:string 3:mode::int32
Lifecycle 1:postStart::.LifecycleHandler 2:preStop::.LifecycleHandler
LifecycleHandler 1:exec::.ExecAction 2:httpGet::.HTTPGetAction 3:tcpSocket::.TCPSocketAction 4:sleep::.SleepAction
LimitRange 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.LimitRangeSpec
LimitRangeItem 1:type:z:string 2:max:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 3:min:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 4:default:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 5:defaultRequest:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 6:maxLimitRequestRatio:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity
LimitRangeList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.LimitRange
LimitRangeSpec 1:limits:r:.LimitRangeItem
LinuxContainerUser 1:uid::int64 2:gid::int64 3:supplementalGroups:r:int64
List 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:k8s.io.apimachinery.pkg.runtime.RawExtension
LoadBalancerIngress 1:ip:z:string 2:hostname:z:string 3:ipMode:z:string 4:ports:r:.PortStatus
LoadBalancerStatus 1:ingress:r:.LoadBalancerIngress
LocalObjectReference 1:name:z:string
LocalVolumeSource 1:path:z:string 2:fsType:z:string
ModifyVolumeStatus 1:targetVolumeAttributesClassName:z:string 2:status:z:string
NFSVolumeSource 1:server:z:string 2:path:z:string 3:readOnly:z:bool
Namespace 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.NamespaceSpec 3:status::.NamespaceStatus
NamespaceCondition 1:type:z:string 2:status:z:string 4:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:reason:z:string 6:message:z:string
NamespaceList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Namespace
NamespaceSpec 1:finalizers:r:string
NamespaceStatus 1:phase:z:string 2:conditions:r:.NamespaceCondition
Node 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.NodeSpec 3:status::.NodeStatus
NodeAddress 1:type:z:string 2:address:z:string
NodeAffinity 1:requiredDuringSchedulingIgnoredDuringExecution::.NodeSelector 2:preferredDuringSchedulingIgnoredDuringExecution:r:.PreferredSchedulingTerm
NodeCondition 1:type:z:string 2:status:z:string 3:lastHeartbeatTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:reason:z:string 6:message:z:string
NodeConfigSource 2:configMap::.ConfigMapNodeConfigSource
NodeConfigStatus 1:assigned::.NodeConfigSource 2:active::.NodeConfigSource 3:lastKnownGood::.NodeConfigSource 4:error:z:string
NodeDaemonEndpoints 1:kubeletEndpoint::.DaemonEndpoint
NodeFeatures 1:supplementalGroupsPolicy::bool
NodeList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Node
NodeProxyOptions 1:path:z:string
NodeRuntimeHandler 1:name:z:string 2:features::.NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures 1:recursiveReadOnlyMounts::bool 2:userNamespaces::bool
NodeSelector 1:nodeSelectorTerms:r:.NodeSelectorTerm
NodeSelectorRequirement 1:key:z:string 2:operator:z:string 3:values:r:string
NodeSelectorTerm 1:matchExpressions:r:.NodeSelectorRequirement 2:matchFields:r:.NodeSelectorRequirement
NodeSpec 1:podCIDR:z:string 2:externalID:z:string 3:providerID:z:string 4:unschedulable:z:bool 5:taints:r:.Taint 6:configSource::.NodeConfigSource 7:podCIDRs:r:string
NodeStatus 1:capacity:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:allocatable:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 3:phase:z:string 4:conditions:r:.NodeCondition 5:addresses:r:.NodeAddress 6:daemonEndpoints::.NodeDaemonEndpoints 7:nodeInfo::.NodeSystemInfo 8:images:r:.ContainerImage 9:volumesInUse:r:string 10:volumesAttached:r:.AttachedVolume 11:config::.NodeConfigStatus 12:runtimeHandlers:r:.NodeRuntimeHandler 13:features::.NodeFeatures
NodeSystemInfo 1:machineID::string 2:systemUUID::string 3:bootID::string 4:kernelVersion::string 5:osImage::string 6:containerRuntimeVersion::string 7:kubeletVersion::string 8:kubeProxyVersion::string 9:operatingSystem::string 10:architecture::string
ObjectFieldSelector 1:apiVersion:z:string 2:fieldPath:z:string
ObjectReference 1:kind:z:string 2:namespace:z:string 3:name:z:string 4:uid:z:string 5:apiVersion:z:string 6:resourceVersion:z:string 7:fieldPath:z:string
PersistentVolume 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PersistentVolumeSpec 3:status::.PersistentVolumeStatus
PersistentVolumeClaim 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PersistentVolumeClaimSpec 3:status::.PersistentVolumeClaimStatus
PersistentVolumeClaimCondition 1:type:z:string 2:status:z:string 3:lastProbeTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:reason:z:string 6:message:z:string
PersistentVolumeClaimList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.PersistentVolumeClaim
PersistentVolumeClaimSpec 1:accessModes:r:string 2:resources::.VolumeResourceRequirements 3:volumeName:z:string 4:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:storageClassName::string 6:volumeMode:z:string 7:dataSource::.TypedLocalObjectReference 8:dataSourceRef::.TypedObjectReference 9:volumeAttributesClassName:z:string
PersistentVolumeClaimStatus 1:phase:z:string 2:accessModes:r:string 3:capacity:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 4:conditions:r:.PersistentVolumeClaimCondition 5:allocatedResources:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 7:allocatedResourceStatuses:m:string,string 8:currentVolumeAttributesClassName:z:string 9:modifyVolumeStatus::.ModifyVolumeStatus
PersistentVolumeClaimTemplate 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource 1:claimName:z:string 2:readOnly:z:bool
PersistentVolumeList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.PersistentVolume
PersistentVolumeSource 1:gcePersistentDisk::.GCEPersistentDiskVolumeSource 2:awsElasticBlockStore::.AWSElasticBlockStoreVolumeSource 3:hostPath::.HostPathVolumeSource 4:glusterfs::.GlusterfsPersistentVolumeSource 5:nfs::.NFSVolumeSource 6:rbd::.RBDPersistentVolumeSource 7:iscsi::.ISCSIPersistentVolumeSource 8:cinder::.CinderPersistentVolumeSource 9:cephfs::.CephFSPersistentVolumeSource 10:fc::.FCVolumeSource 11:flocker::.FlockerVolumeSource 12:flexVolume::.FlexPersistentVolumeSource 13:azureFile::.AzureFilePersistentVolumeSource 14:vsphereVolume::.VsphereVirtualDiskVolumeSource 15:quobyte::.QuobyteVolumeSource 16:azureDisk::.AzureDiskVolumeSource 17:photonPersistentDisk::.PhotonPersistentDiskVolumeSource 18:portworxVolume::.PortworxVolumeSource 19:scaleIO::.ScaleIOPersistentVolumeSource 20:local::.LocalVolumeSource 21:storageos::.StorageOSPersistentVolumeSource 22:csi::.CSIPersistentVolumeSource
PersistentVolumeSpec 1:capacity:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:::.PersistentVolumeSource 3:accessModes:r:string 4:claimRef::.ObjectReference 5:persistentVolumeReclaimPolicy:z:string 6:storageClassName:z:string 7:mountOptions:r:string 8:volumeMode:z:string 9:nodeAffinity::.VolumeNodeAffinity 10:volumeAttributesClassName:z:string
PersistentVolumeStatus 1:phase:z:string 2:message:z:string 3:reason:z:string 4:lastPhaseTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time
PhotonPersistentDiskVolumeSource 1:pdID:z:string 2:fsType:z:string
Pod 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PodSpec 3:status::.PodStatus
PodAffinity 1:requiredDuringSchedulingIgnoredDuringExecution:r:.PodAffinityTerm 2:preferredDuringSchedulingIgnoredDuringExecution:r:.WeightedPodAffinityTerm
PodAffinityTerm 1:labelSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 2:namespaces:r:string 3:topologyKey:z:string 4:namespaceSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:matchLabelKeys:r:string 6:mismatchLabelKeys:r:string
PodAntiAffinity 1:requiredDuringSchedulingIgnoredDuringExecution:r:.PodAffinityTerm 2:preferredDuringSchedulingIgnoredDuringExecution:r:.WeightedPodAffinityTerm
PodAttachOptions 1:stdin::bool 2:stdout::bool 3:stderr::bool 4:tty::bool 5:container:z:string
PodCondition 1:type:z:string 2:status:z:string 3:lastProbeTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 5:reason:z:string 6:message:z:string
PodDNSConfig 1:nameservers:r:string 2:searches:r:string 3:options:r:.PodDNSConfigOption
PodDNSConfigOption 1:name:z:string 2:value:z:string
PodExecOptions 1:stdin::bool 2:stdout::bool 3:stderr::bool 4:tty::bool 5:container:z:string 6:command:r:string
PodIP 1:ip:z:string
PodList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Pod
PodLogOptions 1:container:z:string 2:follow::bool 3:previous::bool 4:sinceSeconds::int64 5:sinceTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 6:timestamps::bool 7:tailLines::int64 8:limitBytes::int64 9:insecureSkipTLSVerifyBackend::bool 10:stream:z:string
PodOS 1:name:z:string
PodPortForwardOptions 1:ports:r:int32
PodProxyOptions 1:path:z:string
PodReadinessGate 1:conditionType:z:string
PodResourceClaim 1:name:z:string 3:resourceClaimName:z:string 4:resourceClaimTemplateName:z:string
PodResourceClaimStatus 1:name:z:string 2:resourceClaimName:z:string
PodSchedulingGate 1:name:z:string
PodSecurityContext 1:seLinuxOptions::.SELinuxOptions 2:runAsUser::int64 3:runAsNonRoot::bool 4:supplementalGroups:r:int64 5:fsGroup::int64 6:runAsGroup::int64 7:sysctls:r:.Sysctl 8:windowsOptions::.WindowsSecurityContextOptions 9:fsGroupChangePolicy:z:string 10:seccompProfile::.SeccompProfile 11:appArmorProfile::.AppArmorProfile 12:supplementalGroupsPolicy:z:string 13:seLinuxChangePolicy:z:string
PodSignature 1:podController::k8s.io.apimachinery.pkg.apis.meta.v1.OwnerReference
PodSpec 1:volumes:r:.Volume 2:containers:r:.Container 3:restartPolicy:z:string 4:terminationGracePeriodSeconds::int64 5:activeDeadlineSeconds::int64 6:dnsPolicy:z:string 7:nodeSelector:m:string,string 8:serviceAccountName:z:string 9:serviceAccount:z:string 10:nodeName:z:string 11:hostNetwork:z:bool 12:hostPID:z:bool 13:hostIPC:z:bool 14:securityContext::.PodSecurityContext 15:imagePullSecrets:r:.LocalObjectReference 16:hostname:z:string 17:subdomain:z:string 18:affinity::.Affinity 19:schedulerName:z:string 20:initContainers:r:.Container 21:automountServiceAccountToken::bool 22:tolerations:r:.Toleration 23:hostAliases:r:.HostAlias 24:priorityClassName:z:string 25:priority::int32 26:dnsConfig::.PodDNSConfig 27:shareProcessNamespace::bool 28:readinessGates:r:.PodReadinessGate 29:runtimeClassName:z:string 30:enableServiceLinks::bool 31:preemptionPolicy:z:string 32:overhead:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 33:topologySpreadConstraints:r:.TopologySpreadConstraint 34:ephemeralContainers:r:.EphemeralContainer 35:setHostnameAsFQDN::bool 36:os::.PodOS 37:hostUsers::bool 38:schedulingGates:r:.PodSchedulingGate 39:resourceClaims:r:.PodResourceClaim 40:resources::.ResourceRequirements
PodStatus 1:phase:z:string 2:conditions:r:.PodCondition 3:message:z:string 4:reason:z:string 5:hostIP:z:string 6:podIP:z:string 7:startTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 8:containerStatuses:r:.ContainerStatus 9:qosClass:z:string 10:initContainerStatuses:r:.ContainerStatus 11:nominatedNodeName:z:string 12:podIPs:r:.PodIP 13:ephemeralContainerStatuses:r:.ContainerStatus 14:resize:z:string 15:resourceClaimStatuses:r:.PodResourceClaimStatus 16:hostIPs:r:.HostIP
PodStatusResult 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:status::.PodStatus
PodTemplate 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:template::.PodTemplateSpec
PodTemplateList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.PodTemplate
PodTemplateSpec 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PodSpec
PortStatus 1:port::int32 2:protocol:z:string 3:error:z:string
PortworxVolumeSource 1:volumeID:z:string 2:fsType:z:string 3:readOnly::bool
Preconditions 1:uid:z:string
PreferAvoidPodsEntry 1:podSignature::.PodSignature 2:evictionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 3:reason:z:string 4:message:z:string
PreferredSchedulingTerm 1:weight::int32 2:preference::.NodeSelectorTerm
Probe 1:::.ProbeHandler 2:initialDelaySeconds:z:int32 3:timeoutSeconds::int32 4:periodSeconds::int32 5:successThreshold::int32 6:failureThreshold::int32 7:terminationGracePeriodSeconds::int64
ProbeHandler 1:exec::.ExecAction 2:httpGet::.HTTPGetAction 3:tcpSocket::.TCPSocketAction 4:grpc::.GRPCAction
ProjectedVolumeSource 1:sources:r:.VolumeProjection 2:defaultMode::int32
QuobyteVolumeSource 1:registry:z:string 2:volume:z:string 3:readOnly::bool 4:user:z:string 5:group:z:string 6:tenant:z:string
RBDPersistentVolumeSource 1:monitors:r:string 2:image:z:string 3:fsType:z:string 4:pool:z:string 5:user:z:string 6:keyring:z:string 7:secretRef::.SecretReference 8:readOnly::bool
RBDVolumeSource 1:monitors:r:string 2:image:z:string 3:fsType:z:string 4:pool:z:string 5:user:z:string 6:keyring:z:string 7:secretRef::.LocalObjectReference 8:readOnly:z:bool
RangeAllocation 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:range:z:string 3:data::bytes
ReplicationController 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.ReplicationControllerSpec 3:status::.ReplicationControllerStatus
ReplicationControllerCondition 1:type:z:string 2:status:z:string 3:lastTransitionTime::k8s.io.apimachinery.pkg.apis.meta.v1.Time 4:reason:z:string 5:message:z:string
ReplicationControllerList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ReplicationController
ReplicationControllerSpec 1:replicas::int32 2:selector:m:string,string 3:template::.PodTemplateSpec 4:minReadySeconds:z:int32
ReplicationControllerStatus 1:replicas::int32 2:fullyLabeledReplicas:z:int32 3:observedGeneration:z:int64 4:readyReplicas:z:int32 5:availableReplicas:z:int32 6:conditions:r:.ReplicationControllerCondition
ResourceClaim 1:name:z:string 2:request:z:string
ResourceFieldSelector 1:containerName:z:string 2:resource:z:string 3:divisor::k8s.io.apimachinery.pkg.api.resource.Quantity
ResourceHealth 1:resourceID:z:string 2:health:z:string
ResourceQuota 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.ResourceQuotaSpec 3:status::.ResourceQuotaStatus
ResourceQuotaList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ResourceQuota
ResourceQuotaSpec 1:hard:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:scopes:r:string 3:scopeSelector::.ScopeSelector
ResourceQuotaStatus 1:hard:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:used:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity
ResourceRequirements 1:limits:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:requests:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 3:claims:r:.ResourceClaim
ResourceStatus 1:name:z:string 2:resources:r:.ResourceHealth
SELinuxOptions 1:user:z:string 2:role:z:string 3:type:z:string 4:level:z:string
ScaleIOPersistentVolumeSource 1:gateway:z:string 2:system:z:string 3:secretRef::.SecretReference 4:sslEnabled::bool 5:protectionDomain:z:string 6:storagePool:z:string 7:storageMode:z:string 8:volumeName:z:string 9:fsType:z:string 10:readOnly::bool
ScaleIOVolumeSource 1:gateway:z:string 2:system:z:string 3:secretRef::.LocalObjectReference 4:sslEnabled::bool 5:protectionDomain:z:string 6:storagePool:z:string 7:storageMode:z:string 8:volumeName:z:string 9:fsType:z:string 10:readOnly::bool
ScopeSelector 1:matchExpressions:r:.ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement 1:scopeName:z:string 2:operator:z:string 3:values:r:string
SeccompProfile 1:type:z:string 2:localhostProfile:z:string
Secret 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:data:m:string,bytes 3:type:z:string 4:stringData:m:string,string 5:immutable::bool
SecretEnvSource 1:::.LocalObjectReference 2:optional::bool
SecretKeySelector 1:::.LocalObjectReference 2:key:z:string 3:optional::bool
SecretList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Secret
SecretProjection 1:::.LocalObjectReference 2:items:r:.KeyToPath 4:optional::bool
SecretReference 1:name:z:string 2:namespace:z:string
SecretVolumeSource 1:secretName:z:string 2:items:r:.KeyToPath 3:defaultMode::int32 4:optional::bool
SecurityContext 1:capabilities::.Capabilities 2:privileged::bool 3:seLinuxOptions::.SELinuxOptions 4:runAsUser::int64 5:runAsNonRoot::bool 6:readOnlyRootFilesystem::bool 7:allowPrivilegeEscalation::bool 8:runAsGroup::int64 9:procMount:z:string 10:windowsOptions::.WindowsSecurityContextOptions 11:seccompProfile::.SeccompProfile 12:appArmorProfile::.AppArmorProfile
SerializedReference 1:reference::.ObjectReference
Service 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.ServiceSpec 3:status::.ServiceStatus
ServiceAccount 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:secrets:r:.ObjectReference 3:imagePullSecrets:r:.LocalObjectReference 4:automountServiceAccountToken::bool
ServiceAccountList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ServiceAccount
ServiceAccountTokenProjection 1:audience:z:string 2:expirationSeconds::int64 3:path:z:string
ServiceList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Service
ServicePort 1:name:z:string 2:protocol:z:string 3:port::int32 4:targetPort::k8s.io.apimachinery.pkg.util.intstr.IntOrString 5:nodePort:z:int32 6:appProtocol:z:string
ServiceProxyOptions 1:path:z:string
ServiceSpec 1:ports:r:.ServicePort 2:selector:m:string,string 3:clusterIP:z:string 4:type:z:string 5:externalIPs:r:string 7:sessionAffinity:z:string 8:loadBalancerIP:z:string 9:loadBalancerSourceRanges:r:string 10:externalName:z:string 11:externalTrafficPolicy:z:string 12:healthCheckNodePort:z:int32 13:publishNotReadyAddresses:z:bool 14:sessionAffinityConfig::.SessionAffinityConfig 17:ipFamilyPolicy:z:string 18:clusterIPs:r:string 19:ipFamilies:r:string 20:allocateLoadBalancerNodePorts::bool 21:loadBalancerClass:z:string 22:internalTrafficPolicy:z:string 23:trafficDistribution:z:string
ServiceStatus 1:loadBalancer::.LoadBalancerStatus 2:conditions:r:k8s.io.apimachinery.pkg.apis.meta.v1.Condition
SessionAffinityConfig 1:clientIP::.ClientIPConfig
SleepAction 1:seconds::int64
StorageOSPersistentVolumeSource 1:volumeName:z:string 2:volumeNamespace:z:string 3:fsType:z:string 4:readOnly::bool 5:secretRef::.ObjectReference
StorageOSVolumeSource 1:volumeName:z:string 2:volumeNamespace:z:string 3:fsType:z:string 4:readOnly::bool 5:secretRef::.LocalObjectReference
Sysctl 1:name:z:string 2:value:z:string
TCPSocketAction 1:port::k8s.io.apimachinery.pkg.util.intstr.IntOrString 2:host:z:string
Taint 1:key:z:string 2:value:z:string 3:effect:z:string 4:timeAdded::k8s.io.apimachinery.pkg.apis.meta.v1.Time
Toleration 1:key:z:string 2:operator:z:string 3:value:z:string 4:effect:z:string 5:tolerationSeconds::int64
TopologySelectorLabelRequirement 1:key:z:string 2:values:r:string
TopologySelectorTerm 1:matchLabelExpressions:r:.TopologySelectorLabelRequirement
TopologySpreadConstraint 1:maxSkew::int32 2:topologyKey:z:string 3:whenUnsatisfiable:z:string 4:labelSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 5:minDomains::int32 6:nodeAffinityPolicy:z:string 7:nodeTaintsPolicy:z:string 8:matchLabelKeys:r:string
TypedLocalObjectReference 1:apiGroup:z:string 2:kind:z:string 3:name:z:string
TypedObjectReference 1:apiGroup:z:string 2:kind:z:string 3:name:z:string 4:namespace:z:string
Volume 1:name:z:string 2:::.VolumeSource
VolumeDevice 1:name:z:string 2:devicePath:z:string
VolumeMount 1:name:z:string 2:readOnly::bool 3:mountPath:z:string 4:subPath:z:string 5:mountPropagation:z:string 6:subPathExpr:z:string 7:recursiveReadOnly:z:string
VolumeMountStatus 1:name:z:string 2:mountPath:z:string 3:readOnly::bool 4:recursiveReadOnly:z:string
VolumeNodeAffinity 1:required::.NodeSelector
VolumeProjection 1:secret::.SecretProjection 2:downwardAPI::.DownwardAPIProjection 3:configMap::.ConfigMapProjection 4:serviceAccountToken::.ServiceAccountTokenProjection 5:clusterTrustBundle::.ClusterTrustBundleProjection
VolumeResourceRequirements 1:limits:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity 2:requests:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity
VolumeSource 1:hostPath::.HostPathVolumeSource 2:emptyDir::.EmptyDirVolumeSource 3:gcePersistentDisk::.GCEPersistentDiskVolumeSource 4:awsElasticBlockStore::.AWSElasticBlockStoreVolumeSource 5:gitRepo::.GitRepoVolumeSource 6:secret::.SecretVolumeSource 7:nfs::.NFSVolumeSource 8:iscsi::.ISCSIVolumeSource 9:glusterfs::.GlusterfsVolumeSource 10:persistentVolumeClaim::.PersistentVolumeClaimVolumeSource 11:rbd::.RBDVolumeSource 12:flexVolume::.FlexVolumeSource 13:cinder::.CinderVolumeSource 14:cephfs::.CephFSVolumeSource 15:flocker::.FlockerVolumeSource 16:downwardAPI::.DownwardAPIVolumeSource 17:fc::.FCVolumeSource 18:azureFile::.AzureFileVolumeSource 19:configMap::.ConfigMapVolumeSource 20:vsphereVolume::.VsphereVirtualDiskVolumeSource 21:quobyte::.QuobyteVolumeSource 22:azureDisk::.AzureDiskVolumeSource 23:photonPersistentDisk::.PhotonPersistentDiskVolumeSource 24:portworxVolume::.PortworxVolumeSource 25:scaleIO::.ScaleIOVolumeSource 26:projected::.ProjectedVolumeSource 27:storageos::.StorageOSVolumeSource 28:csi::.CSIVolumeSource 29:ephemeral::.EphemeralVolumeSource 30:image::.ImageVolumeSource
VsphereVirtualDiskVolumeSource 1:volumePath:z:string 2:fsType:z:string 3:storagePolicyName:z:string 4:storagePolicyID:z:string
WeightedPodAffinityTerm 1:weight::int32 2:podAffinityTerm::.PodAffinityTerm
WindowsSecurityContextOptions 1:gmsaCredentialSpecName:z:string 2:gmsaCredentialSpec:z:string 3:runAsUserName:z:string 4:hostProcess::bool
#k8s.io.api.discovery.v1
Endpoint 1:addresses:r:string 2:conditions::.EndpointConditions 3:hostname:z:string 4:targetRef::k8s.io.api.core.v1.ObjectReference 5:deprecatedTopology:m:string,string 6:nodeName:z:string 7:zone:z:string 8:hints::.EndpointHints
EndpointConditions 1:ready::bool 2:serving::bool 3:terminating::bool
EndpointHints 1:forZones:r:.ForZone
EndpointPort 1:name::string 2:protocol:z:string 3:port::int32 4:appProtocol:z:string
EndpointSlice 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:endpoints:r:.Endpoint 3:ports:r:.EndpointPort 4:addressType:z:string
EndpointSliceList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.EndpointSlice
ForZone 1:name:z:string
#k8s.io.api.events.v1
Event 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:eventTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime 3:series::.EventSeries 4:reportingController:z:string 5:reportingInstance:z:string 6:action:z:string 7:reason:z:string 8:regarding::k8s.io.api.core.v1.ObjectReference 9:related::k8s.io.api.core.v1.ObjectReference 10:note:z:string 11:type:z:string 12:deprecatedSource::k8s.io.api.core.v1.EventSource 13:deprecatedFirstTimestamp::k8s.io.apimachinery.pkg.apis.meta.v1.Time 14:deprecatedLastTimestamp::k8s.io.apimachinery.pkg.apis.meta.v1.Time 15:deprecatedCount::int32
EventList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Event
EventSeries 1:count::int32 2:lastObservedTime::k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime
#k8s.io.api.networking.v1
HTTPIngressPath 1:path:z:string 2:backend::.IngressBackend 3:pathType:z:string
HTTPIngressRuleValue 1:paths:r:.HTTPIngressPath
IPBlock 1:cidr:z:string 2:except:r:string
Ingress 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.IngressSpec 3:status::.IngressStatus
IngressBackend 3:resource::k8s.io.api.core.v1.TypedLocalObjectReference 4:service::.IngressServiceBackend
IngressClass 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.IngressClassSpec
IngressClassList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.IngressClass
IngressClassParametersReference 1:apiGroup:z:string 2:kind:z:string 3:name:z:string 4:scope:z:string 5:namespace:z:string
IngressClassSpec 1:controller:z:string 2:parameters::.IngressClassParametersReference
IngressList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Ingress
IngressLoadBalancerIngress 1:ip:z:string 2:hostname:z:string 4:ports:r:.IngressPortStatus
IngressLoadBalancerStatus 1:ingress:r:.IngressLoadBalancerIngress
IngressPortStatus 1:port::int32 2:protocol:z:string 3:error:z:string
IngressRule 1:host:z:string 2:::.IngressRuleValue
IngressRuleValue 1:http::.HTTPIngressRuleValue
IngressServiceBackend 1:name:z:string 2:port::.ServiceBackendPort
IngressSpec 1:defaultBackend::.IngressBackend 2:tls:r:.IngressTLS 3:rules:r:.IngressRule 4:ingressClassName:z:string
IngressStatus 1:loadBalancer::.IngressLoadBalancerStatus
IngressTLS 1:hosts:r:string 2:secretName:z:string
NetworkPolicy 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.NetworkPolicySpec
NetworkPolicyEgressRule 1:ports:r:.NetworkPolicyPort 2:to:r:.NetworkPolicyPeer
NetworkPolicyIngressRule 1:ports:r:.NetworkPolicyPort 2:from:r:.NetworkPolicyPeer
NetworkPolicyList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.NetworkPolicy
NetworkPolicyPeer 1:podSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 2:namespaceSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:ipBlock::.IPBlock
NetworkPolicyPort 1:protocol:z:string 2:port::k8s.io.apimachinery.pkg.util.intstr.IntOrString 3:endPort::int32
NetworkPolicySpec 1:podSelector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 2:ingress:r:.NetworkPolicyIngressRule 3:egress:r:.NetworkPolicyEgressRule 4:policyTypes:r:string
ServiceBackendPort 1:name:z:string 2:number::int32
#k8s.io.api.node.v1
Overhead 1:podFixed:m:string,k8s.io.apimachinery.pkg.api.resource.Quantity
RuntimeClass 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:handler:z:string 3:overhead::.Overhead 4:scheduling::.Scheduling
RuntimeClassList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.RuntimeClass
Scheduling 1:nodeSelector:m:string,string 2:tolerations:r:k8s.io.api.core.v1.Toleration
#k8s.io.api.policy.v1
Eviction 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:deleteOptions::k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions
PodDisruptionBudget 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.PodDisruptionBudgetSpec 3:status::.PodDisruptionBudgetStatus
PodDisruptionBudgetList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.PodDisruptionBudget
PodDisruptionBudgetSpec 1:minAvailable::k8s.io.apimachinery.pkg.util.intstr.IntOrString 2:selector::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:maxUnavailable::k8s.io.apimachinery.pkg.util.intstr.IntOrString 4:unhealthyPodEvictionPolicy:z:string
PodDisruptionBudgetStatus 1:observedGeneration:z:int64 2:disruptedPods:m:string,k8s.io.apimachinery.pkg.apis.meta.v1.Time 3:disruptionsAllowed::int32 4:currentHealthy::int32 5:desiredHealthy::int32 6:expectedPods::int32 7:conditions:r:k8s.io.apimachinery.pkg.apis.meta.v1.Condition
#k8s.io.api.rbac.v1
AggregationRule 1:clusterRoleSelectors:r:k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector
ClusterRole 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:rules:r:.PolicyRule 3:aggregationRule::.AggregationRule
ClusterRoleBinding 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:subjects:r:.Subject 3:roleRef::.RoleRef
ClusterRoleBindingList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ClusterRoleBinding
ClusterRoleList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.ClusterRole
PolicyRule 1:verbs:r:string 2:apiGroups:r:string 3:resources:r:string 4:resourceNames:r:string 5:nonResourceURLs:r:string
Role 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:rules:r:.PolicyRule
RoleBinding 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:subjects:r:.Subject 3:roleRef::.RoleRef
RoleBindingList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.RoleBinding
RoleList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.Role
RoleRef 1:apiGroup:z:string 2:kind:z:string 3:name:z:string
Subject 1:kind:z:string 2:apiGroup:z:string 3:name:z:string 4:namespace:z:string
#k8s.io.api.scheduling.v1
PriorityClass 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:value::int32 3:globalDefault:z:bool 4:description:z:string 5:preemptionPolicy:z:string
PriorityClassList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.PriorityClass
#k8s.io.api.storage.v1
CSIDriver 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.CSIDriverSpec
CSIDriverList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.CSIDriver
CSIDriverSpec 1:attachRequired::bool 2:podInfoOnMount::bool 3:volumeLifecycleModes:r:string 4:storageCapacity::bool 5:fsGroupPolicy:z:string 6:tokenRequests:r:.TokenRequest 7:requiresRepublish::bool 8:seLinuxMount::bool
CSINode 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.CSINodeSpec
CSINodeDriver 1:name:z:string 2:nodeID:z:string 3:topologyKeys:r:string 4:allocatable::.VolumeNodeResources
CSINodeList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.CSINode
CSINodeSpec 1:drivers:r:.CSINodeDriver
CSIStorageCapacity 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:nodeTopology::k8s.io.apimachinery.pkg.apis.meta.v1.LabelSelector 3:storageClassName::string 4:capacity::k8s.io.apimachinery.pkg.api.resource.Quantity 5:maximumVolumeSize::k8s.io.apimachinery.pkg.api.resource.Quantity
CSIStorageCapacityList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.CSIStorageCapacity
StorageClass 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:provisioner:z:string 3:parameters:m:string,string 4:reclaimPolicy:z:string 5:mountOptions:r:string 6:allowVolumeExpansion::bool 7:volumeBindingMode:z:string 8:allowedTopologies:r:k8s.io.api.core.v1.TopologySelectorTerm
StorageClassList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.StorageClass
TokenRequest 1:audience:z:string 2:expirationSeconds::int64
VolumeAttachment 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta 2:spec::.VolumeAttachmentSpec 3:status::.VolumeAttachmentStatus
VolumeAttachmentList 1:metadata::k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta 2:items:r:.VolumeAttachment
VolumeAttachmentSource 1:persistentVolumeName:z:string 2:inlineVolumeSpec::k8s.io.api.core.v1.PersistentVolumeSpec
VolumeAttachmentSpec 1:attacher:z:string 2:source::.VolumeAttachmentSource 3:nodeName:z:string
VolumeAttachmentStatus 1:attached::bool 2:attachmentMetadata:m:string,string 3:attachError::.VolumeError 4:detachError::.VolumeError
VolumeError 1:time::k8s.io.apimachinery.pkg.apis.meta.v1.Time 2:message:z:string
VolumeNodeResources 1:count::int32
#k8s.io.apimachinery.pkg.api.resource
Quantity 1:string:z:string
QuantityValue 1:string:z:string
#k8s.io.apimachinery.pkg.apis.meta.v1
APIGroup 1:name:z:string 2:versions:r:.GroupVersionForDiscovery 3:preferredVersion::.GroupVersionForDiscovery 4:serverAddressByClientCIDRs:r:.ServerAddressByClientCIDR
APIGroupList 1:groups:r:.APIGroup
APIResource 1:name:z:string 2:namespaced::bool 3:kind:z:string 4:verbs::.Verbs 5:shortNames:r:string 6:singularName:z:string 7:categories:r:string 8:group:z:string 9:version:z:string 10:storageVersionHash:z:string
APIResourceList 1:groupVersion:z:string 2:resources:r:.APIResource
APIVersions 1:versions:r:string 2:serverAddressByClientCIDRs:r:.ServerAddressByClientCIDR
ApplyOptions 1:dryRun:r:string 2:force::bool 3:fieldManager:z:string
Condition 1:type:z:string 2:status:z:string 3:observedGeneration::int64 4:lastTransitionTime::.Time 5:reason:z:string 6:message:z:string
CreateOptions 1:dryRun:r:string 3:fieldManager:z:string 4:fieldValidation:z:string
DeleteOptions 1:gracePeriodSeconds::int64 2:preconditions::.Preconditions 3:orphanDependents::bool 4:propagationPolicy:z:string 5:dryRun:r:string 6:ignoreStoreReadErrorWithClusterBreakingPotential::bool
Duration 1:duration::int64
FieldSelectorRequirement 1:key:z:string 2:operator:z:string 3:values:r:string
FieldsV1 1:Raw::bytes
GetOptions 1:resourceVersion:z:string
GroupKind 1:group:z:string 2:kind:z:string
GroupResource 1:group:z:string 2:resource:z:string
GroupVersion 1:group:z:string 2:version:z:string
GroupVersionForDiscovery 1:groupVersion:z:string 2:version:z:string
GroupVersionKind 1:group:z:string 2:version:z:string 3:kind:z:string
GroupVersionResource 1:group:z:string 2:version:z:string 3:resource:z:string
LabelSelector 1:matchLabels:m:string,string 2:matchExpressions:r:.LabelSelectorRequirement
LabelSelectorRequirement 1:key:z:string 2:operator:z:string 3:values:r:string
List 1:metadata::.ListMeta 2:items:r:k8s.io.apimachinery.pkg.runtime.RawExtension
ListMeta 1:selfLink:z:string 2:resourceVersion:z:string 3:continue:z:string 4:remainingItemCount::int64
ListOptions 1:labelSelector:z:string 2:fieldSelector:z:string 3:watch::bool 4:resourceVersion:z:string 5:timeoutSeconds::int64 7:limit::int64 8:continue:z:string 9:allowWatchBookmarks::bool 10:resourceVersionMatch:z:string 11:sendInitialEvents::bool
ManagedFieldsEntry 1:manager:z:string 2:operation:z:string 3:apiVersion:z:string 4:time:z:.Time 6:fieldsType:z:string 7:fieldsV1:z:.FieldsV1 8:subresource:z:string
MicroTime 1:seconds::int64 2:nanos:z:int32
ObjectMeta 1:name:z:string 2:generateName:z:string 3:namespace:z:string 4:selfLink:z:string 5:uid:z:string 6:resourceVersion:z:string 7:generation:z:int64 8:creationTimestamp:z:.Time 9:deletionTimestamp::.Time 10:deletionGracePeriodSeconds::int64 11:labels:m:string,string 12:annotations:m:string,string 13:ownerReferences:r:.OwnerReference 14:finalizers:r:string 17:managedFields:r:.ManagedFieldsEntry
OwnerReference 1:kind:z:string 3:name:z:string 4:uid:z:string 5:apiVersion:z:string 6:controller::bool 7:blockOwnerDeletion::bool
PartialObjectMetadata 1:metadata::.ObjectMeta
PartialObjectMetadataList 1:metadata::.ListMeta 2:items:r:.PartialObjectMetadata
PatchOptions 1:dryRun:r:string 2:force::bool 3:fieldManager:z:string 4:fieldValidation:z:string
Preconditions 1:uid:z:string 2:resourceVersion:z:string
RootPaths 1:paths:r:string
ServerAddressByClientCIDR 1:clientCIDR:z:string 2:serverAddress:z:string
Status 1:metadata::.ListMeta 2:status:z:string 3:message:z:string 4:reason:z:string 5:details::.StatusDetails 6:code::int32
StatusCause 1:reason:z:string 2:message:z:string 3:field:z:string
StatusDetails 1:name:z:string 2:group:z:string 3:kind:z:string 4:causes:r:.StatusCause 5:retryAfterSeconds::int32 6:uid:z:string
TableOptions 1:includeObject:z:string
Time 1:seconds::int64 2:nanos:z:int32
Timestamp 1:seconds::int64 2:nanos::int32
TypeMeta 1:kind:z:string 2:apiVersion:z:string
UpdateOptions 1:dryRun:r:string 2:fieldManager:z:string 3:fieldValidation:z:string
Verbs 1:items:r:string
WatchEvent 1:type:z:string 2:object::k8s.io.apimachinery.pkg.runtime.RawExtension
#k8s.io.apimachinery.pkg.runtime
RawExtension 1:raw::bytes
TypeMeta 1:apiVersion:z:string 2:kind:z:string
Unknown 1:typeMeta::.TypeMeta 2:raw::bytes 3:contentEncoding:z:string 4:contentType:z:string
#k8s.io.apimachinery.pkg.util.intstr
IntOrString 1:type:z:int64 2:intVal:z:int32 3:strVal:z:string
`
