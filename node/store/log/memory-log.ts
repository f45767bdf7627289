// The log's twin in memory, for tests and the simulator. It keeps what was synced and what was not apart: a crash loses what
// was not, and a new log opens from what is left. Syncs happen when the test says so, or at once.
import { assert } from '../../../protocol/base/assert.ts'
import { storeClosed } from '../errors.ts'
import { emptyHardState, emptyMark } from './types.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { DurableLog, LogSave, RecoveredLog } from './types.ts'

/** What survives a crash; the "disk" of one peer in memory. */
export class MemoryDisk {
  #synced: LogSave[] = []
  #waiting: { readonly save: LogSave; readonly resolve: () => void; readonly reject: (reason: unknown) => void }[] = []
  readonly #atOnce: boolean

  /** With `atOnce` every append is synced when it is made; otherwise when `sync` is called. */
  constructor(atOnce: boolean) {
    this.#atOnce = atOnce
  }

  /** How many appends wait for a sync. */
  get unsynced(): number {
    return this.#waiting.length
  }

  open(): DurableLog {
    assert(this.#waiting.length === 0, 'a log is opened after a crash or a close')
    return new MemoryLog(this, recover(this.#synced))
  }

  append(save: LogSave): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ save, resolve, reject })
      if (this.#atOnce) this.sync()
    })
  }

  /** Syncs the oldest `count` waiting appends, all by default. */
  sync(count = this.#waiting.length): void {
    for (const { save, resolve } of this.#waiting.splice(0, count)) {
      this.#synced.push(save)
      resolve()
    }
  }

  /** Loses what was not synced. */
  crash(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(storeClosed.make({ what: 'log' }))
  }
}

class MemoryLog implements DurableLog {
  readonly recovered: RecoveredLog
  readonly #disk: MemoryDisk
  #closed = false

  constructor(disk: MemoryDisk, recovered: RecoveredLog) {
    this.#disk = disk
    this.recovered = recovered
  }

  append(save: LogSave): Promise<void> {
    return this.#closed ? Promise.reject(storeClosed.make({ what: 'log' })) : this.#disk.append(save)
  }

  healed(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#closed = true
    this.#disk.sync()
    return Promise.resolve()
  }
}

/** A plain account of what a log holds, kept apart from the one for files so that tests may compare the two. */
function recover(saves: readonly LogSave[]): RecoveredLog {
  let hardState = emptyHardState
  let mark = emptyMark
  let entries = new Map<number, Entry>()
  for (const save of saves) {
    const { compactTo } = save
    if (compactTo !== undefined && compactTo.index > mark.index) {
      mark = compactTo
      const kept = entries.get(compactTo.index)?.term === compactTo.term
      entries = new Map([...entries].filter(([index]) => kept && index > compactTo.index))
    }
    hardState = save.hardState ?? hardState
    for (const entry of save.entries) {
      entries = new Map([...entries].filter(([index]) => index < entry.index))
      if (entry.index > mark.index) entries.set(entry.index, entry)
    }
  }
  return { fresh: saves.length === 0, hardState, mark, entries: [...entries.values()], mayVote: true, problem: undefined }
}
