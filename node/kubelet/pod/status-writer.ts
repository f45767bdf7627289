// Brings a Pod's status to the API: the newest one only, one request at a time, again after failures. It writes on top of
// the version it has seen, so that conditions of others are never lost: after a conflict it waits for the newer Pod.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Client, ResourceClient } from '../../client/client.ts'
import { isConflict, isNotFound } from '../../client/errors.ts'
import { versionOf } from '../../client/object-cache.ts'
import { pods } from '../../client/resource-types.ts'
import type { Logger } from '../../base/logger.ts'
import type { Pod, PodStatus } from '../../objects/generated/core-v1.ts'
import { syncBackOffMostMs } from '../limits.ts'
import { backOffMs } from './back-off.ts'
import { sameStatus } from './status.ts'
import { identityOf } from './view.ts'

export interface StatusWriterDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  /** The API's answer to a write: the newest Pod. */
  readonly onPod: (pod: Pod) => void
}

const firstRetryMs = 200

export class StatusWriter {
  readonly #deps: StatusWriterDeps
  readonly #pods: ResourceClient<Pod>
  #pod: Pod
  #wanted: PodStatus | undefined
  /** The last writing, under way or over. */
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #failures = 0
  #timer: Timer | undefined
  #stopped = false

  constructor(deps: StatusWriterDeps, pod: Pod) {
    this.#deps = deps
    this.#pods = deps.client.resource(pods)
    this.#pod = pod
  }

  /** A newer Pod has been seen. */
  observe(pod: Pod): void {
    if (versionOf(pod) > versionOf(this.#pod)) this.#pod = pod
  }

  /** From now on this is the status. */
  set(status: PodStatus): void {
    this.#wanted = status
    if (this.#timer === undefined) this.#start()
  }

  /** Resolves when the status last set is written, or the write failed. */
  async flush(): Promise<void> {
    await this.#writing
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #start(): void {
    if (this.#isWriting) return
    this.#isWriting = true
    this.#writing = this.#write()
  }

  async #write(): Promise<void> {
    try {
      while (!this.#stopped && this.#wanted !== undefined) {
        const status = this.#wanted
        if (sameStatus(status, this.#pod.status)) {
          this.#wanted = undefined
          return
        }
        const { namespace, name, uid } = identityOf(this.#pod)
        const body = { metadata: { uid, resourceVersion: this.#pod.metadata.resourceVersion }, status: { reason: null, message: null, ...status } }
        try {
          const answer = await this.#pods.patch(name, namespace, body, { subresource: 'status' })
          this.#failures = 0
          if (this.#wanted === status) this.#wanted = undefined
          this.observe(answer)
          this.#deps.onPod(this.#pod)
        } catch (error) {
          if (isNotFound(error)) return
          this.#failed(error)
          return
        }
      }
    } finally {
      // In the turn in which the last was written: a status that is set a moment later must find that nothing is under way.
      this.#isWriting = false
    }
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    this.#failures++
    if (!isConflict(error)) this.#deps.logger.debug('a Pod status could not be written and will be tried again', { pod: this.#pod.metadata.name, error })
    const delayMs = backOffMs(this.#failures, firstRetryMs, syncBackOffMostMs)
    this.#timer = this.#deps.clock.after(isConflict(error) ? Math.min(delayMs, 50) : delayMs, () => {
      this.#timer = undefined
      void this.#refresh()
    })
  }

  /** After a conflict the newer Pod may not have come by watch yet: read it. */
  async #refresh(): Promise<void> {
    const { namespace, name, uid } = identityOf(this.#pod)
    try {
      const fresh = await this.#pods.get(name, namespace)
      if (fresh.metadata.uid !== uid) return
      this.observe(fresh)
      this.#deps.onPod(this.#pod)
    } catch (error) {
      if (isNotFound(error)) return
      this.#failed(error)
      return
    }
    this.#start()
  }
}
