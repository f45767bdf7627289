// Saves on their way to the log: one batch is under way at a time, and what waits meanwhile is joined into the next, so that
// many proposals share one sync. A full disk is waited out, in order; any other failure is fatal (P3).
import type { Save } from '../../protocol/engine/types.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { diskFull } from '../store/errors.ts'
import { diskFullRetryMs } from './limits.ts'
import type { PeerLog } from './types.ts'

/** Joins the longest run of saves that mean the same when they are one; answers how many that are. */
export function mergeSaves(saves: readonly Save[]): { readonly save: Save; readonly count: number } | undefined {
  let [merged] = saves
  if (merged === undefined) return undefined
  let count = 1
  for (const next of saves.slice(1)) {
    const lastIndex = merged.entries.at(-1)?.index
    const firstIndex = next.entries[0]?.index
    const contiguous = lastIndex === undefined || firstIndex === undefined || firstIndex === lastIndex + 1
    // Entries before and after a compaction must not change places.
    if (!contiguous || merged.compactTo !== undefined || next.compactTo !== undefined) break
    merged = { sequence: next.sequence, hardState: next.hardState ?? merged.hardState, entries: [...merged.entries, ...next.entries], compactTo: undefined }
    count++
  }
  return { save: merged, count }
}

export interface SaveQueueDeps {
  readonly log: PeerLog
  readonly clock: Clock
  readonly logger: Logger
  /** The disk under the log is full, and later that there is room again. */
  readonly diskFull: (full: boolean) => void
}

export class SaveQueue {
  readonly #log: PeerLog
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #diskFull: (full: boolean) => void
  readonly #saved: (sequence: number) => void
  readonly #failed: (error: unknown) => void
  readonly #waiting: Save[] = []
  #running = false

  constructor(
    deps: SaveQueueDeps,
    saved: (sequence: number) => void, failed: (error: unknown) => void,
  ) {
    this.#log = deps.log
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#diskFull = deps.diskFull
    this.#saved = saved
    this.#failed = failed
  }

  push(save: Save): void {
    this.#waiting.push(save)
    if (this.#running) return
    this.#running = true
    this.#run().catch(this.#failed)
  }

  async #run(): Promise<void> {
    for (let merged = mergeSaves(this.#waiting); merged !== undefined; merged = mergeSaves(this.#waiting)) {
      const sequences = this.#waiting.splice(0, merged.count).map((save) => save.sequence)
      await this.#append(merged.save)
      for (const sequence of sequences) this.#saved(sequence)
    }
    this.#running = false
  }

  async #append(save: Save): Promise<void> {
    for (let isFull = false; ;) {
      try {
        await this.#log.append(save)
        if (!isFull) return
        this.#logger.info('the disk has room again: this peer takes part in writes', {})
        return this.#diskFull(false)
      } catch (error) {
        if (!diskFull.is(error)) throw error
        if (!isFull) {
          this.#logger.error('the disk is full: nothing can be agreed through this peer until there is room', { directory: error.details.directory, remedy: error.remedy })
          this.#diskFull(true)
        }
        isFull = true
        await new Promise<void>((resolve) => { this.#clock.after(diskFullRetryMs, resolve) })
      }
    }
  }
}
