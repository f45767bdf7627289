// Runs recordings against our code: those on the list of gaps must fail, all others must pass.
import assert from 'node:assert/strict'
import { stringIn } from '../../node/objects/access.ts'
import type { JsonObject } from '../../node/objects/json.ts'

/** Answers how many passed; throws one error that names every record that does not behave as listed. */
export function judge(list: readonly JsonObject[], gaps: { readonly [id: string]: string }, check: (record: JsonObject) => void): number {
  let passed = 0
  const wrong: string[] = []
  for (const record of list) {
    const id = stringIn(record, 'id')
    const failure = failureOf(record, check)
    if (failure === undefined) passed += 1
    if (failure !== undefined && gaps[id] === undefined) wrong.push(`${id}: ${failure.slice(0, 1500)}`)
    if (failure === undefined && gaps[id] !== undefined) wrong.push(`${id}: passes now; take it off the list of gaps`)
  }
  assert.ok(wrong.length === 0, `${wrong.length} of ${list.length} records differ:\n${wrong.join('\n')}`)
  return passed
}

function failureOf(record: JsonObject, check: (record: JsonObject) => void): string | undefined {
  try {
    check(record)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
