// Whether a transaction's conditions hold. All are judged against the state before the transaction, but for limits, which
// count what would be there after it. Values of objects are not parsed; only the protocol's own small records are.
import { unreachable } from '../base/assert.ts'
import { assignmentPrefix, featureLevelKey } from './rows.ts'
import type { Condition, Transaction, Write } from '../message/transaction.ts'
import type { KeyReader } from './key-space.ts'

const decoder = new TextDecoder()

/** The index of the first condition that does not hold, or undefined when all do. */
export function firstFailing(keys: KeyReader, transaction: Transaction): number | undefined {
  const { conditions, writes } = transaction
  for (const [index, condition] of conditions.entries()) if (!holds(keys, condition, writes)) return index
  return undefined
}

function holds(keys: KeyReader, condition: Condition, writes: readonly Write[]): boolean {
  switch (condition.kind) {
    case 'version':
      return keys.get(condition.key)?.revision === condition.version
    case 'absent':
      return keys.get(condition.key) === undefined
    case 'present': {
      const row = keys.get(condition.key)
      return row !== undefined && !(condition.live && row.terminating)
    }
    case 'limit':
      return keys.count(condition.prefix) + growth(keys, condition.prefix, writes) <= condition.limit
    case 'assignment':
      return assignedEpoch(keys, condition.work) === condition.epoch
    case 'featureLevel':
      return featureLevel(keys) >= condition.atLeast
    default:
      return unreachable(condition, 'condition')
  }
}

/** By how many keys under `prefix` the writes change the state; the last write of a key counts. */
function growth(keys: KeyReader, prefix: string, writes: readonly Write[]): number {
  const after = new Map<string, boolean>()
  for (const write of writes) if (write.key.startsWith(prefix)) after.set(write.key, write.kind === 'put')
  let change = 0
  for (const [key, present] of after) change += Number(present) - Number(keys.get(key) !== undefined)
  return change
}

/** The epoch of a work in the table of assignments; undefined when nobody holds it. */
export function assignedEpoch(keys: KeyReader, work: string): number | undefined {
  const record = parsed(keys, assignmentPrefix + encodeURIComponent(work))
  if (typeof record !== 'object' || record === null || !('epoch' in record)) return undefined
  return typeof record.epoch === 'number' ? record.epoch : undefined
}

/** The agreed feature level; 0 before the first was agreed. */
export function featureLevel(keys: KeyReader): number {
  const level = parsed(keys, featureLevelKey)
  return typeof level === 'number' ? level : 0
}

/** An internal record. One that is no JSON counts as absent, on every peer alike. */
function parsed(keys: KeyReader, key: string): unknown {
  const row = keys.get(key)
  if (row === undefined) return undefined
  try {
    return JSON.parse(decoder.decode(row.value))
  } catch {
    return undefined
  }
}
