// A state of which only some keys are kept, for a witness: it votes on everything and holds almost nothing. Entries are thinned
// before they are applied and fetched states before they are installed. Whoever chooses the keys sees to it that transactions
// which write kept keys have conditions on kept keys only; what they ask of others would not hold here.
import { decodeTransaction, encodeTransaction } from '../../protocol/message/codec.ts'
import { MessageError } from '../../protocol/message/errors.ts'
import type { Condition, Transaction } from '../../protocol/message/transaction.ts'
import { StateMachine } from '../../protocol/state/machine.ts'
import type { Entry } from '../../protocol/message/entry.ts'

/** Is this key kept? */
export type Keeps = (key: string) => boolean

/** The entry with what concerns kept keys; one without any becomes a no-op at its place. */
export function thinEntry(entry: Entry, keeps: Keeps): Entry {
  if (entry.body.kind !== 'command') return entry
  const transaction = transactionOf(entry.body.command)
  const writes = transaction?.writes.filter((write) => keeps(write.key)) ?? []
  if (transaction === undefined || writes.length === 0) return { term: entry.term, index: entry.index, timeMs: entry.timeMs, body: { kind: 'noop' } }
  const conditions = transaction.conditions.filter((condition) => isKept(condition, keeps))
  return { ...entry, body: { ...entry.body, command: encodeTransaction({ conditions, writes }) } }
}

/** The same position and configuration with the kept rows only. */
export function thinMachine(machine: StateMachine, keeps: Keeps): StateMachine {
  return StateMachine.restore(machine.header(), machine.keys.all().filter((row) => keeps(row.key)), [])
}

function isKept(condition: Condition, keeps: Keeps): boolean {
  if (condition.kind === 'assignment' || condition.kind === 'featureLevel') return true
  // Revisions count writes of objects, which are not seen here. What only lost a race over a version is applied all the same.
  if (condition.kind === 'version') return false
  return keeps(condition.kind === 'limit' ? condition.prefix : condition.key)
}

function transactionOf(command: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(command)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
