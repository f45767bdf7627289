// The reference pages say what the code declares: options, errors, metrics.
import { equal } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencePages } from '../support/reference-pages.ts'

describe('tidy / reference', () => {
  it('every page equals what its declarations give; npm run docs writes them', async () => {
    for (const [file, text] of await referencePages()) {
      const path = join(import.meta.dirname, '../..', file)
      equal(existsSync(path) ? readFileSync(path, 'utf8') : '', text, `${file} is stale`)
    }
  })
})
