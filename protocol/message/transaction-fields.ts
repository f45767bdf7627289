// Transactions as lists of fields, and back. Order and bytes are kept exactly: the same transaction is the same bytes,
// and what was proposed is what every peer applies.
import { anyText, bytes, count, flag, list, listOf, named, text, word } from './fields.ts'
import { maxConditions, maxKeyLength, maxTransactionBytes, maxWrites } from './limits.ts'
import { unreachable } from '../base/assert.ts'
import type { Condition, Transaction, Write } from './transaction.ts'

const conditionKinds = ['version', 'absent', 'present', 'limit', 'assignment', 'featureLevel'] as const
const writeKinds = ['put', 'delete'] as const

function packCondition(condition: Condition): unknown[] {
  const kind = conditionKinds.indexOf(condition.kind)
  switch (condition.kind) {
    case 'version':
      return [kind, condition.key, condition.version]
    case 'absent':
      return [kind, condition.key]
    case 'present':
      return [kind, condition.key, condition.live]
    case 'limit':
      return [kind, condition.prefix, condition.limit]
    case 'assignment':
      return [kind, condition.work, condition.epoch]
    case 'featureLevel':
      return [kind, condition.atLeast]
    default:
      return unreachable(condition, 'condition')
  }
}

function readCondition(value: unknown): Condition {
  const fields = list(value, 'condition', 2)
  const kind = word(fields[0], 'condition kind', conditionKinds)
  switch (kind) {
    case 'version':
      return { kind, key: text(fields[1], 'key', maxKeyLength), version: count(fields[2], 'version') }
    case 'absent':
      return { kind, key: text(fields[1], 'key', maxKeyLength) }
    case 'present':
      return { kind, key: text(fields[1], 'key', maxKeyLength), live: flag(fields[2], 'live') }
    case 'limit':
      return { kind, prefix: anyText(fields[1], 'prefix', maxKeyLength), limit: count(fields[2], 'limit') }
    case 'assignment':
      return { kind, work: named(fields[1]), epoch: count(fields[2], 'epoch') }
    case 'featureLevel':
      return { kind, atLeast: count(fields[1], 'feature level') }
    default:
      return unreachable(kind, 'condition kind')
  }
}

function packWrite(write: Write): unknown[] {
  if (write.kind === 'put') return [0, write.key, write.value, write.terminating]
  return [1, write.key]
}

function readWrite(value: unknown): Write {
  const fields = list(value, 'write', 2)
  const kind = word(fields[0], 'write kind', writeKinds)
  const key = text(fields[1], 'key', maxKeyLength)
  if (kind === 'delete') return { kind, key }
  return { kind, key, value: bytes(fields[2], 'value', maxTransactionBytes), terminating: flag(fields[3], 'terminating') }
}

/** A transaction as the list that goes into a frame. */
export function packTransaction(transaction: Transaction): unknown[] {
  return [transaction.conditions.map(packCondition), transaction.writes.map(packWrite)]
}

/** Throws MessageError for what is no transaction, or has too many conditions or writes. */
export function readTransaction(value: unknown): Transaction {
  const fields = list(value, 'transaction', 2)
  const conditions = listOf(fields[0], 'conditions', maxConditions, readCondition)
  const writes = listOf(fields[1], 'writes', maxWrites, readWrite)
  return { conditions, writes }
}
