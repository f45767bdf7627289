// The contract of a container runtime as the kubelet uses it: sandboxes, containers, images, streams. Two twins keep one
// contract suite: CRI over gRPC (cri.ts) and a fake in memory for tests. Configurations have the shape of CRI messages
// (runtime.v1) so that nothing is translated on the way out; answers are in Shoal's own words with times in milliseconds.

export type Labels = { readonly [key: string]: string }

export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET'

export interface NamespaceOption {
  readonly network: NamespaceMode
  readonly pid: NamespaceMode
  readonly ipc: NamespaceMode
  readonly targetId?: string
}

export interface SecurityProfile {
  readonly profileType: 'RuntimeDefault' | 'Unconfined' | 'Localhost'
  readonly localhostRef?: string
}

export interface Int64Value {
  readonly value: number
}

/** What a Pod's sandbox is made of. */
export interface SandboxConfig {
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string; readonly attempt: number }
  readonly hostname: string
  readonly logDirectory: string
  readonly dnsConfig?: { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] }
  readonly portMappings: readonly { readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly containerPort: number; readonly hostPort: number; readonly hostIp: string }[]
  readonly labels: Labels
  readonly annotations: Labels
  readonly linux: {
    readonly cgroupParent?: string
    readonly sysctls?: Labels
    readonly securityContext: {
      readonly namespaceOptions: NamespaceOption
      readonly runAsUser?: Int64Value
      readonly runAsGroup?: Int64Value
      readonly supplementalGroups?: readonly number[]
      readonly privileged?: boolean
      readonly seccomp?: SecurityProfile
    }
  }
}

export interface RuntimeMount {
  readonly containerPath: string
  readonly hostPath: string
  readonly readonly: boolean
  readonly propagation: 'PROPAGATION_PRIVATE' | 'PROPAGATION_HOST_TO_CONTAINER' | 'PROPAGATION_BIDIRECTIONAL'
}

/** Control group settings: shares and quota in the units of the kernel's cpu controller (microseconds). */
export interface ContainerResources {
  readonly cpuPeriod?: number
  readonly cpuQuota?: number
  readonly cpuShares?: number
  readonly memoryLimitInBytes?: number
  readonly oomScoreAdj?: number
}

/** What a container is made of. */
export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number }
  readonly image: { readonly image: string }
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly workingDir?: string
  readonly envs: readonly { readonly key: string; readonly value: string }[]
  readonly mounts: readonly RuntimeMount[]
  readonly labels: Labels
  readonly annotations: Labels
  /** Relative to the sandbox's log directory. */
  readonly logPath: string
  readonly stdin: boolean
  readonly stdinOnce: boolean
  readonly tty: boolean
  readonly linux: {
    readonly resources?: ContainerResources
    readonly securityContext: {
      readonly capabilities?: { readonly addCapabilities: readonly string[]; readonly dropCapabilities: readonly string[] }
      readonly privileged: boolean
      readonly namespaceOptions: NamespaceOption
      readonly runAsUser?: Int64Value
      readonly runAsGroup?: Int64Value
      readonly readonlyRootfs: boolean
      readonly supplementalGroups: readonly number[]
      readonly noNewPrivs: boolean
      readonly maskedPaths: readonly string[]
      readonly readonlyPaths: readonly string[]
      readonly seccomp: SecurityProfile
    }
  }
}

/** A sandbox as the runtime has it. */
export interface Sandbox {
  readonly id: string
  readonly podName: string
  readonly podNamespace: string
  readonly podUid: string
  readonly attempt: number
  readonly ready: boolean
  readonly createdMs: number
  readonly labels: Labels
  readonly annotations: Labels
}

/** A container in the runtime's list. */
export interface RuntimeContainer {
  readonly id: string
  readonly sandboxId: string
  readonly name: string
  readonly attempt: number
  readonly image: string
  readonly imageRef: string
  readonly state: 'created' | 'running' | 'exited' | 'unknown'
  readonly createdMs: number
  readonly labels: Labels
  readonly annotations: Labels
}

/** A container in full. Times are 0 while they have not come. */
export interface RuntimeContainerStatus extends RuntimeContainer {
  readonly startedMs: number
  readonly finishedMs: number
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  readonly logPath: string
}

export interface RuntimeImage {
  readonly id: string
  readonly tags: readonly string[]
  readonly digests: readonly string[]
  readonly sizeBytes: number
  /** The user that the image runs as: a number, or a name when the image says a name. */
  readonly uid: number | undefined
  readonly username: string
}

export interface ExecResult {
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly exitCode: number
}

export interface ExecStreams {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

export interface ImageCredentials {
  readonly username: string
  readonly password: string
}

/** What a container has used so far, as the runtime counts it. */
export interface ContainerCount {
  readonly id: string
  /** When it was counted, by the wall clock. */
  readonly atMs: number
  /** Processor time since the container's start. */
  readonly cpuNanos: number
  /** Memory that cannot be taken back without loss. */
  readonly memoryBytes: number
}

/** Errors of all methods are RuntimeError (errors.ts), whose `notFound` tells that the id or image is not there. */
export interface Runtime {
  version(): Promise<{ readonly name: string; readonly version: string }>
  /** Whether the runtime and its network plugin are ready, each with its reason when not. */
  status(): Promise<{ readonly runtimeReady: boolean; readonly networkReady: boolean; readonly message: string }>
  /** All sandboxes, or those of one Pod. */
  listSandboxes(podUid?: string): Promise<readonly Sandbox[]>
  /** The addresses of a sandbox; empty in the host's network. */
  sandboxAddresses(id: string): Promise<readonly string[]>
  runSandbox(config: SandboxConfig): Promise<string>
  /** Ends every process of the sandbox and its network. Safe to repeat. */
  stopSandbox(id: string): Promise<void>
  removeSandbox(id: string): Promise<void>
  /** All containers, or those of one Pod. */
  listContainers(podUid?: string): Promise<readonly RuntimeContainer[]>
  containerStatus(id: string): Promise<RuntimeContainerStatus>
  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string>
  startContainer(id: string): Promise<void>
  /** Sends the stop signal, waits up to `graceSeconds`, then kills. Resolves when the container has ended. */
  stopContainer(id: string, graceSeconds: number): Promise<void>
  removeContainer(id: string): Promise<void>
  reopenLog(id: string): Promise<void>
  /** What running containers have used, by their control groups; a container that has just ended may be missing. */
  listContainerStats(): Promise<readonly ContainerCount[]>
  /** The process that a running container began with, as this machine numbers it; undefined when it does not run. */
  containerPid(id: string): Promise<number | undefined>
  /** Runs a command to its end. After `timeoutMs` it is killed and the call fails. */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>
  /** The address of the runtime's streaming server for one use. */
  execUrl(id: string, command: readonly string[], streams: ExecStreams): Promise<string>
  attachUrl(id: string, streams: ExecStreams): Promise<string>
  portForwardUrl(sandboxId: string, ports: readonly number[]): Promise<string>
  listImages(): Promise<readonly RuntimeImage[]>
  imageStatus(image: string): Promise<RuntimeImage | undefined>
  /** Answers the reference under which containers are made from it. */
  pullImage(image: string, credentials?: ImageCredentials): Promise<string>
  removeImage(image: string): Promise<void>
  /** Where images lie and how much they take. */
  imageFilesystem(): Promise<{ readonly mountpoint: string; readonly usedBytes: number } | undefined>
  close(): void
}
