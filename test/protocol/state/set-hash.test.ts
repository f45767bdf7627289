// The hash of a set depends on every field of every row and not on the order in which they came.
import assert from 'node:assert/strict'
import { SetHash } from '../../../protocol/state/set-hash.ts'
import type { ResultRow, Row } from '../../../protocol/state/rows.ts'

const row: Row = { key: '/a', value: new Uint8Array([1, 2, 3, 4, 5]), revision: 7, createRevision: 3, terminating: false }
const result: ResultRow = { peer: 'p', counter: 3, result: { kind: 'refused', condition: 0, revision: 7 } }

const of = (rows: readonly Row[], results: readonly ResultRow[] = []): string => {
  const hash = new SetHash()
  for (const one of rows) hash.addRow(one)
  for (const one of results) hash.addResult(one)
  return hash.text()
}

describe('protocol / state / set hash', () => {
  it('sees every field', () => {
    const variants: Row[] = [
      row,
      { ...row, key: '/b' },
      { ...row, value: new Uint8Array([1, 2, 3, 4, 6]) },
      { ...row, value: new Uint8Array([1, 2, 3, 4, 5, 0]) },
      { ...row, value: new Uint8Array([1, 2, 3, 0x84, 5]) },
      { ...row, revision: 8 },
      { ...row, revision: 7 + 2 ** 32 },
      { ...row, createRevision: 4 },
      { ...row, terminating: true },
    ]
    assert.equal(new Set(variants.map((variant) => of([variant]))).size, variants.length)
    const results: ResultRow[] = [
      result,
      { ...result, peer: 'q' },
      { ...result, counter: 4 },
      { ...result, result: { kind: 'refused', condition: -1, revision: 7 } },
      { ...result, result: { kind: 'applied', revision: 7 } },
    ]
    assert.equal(new Set(results.map((variant) => of([], [variant]))).size, results.length)
  })

  it('does not depend on order, and removing undoes adding', () => {
    const other = { ...row, key: '/b' }
    assert.equal(of([row, other], [result]), of([other, row], [result]))
    const hash = new SetHash()
    assert.equal(hash.text(), '0000000000000000')
    hash.addRow(row)
    hash.addResult(result)
    hash.addRow(other)
    hash.removeRow(row)
    hash.removeResult(result)
    assert.equal(hash.text(), of([other]))
  })
})
