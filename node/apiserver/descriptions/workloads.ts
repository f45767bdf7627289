// What `kubectl explain` says about workloads: Deployments, StatefulSets, DaemonSets, Jobs and autoscalers, in our own words.
// The form is that of meta.ts.
export const workloadDescriptions = `io.k8s.api.apps.v1.Deployment	Keeps a number of equal Pods running and replaces them step by step when the template changes.
io.k8s.api.apps.v1.DeploymentSpec	What a Deployment keeps running.
 paused	While true, changes of the template wait.
 progressDeadlineSeconds	A rollout without progress for so long is reported as failed. It is not undone.
 replicas	How many Pods. 1 when nothing is said.
 strategy	How old Pods are replaced.
io.k8s.api.apps.v1.DeploymentStrategy	How old Pods are replaced.
 rollingUpdate	The bounds of a rolling update.
 type	RollingUpdate replaces them little by little; Recreate ends all old ones first.
io.k8s.api.apps.v1.RollingUpdateDeployment	The bounds of a rolling update.
 maxSurge	How many Pods more than wanted there may be, as a number or in per cent.
 maxUnavailable	How many Pods fewer than wanted may be available, as a number or in per cent.
io.k8s.api.apps.v1.DeploymentStatus	How far a Deployment is.
 unavailableReplicas	How many Pods are still missing.
 updatedReplicas	How many Pods have the current template.
io.k8s.api.apps.v1.DeploymentCondition	One aspect of a Deployment's state.
 status	True, False or Unknown.
 type	Available, Progressing or ReplicaFailure.
io.k8s.api.apps.v1.ReplicaSet	Keeps a number of equal Pods running. Deployments make them; rarely written by hand.
io.k8s.api.apps.v1.ReplicaSetSpec	What a ReplicaSet keeps running.
 replicas	How many Pods. 1 when nothing is said.
io.k8s.api.apps.v1.ReplicaSetStatus	How far a ReplicaSet is.
 fullyLabeledReplicas	How many Pods have all labels of the template.
io.k8s.api.apps.v1.StatefulSet	Pods with an identity: a number, a name in DNS, and volumes that stay theirs.
io.k8s.api.apps.v1.StatefulSetSpec	What a StatefulSet keeps running.
 ordinals	With which number it begins.
 persistentVolumeClaimRetentionPolicy	What becomes of claims when the set is scaled down or deleted.
 podManagementPolicy	OrderedReady starts and ends one after the other; Parallel does not wait.
 replicas	How many Pods. 1 when nothing is said.
 serviceName	The headless Service below which the Pods have their names.
 updateStrategy	How Pods are replaced when the template changes.
 volumeClaimTemplates	Claims of which each Pod gets its own.
io.k8s.api.apps.v1.StatefulSetUpdateStrategy	How Pods are replaced.
 rollingUpdate	The bounds of a rolling update.
 type	RollingUpdate, or OnDelete to wait until you delete them.
io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy	The bounds of a rolling update.
 maxUnavailable	How many Pods may be unavailable at a time.
 partition	Only Pods with this number or a higher one are replaced.
io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy	Retain or Delete, for two occasions.
 whenDeleted	When the set is deleted.
 whenScaled	When it is scaled down.
io.k8s.api.apps.v1.StatefulSetStatus	How far a StatefulSet is.
 currentReplicas	How many Pods have the revision before the update.
 currentRevision	The revision before the update.
 updateRevision	The revision to which it is being updated.
 updatedReplicas	How many Pods have the new revision.
io.k8s.api.apps.v1.DaemonSet	One Pod on every node that matches.
io.k8s.api.apps.v1.DaemonSetSpec	What runs on every node.
 updateStrategy	How Pods are replaced when the template changes.
io.k8s.api.apps.v1.DaemonSetUpdateStrategy	How Pods are replaced.
 rollingUpdate	The bounds of a rolling update.
 type	RollingUpdate, or OnDelete to wait until you delete them.
io.k8s.api.apps.v1.RollingUpdateDaemonSet	The bounds of a rolling update.
 maxSurge	On how many nodes the new Pod may start beside the old one.
 maxUnavailable	On how many nodes the Pod may be unavailable at a time.
io.k8s.api.apps.v1.DaemonSetStatus	How far a DaemonSet is.
 currentNumberScheduled	Nodes that have the Pod and should.
 desiredNumberScheduled	Nodes that should have it.
 numberAvailable	Nodes where it has been ready for minReadySeconds.
 numberMisscheduled	Nodes that have it and should not.
 numberReady	Nodes where it is ready.
 numberUnavailable	Nodes where it is not available.
 updatedNumberScheduled	Nodes that have the current template.
io.k8s.api.apps.v1.ControllerRevision	One earlier template of a StatefulSet or DaemonSet.
 data	The template.
 revision	Its number.
io.k8s.api.batch.v1.Job	Runs Pods until enough of them have succeeded.
io.k8s.api.batch.v1.JobSpec	What a Job runs.
 activeDeadlineSeconds	The Job fails when it has run for so long.
 backoffLimit	The Job fails after so many failures. 6 when nothing is said.
 backoffLimitPerIndex	The same for each index.
 completionMode	NonIndexed counts successes; Indexed gives each Pod a number that must succeed once.
 completions	How many Pods must succeed.
 manualSelector	Leave it; the selector is made by the system.
 maxFailedIndexes	The Job fails when more indexes than this have failed.
 parallelism	How many Pods run at a time at most.
 podFailurePolicy	What to do about which failure.
 podReplacementPolicy	When a Pod that ends is replaced.
 successPolicy	When the Job counts as succeeded before all indexes have.
 suspend	While true, no Pods run.
 ttlSecondsAfterFinished	The finished Job is deleted after so long.
io.k8s.api.batch.v1.JobStatus	How far a Job is.
 active	Pods that run or wait.
 completedIndexes	Indexes that have succeeded, such as 1,3-5.
 completionTime	When it was complete.
 failed	Pods that failed.
 ready	Pods that are ready.
 startTime	When it began.
 succeeded	Pods that succeeded.
io.k8s.api.batch.v1.CronJob	Makes a Job at given times.
io.k8s.api.batch.v1.CronJobSpec	Which Job, and when.
 concurrencyPolicy	What happens when the Job before still runs: Allow, Forbid or Replace.
 failedJobsHistoryLimit	How many failed Jobs are kept. 1 when nothing is said.
 jobTemplate	The Job.
 schedule	Minute, hour, day of month, month, day of week, as in cron.
 startingDeadlineSeconds	A start that is later than this is left out.
 successfulJobsHistoryLimit	How many Jobs that succeeded are kept. 3 when nothing is said.
 suspend	While true, no Jobs are made.
 timeZone	The time zone of the schedule, such as Europe/Paris.
io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler	Sets the number of replicas of a workload by its load.
io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec	What is scaled, by which metrics, and within which bounds.
 behavior	How fast it scales in each direction.
 maxReplicas	Never more than this.
 metrics	What is measured. The metric that wants the most replicas decides.
 minReplicas	Never fewer than this. 1 when nothing is said.
 scaleTargetRef	The workload.
io.k8s.api.autoscaling.v2.HPAScalingRules	How fast in one direction.
 policies	How much may change in how much time.
 selectPolicy	Max or Min of what the policies allow, or Disabled.
 stabilizationWindowSeconds	For how long earlier recommendations are looked at, to avoid going up and down.
io.k8s.api.autoscaling.v2.MetricSpec	One metric; type says which field is set.
 containerResource	Processor time or memory of one container.
 resource	Processor time or memory of the Pods.
io.k8s.api.autoscaling.v2.MetricTarget	The value that is aimed at.
 averageUtilization	Per cent of the requests, on average over the Pods.
 averageValue	A quantity, on average over the Pods.
 type	Utilization, AverageValue or Value.
 value	A quantity.
io.k8s.api.policy.v1.PodDisruptionBudget	How many of some Pods must stay when nodes are drained.
io.k8s.api.policy.v1.PodDisruptionBudgetSpec	The budget.
 maxUnavailable	At most so many may be away, as a number or in per cent.
 minAvailable	At least so many must stay, as a number or in per cent.
 unhealthyPodEvictionPolicy	Whether Pods that are not ready may be evicted although the budget is used up.
`
