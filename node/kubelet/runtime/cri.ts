// The Container Runtime Interface over gRPC: containerd or CRI-O behind a Unix socket. It translates calls and answers
// and nothing else; which container should exist is decided elsewhere. Debian 12's containerd knows the CRI of about
// Kubernetes 1.24 and has no event stream, so changes are found by listing.
import { fileURLToPath } from 'node:url'
import { Client, Metadata, credentials, status as codes } from '@grpc/grpc-js'
import type { ServiceError } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader'
import { assert, required } from '../../../protocol/base/assert.ts'
import { runtimeError } from '../errors.ts'
import { criCallTimeoutMs, criMessageBytes, imagePullTimeoutMs } from '../limits.ts'
import type { ContainerCount, Labels, Runtime, RuntimeContainer, RuntimeContainerStatus, RuntimeImage, Sandbox } from './types.ts'

interface SandboxMessage {
  readonly id: string
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string; readonly attempt: number }
  readonly state: string
  readonly createdAt: number
  readonly labels: Labels
  readonly annotations: Labels
}

interface ContainerMessage {
  readonly id: string
  readonly podSandboxId?: string
  readonly metadata: { readonly name: string; readonly attempt: number }
  readonly image: { readonly image: string } | null
  readonly imageRef: string
  readonly state: string
  readonly createdAt: number
  readonly labels: Labels
  readonly annotations: Labels
}

interface ContainerStatusMessage extends ContainerMessage {
  readonly startedAt: number
  readonly finishedAt: number
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  readonly logPath: string
}

interface ImageMessage {
  readonly id: string
  readonly repoTags: readonly string[]
  readonly repoDigests: readonly string[]
  readonly size: number
  readonly uid: { readonly value: number } | null
  readonly username: string
}

const nanosPerMs = 1_000_000
const podUidLabel = 'io.kubernetes.pod.uid'
/** On everything that we make: another kubelet may use the same runtime, and its Pods are not ours to see, or to end. */
const ownLabel = 'shoal.dev/own'

const toMs = (nanos: number): number => (nanos <= 0 ? 0 : Math.floor(nanos / nanosPerMs))

const states: { readonly [name: string]: RuntimeContainer['state'] } = {
  CONTAINER_CREATED: 'created', CONTAINER_RUNNING: 'running', CONTAINER_EXITED: 'exited',
}

const toSandbox = (message: SandboxMessage): Sandbox => ({
  id: message.id,
  podName: message.metadata.name,
  podNamespace: message.metadata.namespace,
  podUid: message.metadata.uid,
  attempt: message.metadata.attempt,
  ready: message.state === 'SANDBOX_READY',
  createdMs: toMs(message.createdAt),
  labels: message.labels,
  annotations: message.annotations,
})

const toContainer = (message: ContainerMessage): RuntimeContainer => ({
  id: message.id,
  sandboxId: message.podSandboxId ?? '',
  name: message.metadata.name,
  attempt: message.metadata.attempt,
  image: message.image?.image ?? '',
  imageRef: message.imageRef,
  state: states[message.state] ?? 'unknown',
  createdMs: toMs(message.createdAt),
  labels: message.labels,
  annotations: message.annotations,
})

const toImage = (message: ImageMessage): RuntimeImage => ({
  id: message.id,
  tags: message.repoTags,
  digests: message.repoDigests,
  sizeBytes: message.size,
  uid: message.uid?.value,
  username: message.username,
})

type Call = <Answer>(method: string, request: object, timeoutMs?: number) => Promise<Answer>

/** The methods of one service of cri.proto, by name. */
function loadService(name: string): ServiceDefinition {
  const definitions = loadSync(fileURLToPath(new URL('./cri.proto', import.meta.url)), {
    longs: Number, enums: String, defaults: true, arrays: true, objects: true,
  })
  const service = required(definitions[`runtime.v1.${name}`], `service ${name}`)
  assert(!('format' in service), `${name} is a service`)
  return service
}

function caller(client: Client, service: ServiceDefinition): Call {
  return <Answer>(name: string, request: object, timeoutMs = criCallTimeoutMs) => {
    const method: MethodDefinition<object, object> = required(service[name], `method ${name}`)
    return new Promise<Answer>((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: object): void => {
        if (error !== null) {
          reject(runtimeError.make({ call: name, notFound: error.code === codes.NOT_FOUND, reason: error.details || error.message }, error))
          return
        }
        // The decoder has checked the wire against cri.proto; the type parameter names the message of that file.
        resolve(answer as Answer)
      }
      // gRPC compares the deadline with Date.now() itself: a time by any other clock would be a wrong one.
      client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, request, new Metadata(),
        { deadline: Date.now() + timeoutMs }, done)
    })
  }
}

const podFilter = (podUid: string | undefined): object => ({ filter: { labelSelector: { [ownLabel]: 'true', ...(podUid === undefined ? {} : { [podUidLabel]: podUid }) } } })

const owned = <Config extends { readonly labels: Labels }>(config: Config): Config => ({ ...config, labels: { ...config.labels, [ownLabel]: 'true' } })

/** Connects to the runtime at `endpoint`, a path or a `unix://` address. The connection is made when first used. */
export function criRuntime(endpoint: string): Runtime {
  const address = endpoint.startsWith('unix:') ? endpoint : `unix://${endpoint}`
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': criMessageBytes,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.initial_reconnect_backoff_ms': 100,
  })
  const runtime = caller(client, loadService('RuntimeService'))
  const images = caller(client, loadService('ImageService'))
  return { ...sandboxCalls(runtime), ...containerCalls(runtime), ...statsCalls(runtime), ...streamCalls(runtime), ...imageCalls(images), close: () => client.close() }
}

function sandboxCalls(call: Call): Pick<Runtime, 'version' | 'status' | 'listSandboxes' | 'sandboxAddresses' | 'runSandbox' | 'stopSandbox' | 'removeSandbox'> {
  return {
    version: async () => {
      const answer = await call<{ runtimeName: string; runtimeVersion: string }>('Version', { version: 'v1' }, 5_000)
      return { name: answer.runtimeName, version: answer.runtimeVersion }
    },
    status: async () => {
      const answer = await call<{ status: { conditions: readonly { type: string; status: boolean; message: string }[] } }>('Status', {}, 5_000)
      const of = (type: string): boolean => answer.status.conditions.find((each) => each.type === type)?.status ?? false
      const message = answer.status.conditions.filter((each) => !each.status).map((each) => each.message).join('; ')
      return { runtimeReady: of('RuntimeReady'), networkReady: of('NetworkReady'), message }
    },
    listSandboxes: async (podUid) => (await call<{ items: readonly SandboxMessage[] }>('ListPodSandbox', podFilter(podUid))).items.map(toSandbox),
    sandboxAddresses: async (id) => {
      const answer = await call<{ status: { network: { ip: string; additionalIps: readonly { ip: string }[] } | null } }>('PodSandboxStatus', { id })
      const network = answer.status.network
      return network === null || network.ip === '' ? [] : [network.ip, ...network.additionalIps.map((each) => each.ip)]
    },
    runSandbox: async (config) => (await call<{ podSandboxId: string }>('RunPodSandbox', { config: owned(config) })).podSandboxId,
    stopSandbox: async (id) => {
      await call('StopPodSandbox', { id })
    },
    removeSandbox: async (id) => {
      await call('RemovePodSandbox', { id })
    },
  }
}

function containerCalls(call: Call): Pick<Runtime, 'listContainers' | 'containerStatus' | 'createContainer' | 'startContainer' | 'stopContainer' | 'removeContainer' | 'reopenLog'> {
  return {
    listContainers: async (podUid) => (await call<{ containers: readonly ContainerMessage[] }>('ListContainers', podFilter(podUid))).containers.map(toContainer),
    containerStatus: async (id) => {
      const { status } = await call<{ status: ContainerStatusMessage }>('ContainerStatus', { id })
      const full: RuntimeContainerStatus = {
        ...toContainer(status),
        startedMs: toMs(status.startedAt),
        finishedMs: toMs(status.finishedAt),
        exitCode: status.exitCode,
        reason: status.reason,
        message: status.message,
        logPath: status.logPath,
      }
      return full
    },
    createContainer: async (sandboxId, config, sandbox) =>
      (await call<{ containerId: string }>('CreateContainer', { podSandboxId: sandboxId, config: owned(config), sandboxConfig: owned(sandbox) })).containerId,
    startContainer: async (id) => {
      await call('StartContainer', { id })
    },
    stopContainer: async (id, graceSeconds) => {
      await call('StopContainer', { containerId: id, timeout: graceSeconds }, graceSeconds * 1000 + criCallTimeoutMs)
    },
    removeContainer: async (id) => {
      await call('RemoveContainer', { id })
    },
    reopenLog: async (id) => {
      await call('ReopenContainerLog', { id })
    },
  }
}

interface StatsMessage {
  readonly attributes: { readonly id: string } | null
  readonly cpu: { readonly timestamp: number; readonly usageCoreNanoSeconds: { readonly value: number } | null } | null
  readonly memory: { readonly workingSetBytes: { readonly value: number } | null } | null
}

function toCount(message: StatsMessage): readonly ContainerCount[] {
  const { attributes, cpu, memory } = message
  if (attributes === null || cpu === null || cpu.usageCoreNanoSeconds === null) return []
  return [{ id: attributes.id, atMs: toMs(cpu.timestamp), cpuNanos: cpu.usageCoreNanoSeconds.value, memoryBytes: memory?.workingSetBytes?.value ?? 0 }]
}

function statsCalls(call: Call): Pick<Runtime, 'listContainerStats' | 'containerPid'> {
  return {
    listContainerStats: async () => (await call<{ stats: readonly StatsMessage[] }>('ListContainerStats', {})).stats.flatMap(toCount),
    containerPid: async (id) => {
      // Only the verbose answer names the process: a text of JSON under `info`, as containerd and CRI-O write it.
      const { info } = await call<{ info: Labels }>('ContainerStatus', { id, verbose: true })
      const detail: { readonly pid?: number } = JSON.parse(info['info'] ?? '{}')
      return detail.pid === undefined || detail.pid === 0 ? undefined : detail.pid
    },
  }
}

function streamCalls(call: Call): Pick<Runtime, 'execSync' | 'execUrl' | 'attachUrl' | 'portForwardUrl'> {
  return {
    execSync: async (id, command, timeoutMs) => {
      const timeout = Math.max(1, Math.ceil(timeoutMs / 1000))
      // The runtime counts in whole seconds; the call's own deadline a little later catches a runtime that hangs.
      return call<{ stdout: Uint8Array; stderr: Uint8Array; exitCode: number }>('ExecSync', { containerId: id, cmd: command, timeout }, timeout * 1000 + 2_000)
    },
    execUrl: async (id, command, streams) => (await call<{ url: string }>('Exec', { containerId: id, cmd: command, ...streams })).url,
    attachUrl: async (id, streams) => (await call<{ url: string }>('Attach', { containerId: id, ...streams })).url,
    portForwardUrl: async (sandboxId, ports) => (await call<{ url: string }>('PortForward', { podSandboxId: sandboxId, port: ports })).url,
  }
}

function imageCalls(call: Call): Pick<Runtime, 'listImages' | 'imageStatus' | 'pullImage' | 'removeImage' | 'imageFilesystem'> {
  return {
    listImages: async () => (await call<{ images: readonly ImageMessage[] }>('ListImages', {})).images.map(toImage),
    imageStatus: async (image) => {
      const answer = await call<{ image: ImageMessage | null }>('ImageStatus', { image: { image } })
      return answer.image === null ? undefined : toImage(answer.image)
    },
    pullImage: async (image, credential) =>
      (await call<{ imageRef: string }>('PullImage', { image: { image }, ...(credential === undefined ? {} : { auth: credential }) }, imagePullTimeoutMs)).imageRef,
    removeImage: async (image) => {
      await call('RemoveImage', { image: { image } })
    },
    imageFilesystem: async () => {
      const answer = await call<{ imageFilesystems: readonly { fsId: { mountpoint: string } | null; usedBytes: { value: number } | null }[] }>('ImageFsInfo', {})
      const first = answer.imageFilesystems[0]
      return first === undefined ? undefined : { mountpoint: first.fsId?.mountpoint ?? '', usedBytes: first.usedBytes?.value ?? 0 }
    },
  }
}
