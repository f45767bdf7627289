// Rows of cells become lines of text with aligned columns.
import { deepEqual } from 'node:assert/strict'
import { table } from '../../../node/cli/table.ts'

describe('cli / table', () => {
  it('aligns columns and leaves nothing at the end of a line', () => {
    deepEqual(table([['PEER', 'ROLE'], ['a', 'leader'], ['long-name', '']]), ['PEER        ROLE', 'a           leader', 'long-name'])
    deepEqual(table([]), [])
  })
})
