// Runs all controllers while this peer holds the work `controllers`, and none of them otherwise. A term of holding begins
// with fresh lists and ends with everything stopped; the transport that it is given fences what it writes by the term.
// It decides nothing about objects.
import type { Random } from '../../protocol/base/random.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { HeldWork } from '../base/held-work.ts'
import type { Term } from '../base/held-work.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { MembershipView, TakeoverView, WorksView } from '../base/views.ts'
import { WorkQueue } from '../base/work-queue.ts'
import { createClient } from '../client/client.ts'
import { createEventRecorder } from '../client/event-recorder.ts'
import { isConflict } from '../client/errors.ts'
import { Informers } from '../client/informers.ts'
import type { Transport } from '../client/types.ts'
import { untilAborted } from '../client/until-aborted.ts'
import type { Controller, ControllerDeps, ControllerFactory } from './controller.ts'
import { backoffBaseMs, backoffMostMs, progressEveryMs, queueCapacity, queueConcurrency } from './limits.ts'
import { queueDepth, runRetries, runSeconds } from './metrics.ts'
import { controllers } from './registry.ts'
import { discoveredCatalog } from './resource-catalog.ts'

/** The name of the work in the assignment table. */
export const controllersWork = 'controllers'

export interface ControllersDeps {
  /** One for each term: its writes carry the condition that this peer still holds the work in this epoch. */
  readonly transport: (epoch: number) => Transport
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly random: Random
  readonly membership: MembershipView
  readonly takeover: TakeoverView
  readonly works: WorksView
  /** PEM of the cluster's CA. */
  readonly rootCa: string
  /** As in ControllerDeps. */
  readonly agreedTimeMs: () => number
  /** More controllers, from the composition root. */
  readonly more?: readonly ControllerFactory[]
  /** Freeze every object deeply; for tests. */
  readonly freeze?: boolean
}

/** All controllers of this peer; they run while it holds the work. */
export function createControllers(deps: ControllersDeps): Startable {
  const logger = deps.logger.child('controllers')
  return new HeldWork({ works: deps.works, logger, begin: (epoch) => new ControllersTerm(deps, logger, epoch) }, controllersWork)
}

/** One term of holding the work. */
class ControllersTerm implements Term {
  readonly #deps: ControllersDeps
  readonly #logger: Logger
  readonly #informers: Informers
  readonly #controllers: readonly Controller[]
  readonly #queues: WorkQueue[] = []
  readonly #abort = new AbortController()
  /** What ends each controller's watching. */
  readonly #ends = new Map<Controller, () => void>()
  #beat: Timer | undefined
  #starting: Promise<void> = Promise.resolve()

  constructor(deps: ControllersDeps, logger: Logger, epoch: number) {
    this.#deps = deps
    this.#logger = logger
    const transport = untilAborted(deps.transport(epoch), this.#abort.signal)
    const client = createClient(transport)
    const { clock, random, metrics } = deps
    this.#informers = new Informers({ client, clock, logger: logger.child('client') }, { freeze: deps.freeze ?? false })
    const parts: ControllerDeps = {
      client, clock, logger, informers: this.#informers, membership: deps.membership, takeover: deps.takeover, rootCa: deps.rootCa, agreedTimeMs: deps.agreedTimeMs,
      catalog: discoveredCatalog(transport, clock),
      events: (component) => createEventRecorder({ client, clock, random, logger, metrics }, component),
    }
    this.#controllers = [...controllers, ...(deps.more ?? [])].map((make) => make(parts))
  }

  start(): void {
    this.#informers.start()
    this.#starting = this.#begin()
  }

  async #begin(): Promise<void> {
    await this.#informers.whenSynced(this.#abort.signal)
    if (this.#abort.signal.aborted) return
    for (const controller of this.#controllers) {
      const queue = this.#queueOf(controller)
      this.#queues.push(queue)
      this.#ends.set(controller, controller.watch(queue))
    }
    this.#reportProgress()
  }

  #queueOf(controller: Controller): WorkQueue {
    const { clock, metrics } = this.#deps
    const name = controller.name
    const queue: WorkQueue = new WorkQueue({
      clock,
      run: (key, signal) => controller.reconcile(key, signal),
      failed: (key, error, attempts) => {
        metrics.counter(runRetries).add({ name })
        // Losing a race is daily business; only what repeats is worth a line.
        if (attempts > 1 || !isConflict(error)) this.#logger.debug('a reconcile failed', { controller: name, key, attempts, error })
      },
      // Watching again adds everything that exists.
      overflowed: () => {
        this.#ends.get(controller)?.()
        this.#ends.set(controller, controller.watch(queue))
      },
      recorder: {
        depth: (keys) => metrics.gauge(queueDepth).set({ name }, keys),
        ran: (durationMs) => metrics.histogram(runSeconds).observe({ name }, durationMs / 1000),
      },
    }, { capacity: queueCapacity, concurrency: queueConcurrency, backoffBaseMs, backoffMostMs })
    return queue
  }

  /** Says that the loops turn, as long as timers run and the lists are in. */
  #reportProgress(): void {
    this.#deps.works.progress(controllersWork)
    this.#beat = this.#deps.clock.after(progressEveryMs, () => this.#reportProgress())
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#beat?.cancel()
    await this.#starting
    for (const end of this.#ends.values()) end()
    this.#ends.clear()
    this.#beat?.cancel()
    await Promise.all([...this.#queues.map((queue) => queue.stop()), this.#informers.stop()])
  }
}
