// What to do next for one Pod: a function of its spec and of what the runtime has (Kubernetes documentation, Pod
// Lifecycle; KEP-753 for sidecars). It decides and does nothing; the worker carries its actions out in order and asks again.
import { restartBackOffResetMs } from '../limits.ts'
import { restartDelayMs } from './back-off.ts'
import { containersOf, newestContainer, nothingRuns, readySandbox, specOf } from './view.ts'
import type { NamedContainer, PodView, Waiting } from './view.ts'
import type { RuntimeContainerStatus } from '../runtime/types.ts'

export type PodAction =
  /** Stop what is left of the sandbox and everything in it. */
  | { readonly kind: 'stopSandbox'; readonly id: string }
  | { readonly kind: 'createSandbox'; readonly attempt: number }
  | { readonly kind: 'startContainer'; readonly target: NamedContainer; readonly attempt: number; readonly replaces: RuntimeContainerStatus | undefined }
  | { readonly kind: 'stopContainer'; readonly target: NamedContainer; readonly id: string; readonly reason: string; readonly message: string }

/** A Pod that will never run again. */
export interface PodEnd {
  readonly phase: 'Succeeded' | 'Failed'
  readonly reason?: string
  readonly message?: string
}

export interface PodPlan {
  readonly actions: readonly PodAction[]
  /** Containers held back, by name. */
  readonly waiting: ReadonlyMap<string, Waiting>
  /** When to look again though nothing happens; undefined for never. */
  readonly wakeAtMs: number | undefined
  readonly end: PodEnd | undefined
  /** Containers in `restarting` will start again, so their end is not the last word. */
  readonly restarting: ReadonlySet<string>
  readonly initialized: boolean
}

/** The image that a container was made from, kept on it so that a changed spec is noticed. */
export const specImageAnnotation = 'shoal.dev/spec-image'

class Planner {
  readonly #view: PodView
  readonly #actions: PodAction[] = []
  readonly #waiting = new Map<string, Waiting>()
  readonly #restarting = new Set<string>()
  #wakeAtMs: number | undefined
  #initialized = false

  constructor(view: PodView) {
    this.#view = view
  }

  plan(): PodPlan {
    const end = this.#deadline() ?? this.#finalEnd()
    if (end !== undefined) {
      this.#stopEverything()
      return this.#result(end)
    }
    const sandbox = readySandbox(this.#view)
    if (sandbox === undefined) {
      this.#replaceSandbox()
      return this.#result(undefined)
    }
    this.#initialized = this.#initContainers()
    if (this.#initialized) {
      for (const target of containersOf(this.#view.pod)) if (target.kind === 'app' || target.kind === 'ephemeral') this.#keepRunning(target)
    }
    return this.#result(undefined)
  }

  #result(end: PodEnd | undefined): PodPlan {
    return { actions: this.#actions, waiting: this.#waiting, wakeAtMs: this.#wakeAtMs, end, restarting: this.#restarting, initialized: this.#initialized }
  }

  #deadline(): PodEnd | undefined {
    const seconds = specOf(this.#view.pod).activeDeadlineSeconds
    const started = this.#view.pod.status?.startTime
    if (seconds === undefined || started === undefined) return undefined
    const endsMs = Date.parse(started) + seconds * 1000
    if (this.#view.nowMs < endsMs) {
      this.#wake(endsMs)
      return undefined
    }
    return { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
  }

  /** Whether the Pod has come to its end by itself: all containers ended and none of them may start again. */
  #finalEnd(): PodEnd | undefined {
    const { pod } = this.#view
    const phase = pod.status?.phase
    if (phase === 'Succeeded' || phase === 'Failed') return { phase }
    const failedInit = containersOf(pod).some((target) => target.kind === 'init' && this.#endedForGood(target) === 'failed')
    if (failedInit) return { phase: 'Failed' }
    const ends = specOf(pod).containers.map((container) => this.#endedForGood({ kind: 'app', container }))
    if (ends.some((each) => each === undefined)) return undefined
    this.#initialized = true
    return { phase: ends.includes('failed') ? 'Failed' : 'Succeeded' }
  }

  #endedForGood(target: NamedContainer): 'succeeded' | 'failed' | undefined {
    const newest = newestContainer(this.#view, target.container.name)
    if (newest === undefined || newest.state !== 'exited' || this.#startsAgain(target, newest)) return undefined
    return newest.exitCode === 0 ? 'succeeded' : 'failed'
  }

  #startsAgain(target: NamedContainer, ended: RuntimeContainerStatus): boolean {
    const policy = specOf(this.#view.pod).restartPolicy ?? 'Always'
    switch (target.kind) {
      case 'ephemeral': return false
      case 'sidecar': return true
      case 'init': return ended.exitCode !== 0 && policy !== 'Never'
      case 'app': return policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0)
    }
  }

  #stopEverything(): void {
    if (nothingRuns(this.#view) && this.#view.sandboxes.every((each) => !each.ready)) return
    for (const sandbox of this.#view.sandboxes) this.#actions.push({ kind: 'stopSandbox', id: sandbox.id })
  }

  #replaceSandbox(): void {
    // Also those that are down already, after a reboot: stopping gives their addresses back.
    for (const sandbox of this.#view.sandboxes) this.#actions.push({ kind: 'stopSandbox', id: sandbox.id })
    const newest = this.#view.sandboxes[0]
    this.#actions.push({ kind: 'createSandbox', attempt: newest === undefined ? 0 : newest.attempt + 1 })
  }

  /** Whether every init container is done and every sidecar has started. */
  #initContainers(): boolean {
    const all = containersOf(this.#view.pod)
    const laterRan = (from: number): boolean => all.slice(from + 1).some(({ kind, container }) => kind !== 'ephemeral' && this.#inSandbox(container.name) !== undefined)
    for (const [index, target] of all.entries()) {
      if (target.kind === 'sidecar') {
        const started = this.#keepRunning(target)
        // A sidecar that falls over later restarts beside the others instead of holding them up.
        if (!started && !laterRan(index)) return false
      } else if (target.kind === 'init') {
        if (!laterRan(index) && !this.#initDone(target)) return false
      }
    }
    return true
  }

  #initDone(target: NamedContainer): boolean {
    const current = this.#inSandbox(target.container.name)
    if (current?.state === 'exited' && current.exitCode === 0) return true
    if (current?.state === 'running') return false
    this.#start(target, current)
    return false
  }

  /** The newest container of that name in the sandbox that runs now; those of older sandboxes are gone for good. */
  #inSandbox(name: string): RuntimeContainerStatus | undefined {
    const sandbox = readySandbox(this.#view)
    return this.#view.containers.find((each) => each.name === name && each.sandboxId === sandbox?.id)
  }

  /** Starts, restarts or stops a long-running container. True when it has started. */
  #keepRunning(target: NamedContainer): boolean {
    const { name } = target.container
    const current = this.#inSandbox(name)
    if (current?.state !== 'running') {
      // An end in an older sandbox counts as well: what has succeeded once does not run again in the next one.
      const ended = current ?? (target.kind === 'app' ? newestContainer(this.#view, name) : undefined)
      if (ended?.state === 'exited' && !this.#startsAgain(target, ended)) return false
      this.#start(target, current)
      return false
    }
    const health = this.#view.health.get(current.id)
    const madeFrom = current.annotations[specImageAnnotation]
    if (madeFrom !== undefined && madeFrom !== target.container.image) {
      this.#stop(target, current.id, 'ContainerSpecChanged', `Container ${name} definition changed, will be restarted`)
    } else if (health?.failure !== undefined) {
      this.#stop(target, current.id, health.failure.reason, health.failure.message)
    }
    return health?.started ?? false
  }

  #stop(target: NamedContainer, id: string, reason: string, message: string): void {
    this.#restarting.add(target.container.name)
    this.#actions.push({ kind: 'stopContainer', target, id, reason, message })
  }

  #start(target: NamedContainer, ended: RuntimeContainerStatus | undefined): void {
    const { name } = target.container
    this.#restarting.add(name)
    const dueMs = ended?.state === 'exited' ? ended.finishedMs + this.#delayMs(name, ended) : 0
    if (dueMs > this.#view.nowMs) {
      this.#waiting.set(name, crashLoop(this.#view, name))
      this.#wake(dueMs)
      return
    }
    const newest = newestContainer(this.#view, name)
    this.#actions.push({ kind: 'startContainer', target, attempt: newest === undefined ? 0 : newest.attempt + 1, replaces: ended })
  }

  /** A container that ran long enough starts at once; its crashes are forgotten. */
  #delayMs(name: string, ended: RuntimeContainerStatus): number {
    return ended.finishedMs - ended.startedMs >= restartBackOffResetMs ? 0 : restartDelayMs(this.#view.crashes.get(name) ?? 0)
  }

  #wake(atMs: number): void {
    this.#wakeAtMs = this.#wakeAtMs === undefined ? atMs : Math.min(this.#wakeAtMs, atMs)
  }
}

function crashLoop(view: PodView, name: string): Waiting {
  const delaySeconds = restartDelayMs(view.crashes.get(name) ?? 0) / 1000
  const minutes = Math.floor(delaySeconds / 60)
  const text = minutes === 0 ? `${delaySeconds}s` : `${minutes}m${delaySeconds % 60}s`
  const { name: podName, namespace, uid } = view.pod.metadata
  return { reason: 'CrashLoopBackOff', message: `back-off ${text} restarting failed container=${name} pod=${podName}_${namespace}(${uid})` }
}

/** The plan of a Pod of which nothing may start now; whatever has come to its end keeps it. */
export function heldPlan(view: PodView, why: Waiting): PodPlan {
  const plan = planPod(view)
  if (plan.end !== undefined) return plan
  const names = containersOf(view.pod).filter(({ kind }) => kind !== 'ephemeral').map(({ container }) => container.name)
  const initialized = plan.initialized || view.pod.status?.phase === 'Running'
  return { actions: [], waiting: new Map(names.map((name) => [name, why])), wakeAtMs: plan.wakeAtMs, end: undefined, restarting: new Set(names), initialized }
}

/** The next actions for a Pod that is wanted. Ending a Pod that was deleted is the worker's own path. */
export const planPod = (view: PodView): PodPlan => new Planner(view).plan()
