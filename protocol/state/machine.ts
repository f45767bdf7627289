// The replicated state machine: committed entries in, rows and events out, the same on every peer to the last byte.
// It is all that a transaction does to the key space: conditions, writes, revisions, repetitions, the hash of the set.
// It keeps no history and no queue, and does not know where its rows are stored.
import { assert } from '../base/assert.ts'
import { decodeTransaction } from '../message/codec.ts'
import { MessageError } from '../message/errors.ts'
import { firstFailing } from './conditions.ts'
import { KeySpace } from './key-space.ts'
import { forgotten, ProposalResults } from './proposal-results.ts'
import { objectPrefix } from './rows.ts'
import { SetHash } from './set-hash.ts'
import type { LogIndex, Revision, WallMs } from '../base/ids.ts'
import type { Entry, SnapshotMark } from '../message/entry.ts'
import type { ProposalId, Transaction, TransactionResult, Write } from '../message/transaction.ts'
import type { ResultRow, Row, RowEvent } from './rows.ts'

/** What one entry did. */
export interface AppliedEntry {
  readonly index: LogIndex
  readonly timeMs: WallMs
  /** The revision after it. */
  readonly revision: Revision
  /** In the order of the transaction's writes; empty unless it was applied. */
  readonly events: readonly RowEvent[]
  /** Of a command: whose proposal, what became of it, and the row that remembers it, unless it was a repetition. */
  readonly command: { readonly proposal: ProposalId; readonly result: TransactionResult; readonly remembered: ResultRow | undefined } | undefined
}

/** Everything about a state but its rows. */
export interface StateHeader {
  /** The last applied entry, and the Raft configuration at it. */
  readonly mark: SnapshotMark
  readonly revision: Revision
  /** The leader's clock at the last entry; never goes back. */
  readonly timeMs: WallMs
  /** Of all rows, see SetHash. */
  readonly hash: string
}

const emptyMark: SnapshotMark = { index: 0, term: 0, configuration: { voters: [], learners: [], witnesses: [] } }

/** One peer's copy of the replicated state. */
export class StateMachine {
  readonly keys = new KeySpace()
  readonly #results = new ProposalResults()
  readonly #hash = new SetHash()
  #mark: SnapshotMark = emptyMark
  #revision: Revision = 0
  #timeMs: WallMs = 0

  /** A state from its rows, as a disk or another peer had them. The caller compares `header().hash` with what it expects. */
  static restore(header: Omit<StateHeader, 'hash'>, rows: Iterable<Row>, results: Iterable<ResultRow>): StateMachine {
    const machine = new StateMachine()
    machine.#mark = header.mark
    machine.#revision = header.revision
    machine.#timeMs = header.timeMs
    for (const row of rows) {
      assert(machine.keys.get(row.key) === undefined, 'a state has each key once')
      machine.keys.put(row)
      machine.#hash.addRow(row)
    }
    for (const row of results) machine.#remember(row)
    return machine
  }

  header(): StateHeader {
    return { mark: this.#mark, revision: this.#revision, timeMs: this.#timeMs, hash: this.#hash.text() }
  }

  /** The hash of all rows as a number of 53 bits: equal states have equal ones. */
  get hashNumber(): number {
    return this.#hash.number()
  }

  get index(): LogIndex {
    return this.#mark.index
  }

  get revision(): Revision {
    return this.#revision
  }

  get timeMs(): WallMs {
    return this.#timeMs
  }

  /** The remembered results of proposals, for snapshots. */
  results(): ResultRow[] {
    return this.#results.all()
  }

  /** Applies the next committed entry. */
  apply(entry: Entry): AppliedEntry {
    assert(entry.index === this.#mark.index + 1, 'entries are applied without a gap')
    assert(entry.term >= this.#mark.term, 'terms of committed entries never go back')
    const configuration = entry.body.kind === 'configuration' ? entry.body.configuration : this.#mark.configuration
    this.#mark = { index: entry.index, term: entry.term, configuration }
    this.#timeMs = Math.max(this.#timeMs, entry.timeMs)
    if (entry.body.kind !== 'command') return this.#applied([], undefined)
    const { proposal, command } = entry.body
    const known = this.#results.find(proposal)
    if (known !== undefined) {
      const result = known.counter === proposal.counter ? known.result : forgotten(this.#revision)
      return this.#applied([], { proposal, result, remembered: undefined })
    }
    const { events, result } = this.#run(command)
    const remembered: ResultRow = { peer: proposal.peer, counter: proposal.counter, result }
    this.#remember(remembered)
    return this.#applied(events, { proposal, result, remembered })
  }

  #applied(events: readonly RowEvent[], command: AppliedEntry['command']): AppliedEntry {
    return { index: this.#mark.index, timeMs: this.#timeMs, revision: this.#revision, events, command }
  }

  #run(command: Uint8Array): { events: readonly RowEvent[]; result: TransactionResult } {
    const transaction = readTransaction(command)
    const failing = transaction === undefined ? -1 : firstFailing(this.keys, transaction)
    if (transaction === undefined || failing !== undefined) {
      return { events: [], result: { kind: 'refused', condition: failing ?? -1, revision: this.#revision } }
    }
    const events = this.#write(transaction.writes)
    return { events, result: { kind: 'applied', revision: this.#revision } }
  }

  /** Carries the writes out. Nothing in here can fail: a transaction is never half applied. */
  #write(writes: readonly Write[]): readonly RowEvent[] {
    let last = this.#revision
    for (const write of writes) if (isObject(write.key)) last++
    const events: RowEvent[] = []
    for (const write of writes) {
      // An object write takes its revision even when it deletes nothing, so that a proposer can count which write got which.
      if (isObject(write.key)) this.#revision++
      const revision = isObject(write.key) ? this.#revision : last
      const event = write.kind === 'put' ? this.#put(write, revision) : this.#delete(write.key, revision)
      if (event !== undefined) events.push(event)
    }
    assert(this.#revision === last, 'every object write took one revision')
    return events
  }

  #put(write: Write & { readonly kind: 'put' }, revision: Revision): RowEvent {
    const previous = this.keys.get(write.key)
    // A copy: the value must not keep the whole message alive of which it was a part.
    const value = new Uint8Array(write.value)
    const row: Row = { key: write.key, value, revision, createRevision: previous?.createRevision ?? revision, terminating: write.terminating }
    if (previous !== undefined) this.#hash.removeRow(previous)
    this.#hash.addRow(row)
    this.keys.put(row)
    return { kind: 'put', revision, value: row, previous }
  }

  #delete(key: string, revision: Revision): RowEvent | undefined {
    const previous = this.keys.get(key)
    if (previous === undefined) return undefined
    this.#hash.removeRow(previous)
    this.keys.delete(key)
    return { kind: 'delete', revision, previous }
  }

  #remember(row: ResultRow): void {
    const replaced = this.#results.put(row)
    if (replaced !== undefined) this.#hash.removeResult(replaced)
    this.#hash.addResult(row)
  }
}

const isObject = (key: string): boolean => key.startsWith(objectPrefix)

/** The transaction, or undefined for bytes that are none: refused by every peer alike rather than stopping them all. */
function readTransaction(command: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(command)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
