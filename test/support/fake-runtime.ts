// A container runtime in memory: the twin of the CRI client for tests. Containers run until they are stopped or a test ends
// them; images are there when a test says so. It keeps the same contract suite as the real one.
import { runtimeError } from '../../node/kubelet/errors.ts'
import type { Clock } from '../../node/base/clock.ts'
import type { ContainerConfig, ContainerCount, ExecResult, Runtime, RuntimeContainerStatus, RuntimeImage, Sandbox, SandboxConfig } from '../../node/kubelet/runtime/types.ts'

const podUidLabel = 'io.kubernetes.pod.uid'

const missing = (call: string, what: string): Error => runtimeError.make({ call, notFound: true, reason: `${what} not found` })
const refused = (call: string, reason: string): Error => runtimeError.make({ call, notFound: false, reason })

export class FakeRuntime implements Runtime {
  /** Every change that was asked for, in order. */
  readonly calls: string[] = []
  readonly sandboxes = new Map<string, Sandbox & { readonly address: string }>()
  readonly containers = new Map<string, RuntimeContainerStatus>()
  readonly configs = new Map<string, ContainerConfig>()
  readonly images = new Map<string, RuntimeImage>()
  /** What the next calls of this name fail with. */
  readonly failures = new Map<string, string>()
  exec: (id: string, command: readonly string[]) => Promise<ExecResult> = () => Promise.resolve({ stdout: new Uint8Array(), stderr: new Uint8Array(), exitCode: 0 })
  networkReady = true
  readonly #clock: Clock
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  addImage(tag: string, digests: readonly string[] = []): RuntimeImage {
    const image: RuntimeImage = { id: `sha256:${tag}`, tags: [tag], digests, sizeBytes: 1000, uid: undefined, username: '' }
    this.images.set(tag, image)
    return image
  }

  /** A container ends by itself. */
  endContainer(name: string, exitCode: number): void {
    const running = [...this.containers.values()].find((each) => each.name === name && each.state === 'running')
    if (running === undefined) throw new Error(`no container ${name} runs`)
    this.#end(running, exitCode)
  }

  #end(container: RuntimeContainerStatus, exitCode: number): void {
    this.containers.set(container.id, { ...container, state: 'exited', exitCode, finishedMs: this.#clock.wallMs(), reason: exitCode === 0 ? 'Completed' : 'Error' })
  }

  #call(name: string, detail: string): void {
    this.calls.push(`${name} ${detail}`.trim())
    const failure = this.failures.get(name)
    if (failure !== undefined) throw refused(name, failure)
  }

  #container(call: string, id: string): RuntimeContainerStatus {
    const found = this.containers.get(id)
    if (found === undefined) throw missing(call, `container ${id}`)
    return found
  }

  version(): Promise<{ readonly name: string; readonly version: string }> {
    return Promise.resolve({ name: 'containerd', version: '1.0-fake' })
  }

  status(): Promise<{ readonly runtimeReady: boolean; readonly networkReady: boolean; readonly message: string }> {
    return Promise.resolve({ runtimeReady: true, networkReady: this.networkReady, message: this.networkReady ? '' : 'no network' })
  }

  listSandboxes(podUid?: string): Promise<readonly Sandbox[]> {
    return Promise.resolve([...this.sandboxes.values()].filter((each) => podUid === undefined || each.podUid === podUid))
  }

  sandboxAddresses(id: string): Promise<readonly string[]> {
    const found = this.sandboxes.get(id)
    return found === undefined ? Promise.reject(missing('PodSandboxStatus', id)) : Promise.resolve(found.address === '' ? [] : [found.address])
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    this.#call('runSandbox', config.metadata.name)
    const id = `sandbox-${this.#count++}`
    const { name, namespace, uid, attempt } = config.metadata
    const address = config.linux.securityContext.namespaceOptions.network === 'NODE' ? '' : `10.244.0.${this.#count + 1}`
    this.sandboxes.set(id, { id, podName: name, podNamespace: namespace, podUid: uid, attempt, ready: true, createdMs: this.#clock.wallMs(), labels: config.labels, annotations: config.annotations, address })
    return id
  }

  async stopSandbox(id: string): Promise<void> {
    this.#call('stopSandbox', id)
    const found = this.sandboxes.get(id)
    if (found === undefined) return
    this.sandboxes.set(id, { ...found, ready: false })
    for (const each of this.containers.values()) if (each.sandboxId === id && each.state === 'running') this.#end(each, 137)
  }

  async removeSandbox(id: string): Promise<void> {
    this.#call('removeSandbox', id)
    this.sandboxes.delete(id)
    for (const each of this.containers.values()) if (each.sandboxId === id) this.containers.delete(each.id)
  }

  listContainers(podUid?: string): Promise<readonly RuntimeContainerStatus[]> {
    return Promise.resolve([...this.containers.values()].filter((each) => podUid === undefined || each.labels[podUidLabel] === podUid))
  }

  async containerStatus(id: string): Promise<RuntimeContainerStatus> {
    return this.#container('ContainerStatus', id)
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    this.#call('createContainer', config.metadata.name)
    if (!this.sandboxes.has(sandboxId)) throw missing('CreateContainer', `sandbox ${sandboxId}`)
    const id = `container-${this.#count++}`
    this.configs.set(id, config)
    this.containers.set(id, {
      id, sandboxId, name: config.metadata.name, attempt: config.metadata.attempt, image: config.image.image, imageRef: config.image.image, state: 'created',
      createdMs: this.#clock.wallMs(), labels: config.labels, annotations: config.annotations, startedMs: 0, finishedMs: 0, exitCode: 0, reason: '', message: '',
      logPath: `${sandbox.logDirectory}/${config.logPath}`,
    })
    return id
  }

  async startContainer(id: string): Promise<void> {
    const container = this.#container('StartContainer', id)
    this.#call('startContainer', container.name)
    this.containers.set(id, { ...container, state: 'running', startedMs: this.#clock.wallMs() })
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const container = this.#container('StopContainer', id)
    this.#call('stopContainer', `${container.name} ${graceSeconds}`)
    if (container.state === 'running') this.#end(container, 0)
  }

  async removeContainer(id: string): Promise<void> {
    this.#call('removeContainer', this.containers.get(id)?.name ?? id)
    this.containers.delete(id)
  }

  async reopenLog(id: string): Promise<void> {
    this.#call('reopenLog', this.#container('ReopenContainerLog', id).name)
  }

  /** What containers have used, as a test sets it. */
  readonly counts = new Map<string, { readonly cpuNanos: number; readonly memoryBytes: number }>()

  listContainerStats(): Promise<readonly ContainerCount[]> {
    const running = [...this.containers.values()].filter((each) => each.state === 'running')
    return Promise.resolve(running.map(({ id }) => ({ id, atMs: this.#clock.wallMs(), ...(this.counts.get(id) ?? { cpuNanos: 1, memoryBytes: 1 }) })))
  }

  async containerPid(id: string): Promise<number | undefined> {
    return this.#container('ContainerStatus', id).state === 'running' ? process.pid : undefined
  }

  async execSync(id: string, command: readonly string[]): Promise<ExecResult> {
    this.#container('ExecSync', id)
    return this.exec(id, command)
  }

  async execUrl(id: string): Promise<string> {
    return `http://127.0.0.1:1/exec/${this.#container('Exec', id).id}`
  }

  async attachUrl(id: string): Promise<string> {
    return `http://127.0.0.1:1/attach/${this.#container('Attach', id).id}`
  }

  async portForwardUrl(sandboxId: string): Promise<string> {
    if (!this.sandboxes.has(sandboxId)) throw missing('PortForward', sandboxId)
    return `http://127.0.0.1:1/portforward/${sandboxId}`
  }

  listImages(): Promise<readonly RuntimeImage[]> {
    return Promise.resolve([...this.images.values()])
  }

  imageStatus(image: string): Promise<RuntimeImage | undefined> {
    return Promise.resolve(this.images.get(image))
  }

  async pullImage(image: string): Promise<string> {
    this.#call('pullImage', image)
    return this.addImage(image, [`${image}@sha256:1`]).id
  }

  async removeImage(image: string): Promise<void> {
    this.#call('removeImage', image)
    this.images.delete(image)
  }

  imageFilesystem(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  close(): void {
    this.calls.push('close')
  }
}
