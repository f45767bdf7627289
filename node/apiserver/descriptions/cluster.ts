// What `kubectl explain` says about Services, Ingress, configuration, nodes, storage and rights, in our own words.
// The form is that of meta.ts.
export const clusterDescriptions = `io.k8s.api.core.v1.Service	One stable address and name for Pods that come and go.
io.k8s.api.core.v1.ServiceSpec	Which Pods, which ports, and from where they can be reached.
 allocateLoadBalancerNodePorts	Whether a LoadBalancer also gets node ports.
 clusterIP	The address inside the cluster. None for a headless Service, whose name leads to the Pods themselves.
 clusterIPs	All addresses, one an address family.
 externalIPs	Further addresses whose traffic the nodes accept for this Service.
 externalName	For ExternalName: the name to which this one leads.
 externalTrafficPolicy	Local uses only Pods of the node where the traffic arrives, and keeps the client's address.
 healthCheckNodePort	Where a load balancer asks whether a node has Pods, with Local.
 internalTrafficPolicy	Local uses only Pods of the node where the traffic starts.
 ipFamilies	IPv4, IPv6 or both.
 ipFamilyPolicy	Whether both families are wanted or required.
 loadBalancerClass	Which implementation makes the load balancer.
 loadBalancerIP	The address that is wished for.
 loadBalancerSourceRanges	Only these clients may come in from outside.
 ports	The ports.
 publishNotReadyAddresses	Whether Pods that are not ready are named too.
 sessionAffinity	ClientIP sends one client to the same Pod again.
 sessionAffinityConfig	How long a client stays with its Pod.
 trafficDistribution	Prefer endpoints that are close.
 type	ClusterIP, NodePort, LoadBalancer or ExternalName.
io.k8s.api.core.v1.ServicePort	One port of a Service.
 appProtocol	What is spoken there, as a hint.
 name	Its name; needed when there are several.
 nodePort	The port on every node. Chosen by the system when empty.
 port	The port of the Service.
 protocol	TCP, UDP or SCTP.
 targetPort	The port of the Pods, as a number or a name. The same as port when empty.
io.k8s.api.core.v1.ServiceStatus	What was made for a Service.
 loadBalancer	The addresses of the load balancer.
io.k8s.api.discovery.v1.EndpointSlice	A part of a Service's endpoints. Made by the system.
 addressType	IPv4, IPv6 or FQDN.
 endpoints	The endpoints.
 ports	The ports of each of them.
io.k8s.api.core.v1.Endpoints	All endpoints of a Service in one object, as they were before EndpointSlices.
 subsets	Addresses with the same ports.
io.k8s.api.networking.v1.Ingress	Leads HTTP requests from outside to Services, by host and path.
io.k8s.api.networking.v1.IngressSpec	Which requests go where.
 defaultBackend	Where requests go that no rule matches.
 ingressClassName	Which implementation serves it.
 rules	Hosts with their paths.
 tls	Certificates by host.
io.k8s.api.networking.v1.HTTPIngressPath	One path.
 backend	Where it leads.
 path	The path.
 pathType	Exact, Prefix by whole parts, or ImplementationSpecific.
io.k8s.api.core.v1.ConfigMap	Configuration by key, for Pods to read as files or variables.
 binaryData	Values that are no text, in base64.
 data	Values that are text.
 immutable	While true, nothing can be changed any more.
io.k8s.api.core.v1.Secret	Like a ConfigMap, for what not everybody may see.
 data	Values in base64.
 immutable	While true, nothing can be changed any more.
 stringData	Values as plain text, for writing only. They end up in data.
 type	What the secret is for, which says which keys it must have.
io.k8s.api.core.v1.Namespace	A space for names, and for rights.
io.k8s.api.core.v1.NamespaceStatus	Whether the namespace lives.
 phase	Active, or Terminating while what is in it is being deleted.
io.k8s.api.core.v1.ServiceAccount	Who Pods are when they speak to the API.
 automountServiceAccountToken	Whether Pods find the token in a volume.
 imagePullSecrets	Secrets with which its Pods fetch images.
 secrets	Secrets that its Pods may use.
io.k8s.api.core.v1.Event	Something that happened to an object. Kept for an hour.
 count	How often.
 firstTimestamp	When first.
 involvedObject	To which object.
 lastTimestamp	When last.
 reportingComponent	Who saw it.
 type	Normal or Warning.
io.k8s.api.core.v1.Node	A machine that runs Pods.
io.k8s.api.core.v1.NodeSpec	What is wanted of a node.
 podCIDR	The range of its Pods' addresses.
 podCIDRs	The ranges, one an address family.
 taints	Keep Pods away that do not tolerate them.
 unschedulable	While true, no new Pods come. kubectl cordon sets it.
io.k8s.api.core.v1.NodeStatus	What was last seen of a node.
 addresses	Its addresses and names.
 allocatable	What Pods may use of it.
 capacity	What it has.
 images	The images that it has.
 nodeInfo	Versions and ids.
io.k8s.api.core.v1.Taint	Keeps Pods away from a node.
 effect	NoSchedule, PreferNoSchedule or NoExecute.
 key	Its key.
 timeAdded	When it was added.
 value	Its value.
io.k8s.api.core.v1.PersistentVolume	Storage in the cluster.
io.k8s.api.core.v1.PersistentVolumeSpec	What storage it is.
 accessModes	How it can be mounted.
 capacity	Its size.
 claimRef	The claim that has it.
 local	A folder or device of one node.
 nodeAffinity	From which nodes it can be reached.
 persistentVolumeReclaimPolicy	Retain or Delete: what becomes of it when its claim is gone.
 storageClassName	Its class.
 volumeMode	Filesystem or Block.
io.k8s.api.core.v1.PersistentVolumeClaim	A wish for storage, and the volume that fulfils it.
io.k8s.api.core.v1.PersistentVolumeClaimSpec	What storage is wanted.
 accessModes	How it is to be mounted.
 resources	How large.
 storageClassName	Of which class; of the default one when missing.
 volumeMode	Filesystem or Block.
 volumeName	The volume that has been bound.
io.k8s.api.storage.v1.StorageClass	A way in which volumes are made.
 allowVolumeExpansion	Whether claims may grow.
 provisioner	Who makes the volumes.
 reclaimPolicy	Retain or Delete, for volumes that are made.
 volumeBindingMode	WaitForFirstConsumer makes the volume where its first Pod is placed.
io.k8s.api.coordination.v1.Lease	Who holds something, and until when.
io.k8s.api.coordination.v1.LeaseSpec	The lease.
 acquireTime	Since when.
 holderIdentity	Who holds it.
 leaseDurationSeconds	For how long after the last renewal it holds.
 leaseTransitions	How often the holder changed.
 renewTime	When it was last renewed.
io.k8s.api.scheduling.v1.PriorityClass	A name for a priority.
 description	When to use it.
 globalDefault	Whether Pods without a class get it.
 preemptionPolicy	Whether its Pods may push out others.
 value	The priority. Higher comes first.
io.k8s.api.rbac.v1.Role	Rights in one namespace.
 rules	The rights. They add up; nothing takes away.
io.k8s.api.rbac.v1.ClusterRole	Rights in the whole cluster, or for use in namespaces.
 aggregationRule	Take over the rules of other cluster roles, chosen by labels.
 rules	The rights. They add up; nothing takes away.
io.k8s.api.rbac.v1.RoleBinding	Gives rights in one namespace.
 roleRef	Which rights. It cannot be changed.
 subjects	To whom.
io.k8s.api.rbac.v1.ClusterRoleBinding	Gives rights in the whole cluster.
 roleRef	Which rights. It cannot be changed.
 subjects	To whom.
io.k8s.api.rbac.v1.PolicyRule	Who has it may do these verbs on these resources.
 apiGroups	The groups; "" is the core group, * is all.
 nonResourceURLs	Paths that are no objects, such as /metrics.
 resourceNames	Only objects of these names.
 resources	The resources, such as pods or pods/log.
 verbs	What may be done: get, list, watch, create, update, patch, delete, deletecollection, …
io.k8s.api.rbac.v1.Subject	A user, a group or a service account.
 name	The name.
 namespace	The service account's namespace.
`
