// Finds what a request to the kubelet's server names: the container of a Pod with its log, or the runtime's address for a
// stream. Refusals carry the text that kubectl shows.
import { join } from 'node:path'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isRuntimeNotFound, kubeletRefused, runtimeError } from '../errors.ts'
import type { LogSource } from '../logs/reader.ts'
import { containerLogPath } from '../pod/configs.ts'
import { containersOf, identityOf } from '../pod/view.ts'
import type { Runtime, RuntimeContainer } from '../runtime/types.ts'
import type { KubeletRequest } from './requests.ts'

export interface TargetDeps {
  readonly runtime: Runtime
  readonly pods: () => readonly Pod[]
  readonly logFolder: (pod: Pod) => string
}

type LogRequest = Extract<KubeletRequest, { readonly kind: 'containerLogs' }>

export class Targets {
  readonly #deps: TargetDeps

  constructor(deps: TargetDeps) {
    this.#deps = deps
  }

  /** The log that is asked for. Throws kubeletRefused. */
  async log(asked: LogRequest): Promise<LogSource> {
    const pod = this.#pod(asked.namespace, asked.pod)
    const containers = await this.#containers(pod, asked.container)
    const container = containers[asked.previous ? 1 : 0]
    if (asked.previous && container === undefined) {
      throw kubeletRefused.make({ httpStatus: 400, reason: `previous terminated container "${asked.container}" in pod "${asked.pod}" not found` })
    }
    if (container === undefined || container.state === 'created') {
      const reason = waitingReason(pod, asked.container)
      throw kubeletRefused.make({ httpStatus: 400, reason: `container "${asked.container}" in pod "${asked.pod}" is waiting to start: ${reason}` })
    }
    return {
      path: join(this.#deps.logFolder(pod), containerLogPath(container.name, container.attempt)),
      isRunning: () => this.#isRunning(container.id),
    }
  }

  /** The address of the runtime's stream. Throws kubeletRefused. */
  async stream(asked: KubeletRequest): Promise<string> {
    try {
      switch (asked.kind) {
        case 'exec': return await this.#deps.runtime.execUrl(await this.#runningContainer(asked.namespace, asked.pod, asked.container), asked.command, asked.streams)
        case 'attach': return await this.#deps.runtime.attachUrl(await this.#runningContainer(asked.namespace, asked.pod, asked.container), asked.streams)
        case 'portForward': return await this.#deps.runtime.portForwardUrl(await this.#sandbox(asked.namespace, asked.pod), asked.ports)
        default: throw kubeletRefused.make({ httpStatus: 400, reason: 'this path is no stream' })
      }
    } catch (error) {
      if (runtimeError.is(error)) throw kubeletRefused.make({ httpStatus: 500, reason: error.details.reason }, error)
      throw error
    }
  }

  #pod(namespace: string, name: string): Pod {
    const pod = this.#deps.pods().find((each) => each.metadata.name === name && each.metadata.namespace === namespace)
    if (pod === undefined) throw kubeletRefused.make({ httpStatus: 404, reason: `pod "${name}" not found` })
    return pod
  }

  /** Containers of that name, newest first. */
  async #containers(pod: Pod, name: string): Promise<readonly RuntimeContainer[]> {
    if (!containersOf(pod).some((each) => each.container.name === name)) {
      throw kubeletRefused.make({ httpStatus: 404, reason: `container "${name}" not found in pod "${pod.metadata.name}"` })
    }
    const all = await this.#deps.runtime.listContainers(identityOf(pod).uid)
    return all.filter((each) => each.name === name).sort((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs)
  }

  async #runningContainer(namespace: string, podName: string, name: string): Promise<string> {
    const containers = await this.#containers(this.#pod(namespace, podName), name)
    const running = containers.find((each) => each.state === 'running')
    if (running === undefined) throw kubeletRefused.make({ httpStatus: 500, reason: `container not found ("${name}")` })
    return running.id
  }

  async #sandbox(namespace: string, podName: string): Promise<string> {
    const sandboxes = await this.#deps.runtime.listSandboxes(identityOf(this.#pod(namespace, podName)).uid)
    const ready = sandboxes.find((each) => each.ready)
    if (ready === undefined) throw kubeletRefused.make({ httpStatus: 500, reason: `the sandbox of pod "${podName}" does not run` })
    return ready.id
  }

  async #isRunning(id: string): Promise<boolean> {
    try {
      return (await this.#deps.runtime.containerStatus(id)).state === 'running'
    } catch (error) {
      if (isRuntimeNotFound(error)) return false
      throw error
    }
  }
}

function waitingReason(pod: Pod, container: string): string {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find((each) => each.name === container)?.state?.waiting?.reason ?? 'ContainerCreating'
}
