// The wrong variants still fit the protocol: each replaces a text that is there exactly once. Whether each is caught takes
// longer and is shown by test/mutants/main.ts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { scenarios } from '../../sim/scenarios.ts'
import { mutants } from '../mutants/mutants.ts'

const root = join(import.meta.dirname, '../..')

describe('sim / mutants', () => {
  it('at least twenty, each with a name of its own', () => {
    assert.ok(mutants.length >= 20)
    assert.equal(new Set(mutants.map((mutant) => mutant.name)).size, mutants.length)
  })

  it('each finds its place in the source, and is looked for in runs that exist', () => {
    for (const mutant of mutants) {
      for (const { file, find } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
        assert.equal(readFileSync(join(root, file), 'utf8').split(find).length - 1, 1, `${mutant.name}: ${find}`)
      }
      for (const hunt of mutant.hunts) if (hunt.kind === 'scenario') assert.ok(scenarios.some((one) => one.name === hunt.name), hunt.name)
    }
  })
})
