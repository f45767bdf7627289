// Changes on their way to the state's files: of each row the latest only, as it is in memory. Nothing is made of them until
// they are written, neither keys nor bytes: most of what a busy cluster writes is replaced before, and each applied entry
// passes here. It writes nothing.
import { pastChange, resultChange, rowChange, rowGone } from './level-files.ts'
import { slot } from '../../protocol/state/proposal-results.ts'
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { ResultRow, Row } from '../../protocol/state/rows.ts'
import type { PastTransaction } from './history.ts'
import type { DiskChange } from './level-files.ts'
import type { StateChange } from './local-state.ts'

export class PendingChanges {
  /** By key; undefined for those that are gone. */
  readonly #rows = new Map<string, Row | undefined>()
  /** By peer and slot. */
  readonly #results = new Map<PeerId, Map<number, ResultRow>>()
  /** By the entry's index; undefined for those that history has forgotten. */
  readonly #past = new Map<LogIndex, PastTransaction | undefined>()
  #sizeBytes = 0

  /** About how many bytes were added, those that were replaced meanwhile among them. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get empty(): boolean {
    return this.#rows.size === 0 && this.#results.size === 0 && this.#past.size === 0
  }

  /** What an applied entry changes. */
  add({ applied, past, forgotten }: StateChange): void {
    for (const event of applied.events) {
      if (event.kind === 'put') this.#row(event.value.key, event.value)
      else this.#row(event.previous.key, undefined)
    }
    if (applied.command?.remembered !== undefined) this.#result(applied.command.remembered)
    if (past !== undefined) this.#remember(past.index, past)
    for (const { index } of forgotten) this.#remember(index, undefined)
  }

  /** Changes that came after these. */
  addLater(later: PendingChanges): void {
    for (const [key, row] of later.#rows) this.#row(key, row)
    for (const slots of later.#results.values()) for (const row of slots.values()) this.#result(row)
    for (const [index, past] of later.#past) this.#remember(index, past)
  }

  *changes(): IterableIterator<DiskChange> {
    for (const [key, row] of this.#rows) yield row === undefined ? rowGone(key) : rowChange(row)
    for (const slots of this.#results.values()) for (const row of slots.values()) yield resultChange(row)
    for (const [index, past] of this.#past) yield pastChange(index, past)
  }

  #row(key: string, row: Row | undefined): void {
    this.#rows.set(key, row)
    this.#sizeBytes += 2 * key.length + overheadBytes + (row?.value.length ?? 0)
  }

  #result(row: ResultRow): void {
    let slots = this.#results.get(row.peer)
    if (slots === undefined) {
      slots = new Map()
      this.#results.set(row.peer, slots)
    }
    slots.set(slot(row.counter), row)
    this.#sizeBytes += row.peer.length + overheadBytes
  }

  #remember(index: LogIndex, past: PastTransaction | undefined): void {
    this.#past.set(index, past)
    this.#sizeBytes += overheadBytes
    for (const { previous } of past?.events ?? []) this.#sizeBytes += overheadBytes + (previous?.value.length ?? 0)
  }
}

/** Beside keys and values: numbers and lengths. */
const overheadBytes = 32
