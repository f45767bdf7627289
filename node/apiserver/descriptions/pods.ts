// What `kubectl explain` says about Pods and containers, in our own words. The form is that of meta.ts.
// Volumes are described beside them; scheduling constraints too, for they are written in a Pod.
export const podDescriptions = `io.k8s.api.core.v1.Pod	Containers that run together on one node, with one network address and shared volumes.
io.k8s.api.core.v1.PodTemplateSpec	The Pod that a workload makes.
io.k8s.api.core.v1.PodSpec	What a Pod is to run, and where it may.
 activeDeadlineSeconds	The Pod is ended as failed when it has run for so long.
 affinity	Which nodes and which neighbours it wants or avoids.
 automountServiceAccountToken	Whether the containers find the service account's token in a volume.
 containers	The containers. At least one.
 dnsConfig	Additions to the containers' resolv.conf.
 dnsPolicy	Whom the containers ask for names: the cluster first, the node's servers only, or what dnsConfig says.
 enableServiceLinks	Whether each Service of the namespace is shown in environment variables.
 ephemeralContainers	Containers added later to look at a running Pod. kubectl debug makes them.
 hostAliases	Additional lines of /etc/hosts.
 hostIPC	Use the node's IPC namespace.
 hostNetwork	Use the node's network. Ports are then the node's.
 hostPID	Use the node's processes' namespace.
 hostUsers	Whether user ids are those of the node.
 hostname	The host name inside; the Pod's name when empty.
 imagePullSecrets	Secrets with which registries are asked for images.
 initContainers	Containers that run to their end before the others start, one after the other. With restartPolicy Always one stays beside them as a side-car.
 nodeName	The node. The scheduler fills it in; set by hand it goes around the scheduler.
 nodeSelector	Labels that the node must have.
 os	The operating system that the containers need.
 overhead	What the runtime itself needs, added to the requests.
 preemptionPolicy	Whether this Pod may push out Pods of lower priority.
 priority	The number by which Pods wait and are pushed out. Comes from the priority class.
 priorityClassName	The name of the priority class.
 readinessGates	Conditions, set by others, that must be true for the Pod to be ready.
 restartPolicy	When containers that ended are started again: Always, OnFailure or Never.
 runtimeClassName	Which runtime runs the Pod.
 schedulerName	Which scheduler takes care of it.
 schedulingGates	While there is one, the Pod is not scheduled.
 securityContext	Users, groups and security settings for all containers.
 serviceAccount	An older name of serviceAccountName.
 serviceAccountName	The account as which the containers speak to the API.
 setHostnameAsFQDN	Whether the host name inside is the full one.
 shareProcessNamespace	Whether the containers see each other's processes.
 subdomain	With hostname the Pod's name in DNS below a headless Service of this name.
 terminationGracePeriodSeconds	How long containers may take to end after the stop signal, before they are killed. 30 when nothing is said.
 tolerations	Taints of nodes that this Pod does not mind.
 topologySpreadConstraints	How evenly Pods are spread over zones, nodes or other domains.
 volumes	What containers can mount.
io.k8s.api.core.v1.PodStatus	What was last seen of a Pod. Written by the kubelet of its node.
 containerStatuses	One entry for each container.
 initContainerStatuses	One entry for each init container.
 hostIP	The address of its node.
 phase	Pending, Running, Succeeded, Failed or Unknown: a summary.
 podIP	The Pod's address, reachable from the whole cluster.
 podIPs	All addresses, one an address family.
 qosClass	Guaranteed, Burstable or BestEffort: who is ended last when memory runs out. Follows from requests and limits.
 nominatedNodeName	The node where room is being made for it.
 startTime	When the kubelet took it over.
io.k8s.api.core.v1.PodCondition	One aspect of a Pod's state.
 status	True, False or Unknown.
 type	PodScheduled, Initialized, ContainersReady, Ready, or one of your own.
io.k8s.api.core.v1.Container	One container of a Pod.
 args	Arguments of the command; those of the image when empty. $(NAME) stands for an environment variable.
 command	What is run instead of the image's entry point. No shell is used.
 env	Environment variables.
 envFrom	Whole config maps and secrets as environment variables.
 image	The image's name.
 imagePullPolicy	When the image is fetched: Always, IfNotPresent or Never.
 lifecycle	What is done after the start and before the stop.
 livenessProbe	When it fails, the container is started anew.
 name	The container's name, unique in the Pod.
 ports	Ports that the container serves. Others work too; a name can be referred to by Services.
 readinessProbe	While it fails, Services send nothing here.
 resizePolicy	What a change of resources does to the running container.
 resources	What it needs and what it may use.
 restartPolicy	For init containers: Always makes it a side-car.
 securityContext	Security settings that differ from the Pod's.
 startupProbe	Until it has succeeded the other probes wait.
 stdin	Keep the standard input open.
 stdinOnce	Close the standard input after the first who attached has gone.
 terminationMessagePath	A file whose content becomes the message of the ended container.
 terminationMessagePolicy	Whether the end of the log is taken when that file is empty.
 tty	Give it a terminal. Needs stdin.
 volumeDevices	Volumes as block devices.
 volumeMounts	Volumes as folders.
 workingDir	Where the command runs.
io.k8s.api.core.v1.ContainerPort	One port of a container.
 containerPort	The number, 1 to 65535.
 hostIP	The node's address on which hostPort is opened.
 hostPort	Also open this port on the node.
 name	A name for Services to refer to.
 protocol	TCP, UDP or SCTP.
io.k8s.api.core.v1.ContainerStatus	What was last seen of a container.
 containerID	The runtime's id.
 image	The image that runs.
 imageID	The image's digest.
 lastState	How the run before this one ended.
 name	The container's name.
 ready	Whether its readiness probe succeeds.
 restartCount	How often it was started again.
 started	Whether its start-up probe has succeeded.
 state	Waiting, running or terminated.
io.k8s.api.core.v1.ContainerState	Exactly one of three states.
 running	It runs.
 terminated	It has ended.
 waiting	It has not started; the reason says why.
io.k8s.api.core.v1.ContainerStateTerminated	How a container ended.
 exitCode	Its exit status.
 signal	The signal that ended it.
 finishedAt	When it ended.
 startedAt	When it had started.
io.k8s.api.core.v1.EnvVar	One environment variable.
 name	Its name.
 value	Its value. $(OTHER) stands for a variable defined before.
 valueFrom	Where the value comes from instead.
io.k8s.api.core.v1.EnvVarSource	Where a value comes from; exactly one.
 configMapKeyRef	A key of a config map.
 fieldRef	A field of the Pod, such as status.podIP.
 resourceFieldRef	A request or limit of a container.
 secretKeyRef	A key of a secret.
io.k8s.api.core.v1.EnvFromSource	A whole config map or secret as variables.
 configMapRef	The config map.
 prefix	Put before each name.
 secretRef	The secret.
io.k8s.api.core.v1.ConfigMapKeySelector	A key of a config map in the same namespace.
 key	The key.
 name	The config map's name.
 optional	Whether it may be missing.
io.k8s.api.core.v1.SecretKeySelector	A key of a secret in the same namespace.
 key	The key.
 name	The secret's name.
 optional	Whether it may be missing.
io.k8s.api.core.v1.Probe	A check that the kubelet repeats.
 exec	A command in the container; succeeds with exit status 0.
 failureThreshold	So many failures in a row count as failed.
 grpc	A gRPC health check.
 httpGet	A request; succeeds with a status from 200 to 399.
 initialDelaySeconds	How long to wait after the start.
 periodSeconds	How often.
 successThreshold	So many successes in a row count as succeeded again.
 tcpSocket	Succeeds when a connection is accepted.
 terminationGracePeriodSeconds	The grace period when this probe ends the container.
 timeoutSeconds	How long an answer may take.
io.k8s.api.core.v1.HTTPGetAction	One HTTP request.
 host	The host; the Pod's address when empty.
 httpHeaders	Headers to send.
 path	The path.
 port	The port's number or name.
 scheme	HTTP or HTTPS. The certificate is not checked.
io.k8s.api.core.v1.Lifecycle	What is done at the two ends of a container's life.
 postStart	Right after the start. When it fails the container is ended.
 preStop	Before the stop signal, within the grace period.
io.k8s.api.core.v1.LifecycleHandler	What to do; exactly one.
 exec	Run a command in the container.
 httpGet	Send a request.
 sleep	Wait.
io.k8s.api.core.v1.ResourceRequirements	What a container needs and what it may use at most.
 limits	At most so much. More processor time is not given; more memory ends the container.
 requests	What is set aside on the node. Equal to the limits when nothing is said.
io.k8s.api.core.v1.SecurityContext	Security settings of one container.
 allowPrivilegeEscalation	Whether a process may gain more rights than its parent.
 capabilities	Capabilities added and dropped.
 privileged	All rights on the node. Almost never right.
 readOnlyRootFilesystem	Nothing can be written outside volumes.
 runAsGroup	The group id of its processes.
 runAsNonRoot	Refuse to start as user 0.
 runAsUser	The user id of its processes.
 seccompProfile	Which system calls are allowed.
io.k8s.api.core.v1.PodSecurityContext	Security settings of all containers of a Pod.
 fsGroup	The group that owns volumes.
 runAsGroup	The group id of processes.
 runAsNonRoot	Refuse to start as user 0.
 runAsUser	The user id of processes.
 supplementalGroups	Further groups of processes.
 sysctls	Kernel settings of the Pod's namespaces.
io.k8s.api.core.v1.Volume	Something that containers of the Pod can mount. Exactly one source.
 configMap	The keys of a config map as files.
 downwardAPI	Fields of the Pod as files.
 emptyDir	An empty folder that lives as long as the Pod.
 ephemeral	A claim that is made and deleted with the Pod.
 hostPath	A file or folder of the node.
 name	The name by which containers mount it.
 persistentVolumeClaim	A claim of the same namespace.
 projected	Several sources in one folder.
 secret	The keys of a secret as files.
io.k8s.api.core.v1.VolumeMount	Where a container finds a volume.
 mountPath	The path in the container.
 name	The volume's name.
 readOnly	Whether it can only be read.
 subPath	A path within the volume instead of all of it.
 subPathExpr	The same, with $(NAME) for environment variables.
io.k8s.api.core.v1.EmptyDirVolumeSource	An empty folder.
 medium	Memory for a folder that is kept in memory.
 sizeLimit	The Pod is ended when it holds more.
io.k8s.api.core.v1.HostPathVolumeSource	A path of the node.
 path	The path.
 type	What must be there, or is made when it is missing.
io.k8s.api.core.v1.ConfigMapVolumeSource	A config map as files.
 defaultMode	The files' permissions.
 items	Which keys, and under which paths. All when empty.
 name	The config map's name.
 optional	Whether it may be missing.
io.k8s.api.core.v1.SecretVolumeSource	A secret as files, kept in memory.
 defaultMode	The files' permissions.
 items	Which keys, and under which paths. All when empty.
 optional	Whether it may be missing.
 secretName	The secret's name.
io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource	The volume of a claim.
 claimName	The claim's name, in the Pod's namespace.
 readOnly	Whether it can only be read.
io.k8s.api.core.v1.Affinity	Where a Pod wants to be.
 nodeAffinity	Which nodes.
 podAffinity	Near which Pods.
 podAntiAffinity	Away from which Pods.
io.k8s.api.core.v1.Toleration	A taint that is accepted.
 effect	Which effect; all when empty.
 key	Which key; all when empty, with Exists.
 operator	Exists or Equal.
 tolerationSeconds	For NoExecute: how long the Pod stays on such a node.
 value	The taint's value, for Equal.
io.k8s.api.core.v1.TopologySpreadConstraint	How evenly matching Pods are spread.
 labelSelector	Which Pods are counted.
 maxSkew	How many more one domain may have than the one with the fewest.
 topologyKey	The node label whose values are the domains.
 whenUnsatisfiable	DoNotSchedule or ScheduleAnyway.
`
