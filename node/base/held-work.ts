// Follows one work of the assignment table: while this peer holds it a term runs, and none otherwise. A term belongs to one
// epoch; when the epoch changes the old term has stopped before the new one starts, so that two of them never act at once.
// It knows nothing of what a term does.
import type { Startable } from './lifecycle.ts'
import type { Logger } from './logger.ts'
import type { WorksView } from './views.ts'

/** What runs from taking a work until losing it. */
export interface Term {
  start(): void
  /** Ends everything the start began. */
  stop(): Promise<void>
}

export interface HeldWorkDeps {
  readonly works: WorksView
  readonly logger: Logger
  /** Makes the term of an epoch; it is started by the caller. */
  readonly begin: (epoch: number) => Term
}

/** Runs the terms of one work. */
export class HeldWork implements Startable {
  readonly #deps: HeldWorkDeps
  readonly #work: string
  #unsubscribe: (() => void) | undefined
  #held: { readonly epoch: number; readonly term: Term } | undefined
  #change: Promise<void> = Promise.resolve()

  constructor(deps: HeldWorkDeps, work: string) {
    this.#deps = deps
    this.#work = work
  }

  start(): Promise<void> {
    this.#unsubscribe ??= this.#deps.works.onChange(() => this.#follow())
    this.#follow()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#follow()
    await this.#change
  }

  #epoch(): number | undefined {
    return this.#unsubscribe === undefined ? undefined : this.#deps.works.epoch(this.#work)
  }

  /** Brings the running term in line with the assignment table, one change after another. */
  #follow(): void {
    this.#change = this.#change.then(async () => {
      if (this.#epoch() === this.#held?.epoch) return
      await this.#held?.term.stop()
      this.#held = undefined
      // Asked again: the table may have moved on while the old term stopped.
      const epoch = this.#epoch()
      if (epoch === undefined) return
      this.#deps.logger.info('this peer holds a work', { work: this.#work, epoch })
      const term = this.#deps.begin(epoch)
      this.#held = { epoch, term }
      term.start()
    })
  }
}
