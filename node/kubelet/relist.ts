// Notices what happens in the runtime: lists sandboxes and containers at a pace that quickens while something is going on,
// compares with the time before, and names the Pods in which something changed. containerd 1.6 has no event stream.
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Runtime } from './runtime/types.ts'
import { podUidLabel } from './pod/configs.ts'
import { relistBaseMs, relistBusyMs } from './limits.ts'

export interface RelistDeps {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  /** Whether some Pod is starting or ending. */
  readonly isBusy: () => boolean
  /** The uids of Pods in which something changed, and of all Pods that the runtime has. */
  readonly onChange: (changed: ReadonlySet<string>, all: ReadonlySet<string>) => void
}

/** What the runtime has of each Pod, as text to compare. */
export async function runtimeSummary(runtime: Runtime): Promise<ReadonlyMap<string, string>> {
  const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()])
  const parts = new Map<string, string[]>()
  const add = (uid: string | undefined, text: string): void => {
    if (uid === undefined || uid === '') return
    const list = parts.get(uid)
    if (list === undefined) parts.set(uid, [text])
    else list.push(text)
  }
  for (const each of sandboxes) add(each.podUid, `${each.id} ${each.ready}`)
  for (const each of containers) add(each.labels[podUidLabel], `${each.id} ${each.state}`)
  return new Map([...parts].map(([uid, list]) => [uid, list.sort().join('\n')]))
}

export class Relist {
  readonly #deps: RelistDeps
  #before: ReadonlyMap<string, string> = new Map()
  #timer: Timer | undefined
  #stopped = true
  #running: Promise<void> = Promise.resolve()
  #failing = false
  #lastMs = 0

  constructor(deps: RelistDeps) {
    this.#deps = deps
  }

  /** Whether the last listing worked. */
  get healthy(): boolean {
    return !this.#failing
  }

  start(): void {
    this.#stopped = false
    this.#next(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Something begins: do not wait out the slow pace. */
  hurry(): void {
    if (this.#stopped || this.#timer === undefined) return
    const sinceMs = this.#deps.clock.bootMs() - this.#lastMs
    this.#timer.cancel()
    this.#next(Math.max(0, relistBusyMs - sinceMs))
  }

  #next(delayMs: number): void {
    this.#timer = this.#deps.clock.after(delayMs, () => {
      this.#timer = undefined
      this.#running = this.#list().finally(() => {
        if (!this.#stopped) this.#next(this.#deps.isBusy() ? relistBusyMs : relistBaseMs)
      })
    })
  }

  async #list(): Promise<void> {
    this.#lastMs = this.#deps.clock.bootMs()
    try {
      const now = await runtimeSummary(this.#deps.runtime)
      const changed = new Set<string>()
      for (const [uid, text] of now) if (this.#before.get(uid) !== text) changed.add(uid)
      for (const uid of this.#before.keys()) if (!now.has(uid)) changed.add(uid)
      this.#before = now
      this.#failing = false
      this.#deps.onChange(changed, new Set(now.keys()))
    } catch (error) {
      if (!this.#failing) this.#deps.logger.warn('the container runtime does not answer', { error })
      this.#failing = true
    }
  }
}
