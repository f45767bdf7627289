// Carries out the planned actions that make a Pod run: its sandbox, its volumes, its containers with their hooks. Each
// step is safe to repeat after a crash between any two. It decides nothing; failures come back as what the API shows.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { pods } from '../../client/resource-types.ts'
import type { Transport } from '../../client/types.ts'
import type { Clock } from '../../base/clock.ts'
import type { Container, Pod, Secret } from '../../objects/generated/core-v1.ts'
import { containerConfigFailed, isRuntimeNotFound, runtimeError, volumeFailed } from '../errors.ts'
import { keptDeadContainers } from '../limits.ts'
import type { Images } from '../images/images.ts'
import { credentialsFor } from '../images/credentials.ts'
import { readPodObjects, readServices } from '../objects-reader.ts'
import type { PodObjects } from '../objects-reader.ts'
import { runHook } from '../probes/handlers.ts'
import type { Runtime, RuntimeMount, RuntimeContainerStatus, SandboxConfig } from '../runtime/types.ts'
import type { Volumes } from '../volumes/volumes.ts'
import type { PodAction } from './plan.ts'
import { containerConfig, podLogFolder, sandboxConfig } from './configs.ts'
import type { SandboxContext } from './configs.ts'
import { hostsFile } from './dns.ts'
import { environment } from './environment.ts'
import { containerResources, oomScore, qosClass } from './resources.ts'
import { identityOf, specOf } from './view.ts'
import type { PodView, Waiting } from './view.ts'

/** What the machine offers to Pods. */
export interface MachineContext {
  readonly hostAddresses: readonly string[]
  readonly allocatable: { readonly [name: string]: string }
  readonly memoryBytes: number
  readonly machineName: string
  readonly clusterDomain: string
  readonly clusterDns: readonly string[]
  readonly machineResolver: SandboxContext['machine']
  readonly podLogDirectory: string
  /** Control groups of Pods lie below; undefined where there are none (without root). */
  readonly cgroupParent: string | undefined
}

export interface StarterDeps {
  readonly runtime: Runtime
  readonly images: Images
  readonly volumes: Volumes
  readonly transport: Transport
  readonly recorder: EventRecorder
  readonly clock: Clock
  readonly machine: () => MachineContext
  /** Why a container of the Pod must not start at this moment; undefined when it may. */
  readonly heldNow: (podUid: string) => Waiting | undefined
}

/** Why an action could not be carried out. `retryAtMs` (boot clock) when the cause itself says when to try again. */
export interface StartFailure {
  readonly waiting: Waiting
  readonly retryAtMs: number | undefined
}

const showBackOffMs = 1_000

type StartAction = Extract<PodAction, { readonly kind: 'startContainer' }>

export class Starter {
  readonly #deps: StarterDeps

  constructor(deps: StarterDeps) {
    this.#deps = deps
  }

  /** The folder of a Pod's logs. */
  logFolder(pod: Pod): string {
    return join(this.#deps.machine().podLogDirectory, podLogFolder(pod))
  }

  sandboxConfig(pod: Pod, attempt: number): SandboxConfig {
    const machine = this.#deps.machine()
    const { uid } = identityOf(pod)
    return sandboxConfig(pod, attempt, {
      machineName: machine.machineName,
      clusterDomain: machine.clusterDomain,
      clusterDns: machine.clusterDns,
      machine: machine.machineResolver,
      logDirectory: this.logFolder(pod),
      cgroupParent: machine.cgroupParent === undefined ? undefined : `${machine.cgroupParent}/${qosClass(pod).toLowerCase()}/pod${uid}`,
    })
  }

  /** Makes the sandbox. Rejects with runtimeError. */
  async createSandbox(pod: Pod, attempt: number): Promise<void> {
    await mkdir(this.logFolder(pod), { recursive: true })
    await this.#deps.runtime.runSandbox(this.sandboxConfig(pod, attempt))
  }

  /** Sets up the Pod's volumes, or refreshes them. Throws volumeFailed. */
  async setUpVolumes(view: PodView, objects: PodObjects): Promise<ReadonlyMap<string, string>> {
    const machine = this.#deps.machine()
    return this.#deps.volumes.setUp(view.pod, { objects, podAddresses: view.addresses, hostAddresses: machine.hostAddresses, allocatable: machine.allocatable })
  }

  /** Reads again what the Pod's volumes show. */
  async refreshVolumes(view: PodView): Promise<void> {
    await this.setUpVolumes(view, await readPodObjects(this.#deps.transport, view.pod))
  }

  /** Starts a container; answers why not when it could not. */
  async startContainer(view: PodView, sandboxId: string, sandboxAttempt: number, action: StartAction): Promise<StartFailure | undefined> {
    const { container } = action.target
    try {
      await this.#clear(view, action)
      const objects = await readPodObjects(this.#deps.transport, view.pod)
      const paths = await this.setUpVolumes(view, objects)
      const image = await this.#image(view.pod, container, objects)
      if (!image.ok) {
        // Soon after a failed pull the answer is ImagePullBackOff, which tells people that it is being tried again.
        const isFirst = image.reason === 'ErrImagePull'
        return { waiting: { reason: image.reason, message: image.message }, retryAtMs: isFirst ? this.#deps.clock.bootMs() + showBackOffMs : image.retryAtMs }
      }
      const config = await this.#config(view, action, objects, paths, image)
      const id = await this.#deps.runtime.createContainer(sandboxId, config, this.sandboxConfig(view.pod, sandboxAttempt))
      this.#event(view.pod, container, 'Normal', 'Created', `Created container: ${container.name}`)
      return await this.#start(view, action, id)
    } catch (error) {
      return this.#failure(view.pod, container, error)
    }
  }

  async #start(view: PodView, action: StartAction, id: string): Promise<StartFailure | undefined> {
    const { container } = action.target
    const held = this.#deps.heldNow(identityOf(view.pod).uid)
    if (held !== undefined) return { waiting: held, retryAtMs: undefined }
    try {
      await this.#deps.runtime.startContainer(id)
    } catch (error) {
      const reason = runtimeError.is(error) ? error.details.reason : String(error)
      this.#event(view.pod, container, 'Warning', 'Failed', `Error: ${reason}`)
      return { waiting: { reason: 'RunContainerError', message: reason }, retryAtMs: undefined }
    }
    this.#event(view.pod, container, 'Normal', 'Started', `Started container ${container.name}`)
    const hook = container.lifecycle?.postStart
    if (hook !== undefined) {
      const result = await runHook(this.#deps, hook, container, id, this.#address(view))
      if (!result.ok) {
        this.#event(view.pod, container, 'Warning', 'FailedPostStartHook', `PostStartHook failed: ${result.message}`)
        await this.#deps.runtime.stopContainer(id, specOf(view.pod).terminationGracePeriodSeconds ?? 30)
        return { waiting: { reason: 'PostStartHookError', message: result.message }, retryAtMs: undefined }
      }
    }
    return undefined
  }

  #address(view: PodView): string {
    return view.addresses[0] ?? this.#deps.machine().hostAddresses[0] ?? '127.0.0.1'
  }

  /** Removes what is in the way: a container that never ran, and ended ones beyond those that are kept. */
  async #clear(view: PodView, action: StartAction): Promise<void> {
    const same = view.containers.filter((each) => each.name === action.target.container.name)
    const ended = same.filter((each) => each.state === 'exited')
    const stuck = same.filter((each) => each.state === 'created' || each.state === 'unknown')
    for (const each of [...stuck, ...ended.slice(keptDeadContainers)]) await this.removeContainer(each)
  }

  /** Removes a container and its log. */
  async removeContainer(container: RuntimeContainerStatus): Promise<void> {
    try {
      if (container.state === 'unknown') await this.#deps.runtime.stopContainer(container.id, 0)
      await this.#deps.runtime.removeContainer(container.id)
    } catch (error) {
      if (!isRuntimeNotFound(error)) throw error
    }
    if (container.logPath !== '') await rm(container.logPath, { force: true })
  }

  /** Removes the Pod's logs. */
  async removeLogs(pod: Pod): Promise<void> {
    await rm(this.logFolder(pod), { recursive: true, force: true })
  }

  async #image(pod: Pod, container: Container, objects: PodObjects): ReturnType<Images['ensure']> {
    const secrets = (specOf(pod).imagePullSecrets ?? []).map((each) => objects.secret(each.name ?? '')).filter((each): each is Secret => each !== undefined)
    const name = container.image ?? ''
    const startedMs = this.#deps.clock.bootMs()
    const result = await this.#deps.images.ensure(container, credentialsFor(name, secrets), () => this.#event(pod, container, 'Normal', 'Pulling', `Pulling image "${name}"`))
    if (!result.ok) {
      const isBackOff = result.reason === 'ImagePullBackOff'
      this.#event(pod, container, isBackOff ? 'Normal' : 'Warning', isBackOff ? 'BackOff' : 'Failed', isBackOff ? `Back-off pulling image "${name}"` : `Failed to pull image "${name}": ${result.message}`)
    } else if (result.pulled) {
      this.#event(pod, container, 'Normal', 'Pulled', `Successfully pulled image "${name}" in ${this.#deps.clock.bootMs() - startedMs}ms. Image size: ${result.image.sizeBytes} bytes.`)
    } else this.#event(pod, container, 'Normal', 'Pulled', `Container image "${name}" already present on machine`)
    return result
  }

  async #config(view: PodView, action: StartAction, objects: PodObjects, paths: ReadonlyMap<string, string>, image: Extract<Awaited<ReturnType<Images['ensure']>>, { readonly ok: true }>): Promise<ReturnType<typeof containerConfig>> {
    const { pod } = view
    const { container } = action.target
    const machine = this.#deps.machine()
    const variables = environment(pod, container, {
      configMap: (name) => objects.configMap(name),
      secret: (name) => objects.secret(name),
      services: await readServices(this.#deps.transport, pod),
      podAddresses: specOf(pod).hostNetwork === true ? machine.hostAddresses : view.addresses,
      hostAddresses: machine.hostAddresses,
      allocatable: machine.allocatable,
    })
    const named = new Map(variables.map((each) => [each.key, each.value]))
    const own = await this.#ownMounts(view, container, action.attempt)
    const mounts = await this.#deps.volumes.mounts(pod, container, paths, named)
    const taken = new Set(mounts.map((each) => each.containerPath))
    const resources = machine.cgroupParent === undefined ? undefined : { ...containerResources(container), oomScoreAdj: oomScore(pod, container, machine.memoryBytes) }
    return containerConfig(pod, container, {
      attempt: action.attempt,
      image: image.image,
      imageRef: image.ref,
      environment: variables,
      mounts: [...mounts, ...own.mounts.filter((each) => !taken.has(each.containerPath))],
      resources,
      terminationFile: own.terminationFile,
    })
  }

  /** /etc/hosts and the termination message: files that every container gets. */
  async #ownMounts(view: PodView, container: Container, attempt: number): Promise<{ readonly mounts: readonly RuntimeMount[]; readonly terminationFile: string }> {
    const { pod } = view
    const folder = this.#deps.volumes.podDirectory(identityOf(pod).uid)
    const terminationFile = join(folder, 'containers', container.name, String(attempt))
    await mkdir(join(folder, 'containers', container.name), { recursive: true })
    // Whoever the container runs as may write it.
    await writeFile(terminationFile, '', { mode: 0o666 })
    const mount = (containerPath: string, hostPath: string): RuntimeMount => ({ containerPath, hostPath, readonly: false, propagation: 'PROPAGATION_PRIVATE' })
    const mounts = [mount(container.terminationMessagePath ?? '/dev/termination-log', terminationFile)]
    if (specOf(pod).hostNetwork !== true) {
      const hosts = join(folder, 'etc-hosts')
      await writeFile(hosts, hostsFile(pod, view.addresses, this.#deps.machine().clusterDomain))
      mounts.push(mount('/etc/hosts', hosts))
    }
    return { mounts, terminationFile }
  }

  #failure(pod: Pod, container: Container, error: unknown): StartFailure {
    if (containerConfigFailed.is(error)) {
      this.#event(pod, container, 'Warning', 'Failed', `Error: ${error.message}`)
      return { waiting: { reason: 'CreateContainerConfigError', message: error.message }, retryAtMs: undefined }
    }
    if (volumeFailed.is(error)) {
      this.#deps.recorder.event(referenceTo(pods, pod), 'Warning', 'FailedMount', error.message)
      return { waiting: { reason: 'ContainerCreating', message: '' }, retryAtMs: undefined }
    }
    if (runtimeError.is(error)) {
      this.#event(pod, container, 'Warning', 'Failed', `Error: ${error.details.reason}`)
      return { waiting: { reason: 'CreateContainerError', message: error.details.reason }, retryAtMs: undefined }
    }
    throw error
  }

  #event(pod: Pod, container: Container, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#deps.recorder.event(referenceTo(pods, pod, `spec.containers{${container.name}}`), type, reason, message)
  }
}
