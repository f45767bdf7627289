// The shapes of API objects as far as the dashboard looks at them. Everything that a server may leave out is optional.
// Types only, and names of kinds with their paths; what the fields mean is in the Kubernetes API reference.

export interface Meta {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: { readonly [key: string]: string }
  readonly annotations?: { readonly [key: string]: string }
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[]
}

export interface Item {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: Meta
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

interface StateDetail {
  readonly reason?: string
  readonly message?: string
  readonly exitCode?: number
  readonly startedAt?: string
  readonly finishedAt?: string
}

export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly image: string
  readonly state?: { readonly running?: StateDetail; readonly waiting?: StateDetail; readonly terminated?: StateDetail }
}

export interface Pod extends Item {
  readonly spec?: {
    readonly nodeName?: string
    readonly containers: readonly { readonly name: string; readonly image: string }[]
    readonly initContainers?: readonly { readonly name: string; readonly image: string }[]
    readonly volumes?: readonly { readonly name: string; readonly persistentVolumeClaim?: { readonly claimName: string } }[]
  }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly podIP?: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

export interface Node extends Item {
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly capacity?: { readonly [resource: string]: string }
    readonly nodeInfo?: { readonly kubeletVersion?: string; readonly containerRuntimeVersion?: string }
  }
}

/** Deployments, StatefulSets, DaemonSets, Jobs and CronJobs, as far as they are alike. */
export interface Workload extends Item {
  readonly spec?: {
    readonly replicas?: number
    readonly completions?: number
    readonly suspend?: boolean
    readonly schedule?: string
    readonly jobTemplate?: { readonly metadata?: Pick<Meta, 'labels' | 'annotations'>; readonly spec?: object }
  }
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly updatedReplicas?: number
    readonly desiredNumberScheduled?: number
    readonly numberReady?: number
    readonly succeeded?: number
    readonly failed?: number
    /** Pods of a Job, or the Jobs of a CronJob. */
    readonly active?: number | readonly unknown[]
    readonly lastScheduleTime?: string
    readonly conditions?: readonly Condition[]
  }
}

export interface Claim extends Item {
  readonly spec?: { readonly storageClassName?: string; readonly volumeName?: string; readonly accessModes?: readonly string[]; readonly resources?: { readonly requests?: { readonly storage?: string } } }
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string }; readonly conditions?: readonly Condition[] }
}

export interface Service extends Item {
  readonly spec?: {
    readonly type?: string
    readonly clusterIP?: string
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string; readonly nodePort?: number }[]
  }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } }
}

export interface EndpointSlice extends Item {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean }
    readonly nodeName?: string
    readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly namespace?: string }
  }[]
}

export interface KubeEvent extends Item {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly involvedObject: { readonly kind?: string; readonly name?: string; readonly namespace?: string; readonly uid?: string }
}

export interface Autoscaler extends Item {
  readonly spec?: { readonly minReplicas?: number; readonly maxReplicas?: number; readonly scaleTargetRef?: { readonly kind: string; readonly name: string } }
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number; readonly conditions?: readonly Condition[] }
}

/** What `/shoal/peers` answers. */
export interface PeersView {
  readonly cluster: string
  readonly incarnation: number
  readonly term: number
  readonly leader: string
  readonly revision: number
  readonly peers: readonly {
    readonly name: string
    readonly address: string
    readonly role: string
    readonly state: string
    readonly lag?: number
    readonly trouble?: string
  }[]
  readonly works: readonly { readonly work: string; readonly peer: string }[]
  readonly views?: readonly { readonly name: string; readonly answers: boolean; readonly sees: readonly string[]; readonly misses: readonly string[] }[]
  readonly findings?: readonly { readonly level: string; readonly text: string }[]
}

/** A kind and its place in the API. */
export interface Kind {
  readonly kind: string
  readonly root: string
  readonly resource: string
}

export const kinds = {
  pods: { kind: 'Pod', root: '/api/v1', resource: 'pods' },
  nodes: { kind: 'Node', root: '/api/v1', resource: 'nodes' },
  services: { kind: 'Service', root: '/api/v1', resource: 'services' },
  events: { kind: 'Event', root: '/api/v1', resource: 'events' },
  endpointSlices: { kind: 'EndpointSlice', root: '/apis/discovery.k8s.io/v1', resource: 'endpointslices' },
  deployments: { kind: 'Deployment', root: '/apis/apps/v1', resource: 'deployments' },
  statefulSets: { kind: 'StatefulSet', root: '/apis/apps/v1', resource: 'statefulsets' },
  daemonSets: { kind: 'DaemonSet', root: '/apis/apps/v1', resource: 'daemonsets' },
  jobs: { kind: 'Job', root: '/apis/batch/v1', resource: 'jobs' },
  cronJobs: { kind: 'CronJob', root: '/apis/batch/v1', resource: 'cronjobs' },
  claims: { kind: 'PersistentVolumeClaim', root: '/api/v1', resource: 'persistentvolumeclaims' },
  autoscalers: { kind: 'HorizontalPodAutoscaler', root: '/apis/autoscaling/v2', resource: 'horizontalpodautoscalers' },
} as const satisfies { readonly [name: string]: Kind }

/** The path of a kind, of a namespace's, of one object, of its subresource. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const within = namespace === undefined || namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  const rest = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`).join('')
  return `${kind.root}${within}/${kind.resource}${rest}`
}
