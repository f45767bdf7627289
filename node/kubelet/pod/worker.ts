// The worker of one Pod: looks, plans, acts, reports, again and again, one thing at a time. It is level-triggered: being
// woken too often or too late changes only when something happens, never what. It keeps nothing that a new one, after a
// restart of the daemon, could not find again in the runtime.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Client } from '../../client/client.ts'
import { isConflict, isNotFound } from '../../client/errors.ts'
import { referenceTo } from '../../client/event-recorder.ts'
import { versionOf } from '../../client/object-cache.ts'
import { pods } from '../../client/resource-types.ts'
import type { Pod } from '../../objects/generated/core-v1.ts'
import { isRuntimeNotFound, runtimeError, volumeFailed } from '../errors.ts'
import { resyncMs, syncBackOffFirstMs, syncBackOffMostMs } from '../limits.ts'
import { probeAttempt } from '../probes/handlers.ts'
import { Prober } from '../probes/prober.ts'
import type { UniqueGuard } from '../unique/guard.ts'
import type { Volumes } from '../volumes/volumes.ts'
import { backOffMs, crashesAfter } from './back-off.ts'
import { Ending } from './ending.ts'
import type { EndingDeps } from './ending.ts'
import { Observer } from './observe.ts'
import { heldPlan, planPod } from './plan.ts'
import type { PodAction, PodPlan } from './plan.ts'
import type { Starter } from './starter.ts'
import { StatusWriter } from './status-writer.ts'
import { podStatus } from './status.ts'
import { terminationMessage } from './termination-message.ts'
import { containersOf, identityOf, readySandbox, specOf } from './view.ts'
import type { PodView, Waiting } from './view.ts'

export interface WorkerDeps extends EndingDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  readonly starter: Starter
  readonly volumes: Volumes
  readonly hostAddresses: () => readonly string[]
  /** Bounds how many sandboxes are made at the same time. With an address, the sandbox gets it if it is free. */
  readonly startSlot: <T>(run: () => Promise<T>, address?: string) => Promise<T>
  /** Keeps what must be unique from starting without leave. */
  readonly guard: Pick<UniqueGuard, 'held' | 'claim'>
  /** Whether the Pod network is there; Pods in the host's network do not wait for it. */
  readonly networkReady: () => boolean
  /** The Pod has ended and nothing of it is left. */
  readonly onGone: (podUid: string) => void
}

const defaultGraceSeconds = 30

export class PodWorker {
  readonly #deps: WorkerDeps
  readonly #observer: Observer
  readonly #prober: Prober
  readonly #status: StatusWriter
  readonly #waiting = new Map<string, Waiting>()
  readonly #retryAtMs = new Map<string, number>()
  readonly #crashes = new Map<string, number>()
  readonly #attempts = new Map<string, number>()
  readonly #messages = new Map<string, string>()
  #pod: Pod
  #gone = false
  #ending: Ending | undefined
  #dirty = true
  #busy = true
  #stopped = false
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #refreshedMs: number
  #view: PodView | undefined

  constructor(deps: WorkerDeps, pod: Pod) {
    this.#deps = deps
    this.#pod = pod
    this.#refreshedMs = deps.clock.bootMs()
    this.#observer = new Observer(deps.runtime, identityOf(pod).uid)
    this.#status = new StatusWriter({ ...deps, onPod: (newer) => this.update(newer) }, pod)
    this.#prober = new Prober({
      clock: deps.clock,
      attempt: (probe, container, id) => probeAttempt(deps, probe, container, id, this.#view?.addresses[0] ?? deps.hostAddresses()[0] ?? '127.0.0.1'),
      onChange: () => this.wake(),
      onFailure: (kind, container, message) => deps.recorder.event(referenceTo(pods, this.#pod, `spec.containers{${container.name}}`), 'Warning', 'Unhealthy',
        `${kind === 'liveness' ? 'Liveness' : kind === 'readiness' ? 'Readiness' : 'Startup'} probe failed: ${message}`),
    })
  }

  get pod(): Pod {
    return this.#pod
  }

  /** What was last seen of it; undefined before the first look. */
  get view(): PodView | undefined {
    return this.#view
  }

  /** Whether the runtime should be looked at often. */
  get busy(): boolean {
    return this.#busy
  }

  /** The Pod as the API has it now. Older versions than one already seen are ignored. */
  update(pod: Pod): void {
    if (versionOf(pod) <= versionOf(this.#pod)) return
    const before = this.#pod
    this.#pod = pod
    this.#status.observe(pod)
    const grace = pod.metadata.deletionGracePeriodSeconds
    if (grace !== undefined) this.#ending?.shorten(grace)
    const hasGates = (specOf(pod).readinessGates ?? []).length > 0
    if (hasGates || JSON.stringify(before.spec) !== JSON.stringify(pod.spec) || before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp || before.status?.phase !== pod.status?.phase) this.wake()
  }

  /** The API has the Pod no more: what runs of it ends. */
  removed(last: Pod | undefined): void {
    this.#gone = true
    if (last !== undefined && versionOf(last) > versionOf(this.#pod)) this.#pod = last
    this.#ending?.shorten(last?.metadata.deletionGracePeriodSeconds ?? 0)
    this.wake()
  }

  /** Look again soon. */
  wake(): void {
    this.#dirty = true
    this.#timer?.cancel()
    if (!this.#stopped) this.#running ??= this.#loop()
  }

  /** What held the Pod back may be gone: do not wait out the back-off. */
  retryNow(): void {
    this.#retryAtMs.clear()
    this.wake()
  }

  /** Ends the worker, not the Pod: its containers run on. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    this.#prober.stop()
    this.#status.stop()
    await this.#running
  }

  async #loop(): Promise<void> {
    while (this.#dirty && !this.#stopped) {
      this.#dirty = false
      try {
        await this.#pass()
        this.#failures = 0
      } catch (error) {
        this.#failures++
        this.#deps.logger.warn('a pass over a Pod failed and will be tried again', { pod: this.#pod.metadata.name, namespace: this.#pod.metadata.namespace, error })
        this.#wakeIn(backOffMs(this.#failures, syncBackOffFirstMs, syncBackOffMostMs))
      }
    }
    // In the turn of the last look at the mark: who wakes it a moment later has called off its timer, and must start it.
    this.#running = undefined
  }

  #wakeIn(delayMs: number): void {
    this.#timer?.cancel()
    if (!this.#dirty && !this.#stopped) this.#timer = this.#deps.clock.after(Math.max(0, delayMs), () => this.wake())
  }

  async #pass(): Promise<void> {
    const held = await this.#deps.guard.held(this.#pod)
    if (this.#gone || this.#pod.metadata.deletionTimestamp !== undefined) {
      this.#busy = true
      await this.#end()
      return
    }
    const view = await this.#look()
    const plan = held === undefined ? planPod(view) : heldPlan(view, held)
    this.#report(view, plan)
    const acted = await this.#act(view, plan)
    this.#busy = acted || plan.actions.length > 0
    if (acted) {
      this.#dirty = true
      return
    }
    await this.#removeOldSandboxes(view)
    await this.#refreshVolumes(view, plan)
    const dueMs = [...this.#retryAtMs.values()].map((atMs) => atMs - this.#deps.clock.bootMs())
    if (plan.wakeAtMs !== undefined) dueMs.push(plan.wakeAtMs - this.#deps.clock.wallMs())
    this.#wakeIn(Math.min(resyncMs, ...dueMs))
  }

  async #look(): Promise<PodView> {
    const observed = await this.#observer.observe()
    for (const each of observed.containers) {
      // After a restart of the daemon the count of restarts stands in for the crashes that it has forgotten.
      if (!this.#crashes.has(each.name)) this.#crashes.set(each.name, each.attempt)
      if (each.state === 'exited' && !this.#messages.has(each.id)) this.#messages.set(each.id, await terminationMessage(this.#pod, each))
    }
    for (const id of this.#messages.keys()) if (!observed.containers.some((each) => each.id === id)) this.#messages.delete(id)
    this.#followProbes(observed.containers, observed.sandboxes[0]?.id)
    this.#view = {
      pod: this.#pod, ...observed,
      health: this.#prober.health(), waiting: this.#waiting, crashes: this.#crashes, nowMs: this.#deps.clock.wallMs(),
    }
    return this.#view
  }

  #followProbes(containers: PodView['containers'], sandboxId: string | undefined): void {
    const byName = new Map(containersOf(this.#pod).map((each) => [each.container.name, each.container]))
    const running = new Map<string, { readonly container: NonNullable<ReturnType<typeof byName.get>>; readonly startedMs: number }>()
    for (const each of containers) {
      const container = byName.get(each.name)
      if (container !== undefined && each.state === 'running' && each.sandboxId === sandboxId) running.set(each.id, { container, startedMs: each.startedMs })
    }
    this.#prober.follow(running)
  }

  #report(view: PodView, plan: PodPlan): void {
    this.#status.set(podStatus(view, { plan, hostAddresses: this.#deps.hostAddresses(), messages: this.#messages }))
  }

  /** Carries the actions out in order. True when something was done, so that it is worth looking again at once. */
  async #act(view: PodView, plan: PodPlan): Promise<boolean> {
    let acted = false
    for (const action of plan.actions) {
      if (this.#stopped || this.#gone || this.#pod.metadata.deletionTimestamp !== undefined) return true
      acted = await this.#actOne(view, action) || acted
    }
    for (const [name, waiting] of plan.waiting) {
      if (waiting.reason === 'CrashLoopBackOff') {
        this.#deps.recorder.event(referenceTo(pods, this.#pod, `spec.containers{${name}}`), 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${this.#pod.metadata.name}_${this.#pod.metadata.namespace}(${this.#pod.metadata.uid})`)
      }
    }
    return acted
  }

  async #actOne(view: PodView, action: PodAction): Promise<boolean> {
    switch (action.kind) {
      case 'stopSandbox':
        await this.#deps.runtime.stopSandbox(action.id)
        return true
      case 'createSandbox':
        return this.#createSandbox(action.attempt)
      case 'stopContainer':
        await this.#restart(view, action)
        return true
      case 'startContainer':
        return this.#startContainer(view, action)
    }
  }

  /** Ends a container that will start again. */
  async #restart(view: PodView, action: Extract<PodAction, { readonly kind: 'stopContainer' }>): Promise<void> {
    const running = view.containers.find((each) => each.id === action.id)
    const failed = view.health.get(action.id)?.failure?.probe
    // A probe may name a grace of its own, for what that probe found.
    const own = failed === undefined ? undefined : action.target.container[failed]?.terminationGracePeriodSeconds
    const ending = new Ending(this.#deps, own ?? specOf(this.#pod).terminationGracePeriodSeconds ?? defaultGraceSeconds)
    this.#ending = ending
    try {
      if (running !== undefined) await ending.endContainer(view, running, action.target, action.message)
    } finally {
      this.#ending = undefined
    }
  }

  async #createSandbox(attempt: number): Promise<boolean> {
    if (specOf(this.#pod).hostNetwork !== true && !this.#deps.networkReady()) {
      this.#retryAtMs.set('', this.#deps.clock.bootMs() + syncBackOffFirstMs)
      return false
    }
    if (this.#isHeldBack('')) return false
    try {
      // A machine that starts while it is cut off cannot tell the others a new address: its Pods keep the one that is known.
      const known = specOf(this.#pod).hostNetwork === true ? undefined : this.#pod.status?.podIP
      await this.#deps.startSlot(() => this.#deps.starter.createSandbox(this.#pod, attempt), known)
      this.#succeeded('')
      return true
    } catch (error) {
      if (!runtimeError.is(error)) throw error
      this.#deps.recorder.event(referenceTo(pods, this.#pod), 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.details.reason}`)
      this.#failed('', undefined)
      return false
    }
  }

  async #startContainer(view: PodView, action: Extract<PodAction, { readonly kind: 'startContainer' }>): Promise<boolean> {
    const { name } = action.target.container
    const sandbox = readySandbox(view)
    if (sandbox === undefined || this.#isHeldBack(name)) return false
    const refused = await this.#deps.guard.claim(this.#pod, (newer) => this.update(newer))
    const failure = refused !== undefined ? { waiting: refused, retryAtMs: this.#deps.clock.bootMs() + syncBackOffFirstMs } : await this.#deps.starter.startContainer(view, sandbox.id, sandbox.attempt, action)
    if (failure === undefined) {
      if (action.replaces?.state === 'exited') this.#crashes.set(name, crashesAfter(this.#crashes.get(name) ?? 0, action.replaces))
      else if (action.replaces === undefined) this.#crashes.set(name, 0)
      this.#succeeded(name)
      return true
    }
    this.#waiting.set(name, failure.waiting)
    this.#failed(name, failure.retryAtMs)
    this.#report(await this.#look(), planPod({ ...view, waiting: this.#waiting }))
    return false
  }

  #isHeldBack(what: string): boolean {
    return (this.#retryAtMs.get(what) ?? 0) > this.#deps.clock.bootMs()
  }

  #succeeded(what: string): void {
    this.#attempts.delete(what)
    this.#retryAtMs.delete(what)
    this.#waiting.delete(what)
  }

  #failed(what: string, retryAtMs: number | undefined): void {
    const count = (this.#attempts.get(what) ?? 0) + 1
    this.#attempts.set(what, count)
    this.#retryAtMs.set(what, retryAtMs ?? this.#deps.clock.bootMs() + backOffMs(count, syncBackOffFirstMs, syncBackOffMostMs))
  }

  async #refreshVolumes(view: PodView, plan: PodPlan): Promise<void> {
    const nowMs = this.#deps.clock.bootMs()
    if (plan.end !== undefined || readySandbox(view) === undefined || nowMs - this.#refreshedMs < resyncMs) return
    this.#refreshedMs = nowMs
    try {
      await this.#deps.starter.refreshVolumes(view)
    } catch (error) {
      if (!volumeFailed.is(error)) throw error
      this.#deps.recorder.event(referenceTo(pods, this.#pod), 'Warning', 'FailedMount', error.message)
    }
  }

  /** Sandboxes that were replaced go when the last of their containers is gone; those are kept for their logs. */
  async #removeOldSandboxes(view: PodView): Promise<void> {
    for (const sandbox of view.sandboxes.slice(1)) {
      if (!sandbox.ready && !view.containers.some((each) => each.sandboxId === sandbox.id)) await this.#deps.runtime.removeSandbox(sandbox.id)
    }
  }

  /** The Pod was deleted: end it, report, and take its object away. */
  async #end(): Promise<void> {
    const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? 0
    this.#ending ??= new Ending(this.#deps, this.#gone ? Math.min(grace, 1) : grace)
    const before = await this.#look()
    this.#prober.endLiveness()
    await this.#ending.run(before)
    this.#prober.stop()
    const view = await this.#look()
    if (!this.#gone) {
      const plan = planPod(view)
      this.#report(view, { ...plan, end: plan.end ?? endOf(view) })
      await this.#status.flush()
    }
    await this.#deps.volumes.tearDown(identityOf(this.#pod).uid)
    if (!this.#gone) await this.#deleteObject()
    await this.#removeRemains(view)
    this.#stopped = true
    this.#status.stop()
    this.#deps.onGone(identityOf(this.#pod).uid)
  }

  async #deleteObject(): Promise<void> {
    const { namespace, name, uid } = identityOf(this.#pod)
    try {
      await this.#deps.client.resource(pods).delete(name, namespace, { gracePeriodSeconds: 0, uid })
    } catch (error) {
      // Gone already, or another Pod has the name by now: both are what was wanted.
      if (!isNotFound(error) && !isConflict(error)) throw error
    }
  }

  async #removeRemains(view: PodView): Promise<void> {
    for (const container of view.containers) await this.#deps.starter.removeContainer(container)
    for (const sandbox of view.sandboxes) {
      try {
        await this.#deps.runtime.removeSandbox(sandbox.id)
      } catch (error) {
        if (!isRuntimeNotFound(error)) throw error
      }
    }
    await this.#deps.starter.removeLogs(this.#pod)
  }
}

/** How a Pod that was deleted ended. */
function endOf(view: PodView): { readonly phase: 'Succeeded' | 'Failed' } {
  const newest = specOf(view.pod).containers.map((container) => view.containers.find((each) => each.name === container.name))
  return { phase: newest.every((each) => each?.exitCode === 0) ? 'Succeeded' : 'Failed' }
}
