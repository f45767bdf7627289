// Looks at what the runtime has of one Pod. Ended containers do not change any more, so they are asked for once.
import type { Runtime, RuntimeContainerStatus, Sandbox } from '../runtime/types.ts'
import { isRuntimeNotFound } from '../errors.ts'

export interface Observed {
  /** Newest first. */
  readonly sandboxes: readonly Sandbox[]
  readonly addresses: readonly string[]
  /** Newest first. */
  readonly containers: readonly RuntimeContainerStatus[]
}

export class Observer {
  readonly #runtime: Runtime
  readonly #podUid: string
  readonly #ended = new Map<string, RuntimeContainerStatus>()

  constructor(runtime: Runtime, podUid: string) {
    this.#runtime = runtime
    this.#podUid = podUid
  }

  async observe(): Promise<Observed> {
    const [sandboxes, listed] = await Promise.all([this.#runtime.listSandboxes(this.#podUid), this.#runtime.listContainers(this.#podUid)])
    const newestFirst = [...sandboxes].sort((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs)
    const containers: RuntimeContainerStatus[] = []
    for (const each of listed) {
      const known = this.#ended.get(each.id)
      const status = known ?? await this.#status(each.id)
      // The status of a container does not say in which sandbox it is; the list does.
      if (status !== undefined) containers.push({ ...status, sandboxId: each.sandboxId })
    }
    for (const id of this.#ended.keys()) if (!listed.some((each) => each.id === id)) this.#ended.delete(id)
    containers.sort((a, b) => b.attempt - a.attempt || b.createdMs - a.createdMs)
    const newest = newestFirst[0]
    const addresses = newest?.ready === true ? await this.#runtime.sandboxAddresses(newest.id) : []
    return { sandboxes: newestFirst, addresses, containers }
  }

  async #status(id: string): Promise<RuntimeContainerStatus | undefined> {
    try {
      const status = await this.#runtime.containerStatus(id)
      if (status.state === 'exited') this.#ended.set(id, status)
      return status
    } catch (error) {
      if (isRuntimeNotFound(error)) return undefined
      throw error
    }
  }
}
