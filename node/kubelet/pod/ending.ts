// Ends the containers of a Pod: first the other peers' rules let go of it, then preStop hooks, the stop signal, and a kill
// when the grace period is over (Kubernetes documentation, Termination of Pods). Sidecars end after the others. The time
// for the rules lies inside the grace period. It writes nothing to the API.
import type { Clock } from '../../base/clock.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { pods } from '../../client/resource-types.ts'
import type { Logger } from '../../base/logger.ts'
import { isRuntimeNotFound } from '../errors.ts'
import { endpointWithdrawMs, firstRulesMs } from '../limits.ts'
import { runHook } from '../probes/handlers.ts'
import type { Runtime, RuntimeContainerStatus } from '../runtime/types.ts'
import { containersOf } from './view.ts'
import type { NamedContainer, PodView } from './view.ts'

export interface EndingDeps {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  readonly recorder: EventRecorder
  /** Resolves once this peer's rules are those of this life of the daemon, or after `timeoutMs`. */
  readonly rulesInForce: (timeoutMs: number) => Promise<void>
  /** Resolves when the live peers' rules no longer lead to these addresses, or after `timeoutMs`. */
  readonly endpointsWithdrawn: (addresses: readonly string[], timeoutMs: number) => Promise<void>
}

/** Even a container that must end at once gets this long to do so, as in Kubernetes. */
const leastGraceSeconds = 2

/** One ending. Its grace period can only become shorter. */
export class Ending {
  readonly #deps: EndingDeps
  readonly #stopping = new Set<string>()
  #deadlineMs: number
  #cut = (): void => undefined
  #wasCut: Promise<void>

  constructor(deps: EndingDeps, graceSeconds: number) {
    this.#deps = deps
    this.#deadlineMs = deps.clock.bootMs() + graceSeconds * 1000
    this.#wasCut = this.#untilCut()
  }

  #untilCut(): Promise<void> {
    return new Promise((resolve) => {
      this.#cut = resolve
    })
  }

  /** The Pod was deleted again with less time. */
  shorten(graceSeconds: number): void {
    const deadlineMs = this.#deps.clock.bootMs() + graceSeconds * 1000
    if (deadlineMs >= this.#deadlineMs) return
    this.#deadlineMs = deadlineMs
    this.#cut()
    this.#wasCut = this.#untilCut()
    // The runtime takes a second stop with a shorter time beside the first.
    for (const id of this.#stopping) {
      this.#deps.runtime.stopContainer(id, this.#remainingSeconds()).catch((error: unknown) => {
        if (!isRuntimeNotFound(error)) this.#deps.logger.debug('the runtime did not take a shorter grace period', { container: id, error })
      })
    }
  }

  /** Ends every container, then the sandboxes. Rejects with runtimeError; calling it again goes on where it failed. */
  async run(view: PodView): Promise<void> {
    const running = view.containers.filter((each) => each.state === 'running')
    if (running.length > 0 && view.addresses.length > 0) await this.#withdraw(view.addresses)
    const kinds = new Map(containersOf(view.pod).map((each) => [each.container.name, each]))
    const isSidecar = (each: RuntimeContainerStatus): boolean => kinds.get(each.name)?.kind === 'sidecar'
    await Promise.all(running.filter((each) => !isSidecar(each)).map((each) => this.endContainer(view, each, kinds.get(each.name))))
    // Sidecars end in the reverse order of their start (KEP-753).
    const order = [...kinds.keys()]
    const sidecars = running.filter(isSidecar).sort((a, b) => order.indexOf(b.name) - order.indexOf(a.name))
    for (const each of sidecars) await this.endContainer(view, each, kinds.get(each.name))
    for (const sandbox of view.sandboxes) await this.#deps.runtime.stopSandbox(sandbox.id)
  }

  #remainingSeconds(): number {
    return Math.max(leastGraceSeconds, Math.ceil((this.#deadlineMs - this.#deps.clock.bootMs()) / 1000))
  }

  #atMost(ms: number): number {
    return Math.min(ms, Math.max(0, this.#deadlineMs - this.#deps.clock.bootMs()))
  }

  async #withdraw(addresses: readonly string[]): Promise<void> {
    // A daemon that has just started finds the rules of its last life in force, which lead to this Pod until the first new ones.
    await Promise.race([this.#deps.rulesInForce(this.#atMost(firstRulesMs)), this.#wasCut])
    // Half of the time stays the program's own, to end what it has begun.
    const timeoutMs = Math.min(endpointWithdrawMs, this.#atMost(Number.POSITIVE_INFINITY) / 2)
    if (timeoutMs === 0) return
    const limit = new Promise<void>((resolve) => this.#deps.clock.after(timeoutMs, resolve))
    const done = this.#deps.endpointsWithdrawn(addresses, timeoutMs).catch((error: unknown) => {
      this.#deps.logger.debug('a Pod ends without word that its endpoints are out', { addresses, error })
    })
    await Promise.race([done, limit, this.#wasCut])
  }

  /** Ends one container within the time that is left. Rejects with runtimeError. */
  async endContainer(view: PodView, container: RuntimeContainerStatus, target: NamedContainer | undefined, message = `Stopping container ${container.name}`): Promise<void> {
    this.#deps.recorder.event(referenceTo(pods, view.pod, `spec.containers{${container.name}}`), 'Normal', 'Killing', message)
    await this.#preStop(view, container, target)
    this.#stopping.add(container.id)
    try {
      await this.#deps.runtime.stopContainer(container.id, this.#remainingSeconds())
    } catch (error) {
      if (!isRuntimeNotFound(error)) throw error
    } finally {
      this.#stopping.delete(container.id)
    }
  }

  async #preStop(view: PodView, container: RuntimeContainerStatus, target: NamedContainer | undefined): Promise<void> {
    const hook = target?.container.lifecycle?.preStop
    const leftMs = this.#deadlineMs - this.#deps.clock.bootMs()
    if (target === undefined || hook === undefined || leftMs <= 0) return
    const running = runHook(this.#deps, hook, target.container, container.id, view.addresses[0] ?? '127.0.0.1', leftMs)
    const result = await Promise.race([running, this.#wasCut.then(() => ({ ok: true, message: '' }))])
    if (!result.ok) this.#deps.recorder.event(referenceTo(pods, view.pod, `spec.containers{${container.name}}`), 'Warning', 'FailedPreStopHook', `PreStopHook failed: ${result.message}`)
  }
}
