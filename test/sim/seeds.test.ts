// The real engine and the real state machine under 300 seeds of faults, and the named scenarios; and the promise that a
// seed replays to the last byte. A failure prints the options that were drawn and the end of the timeline.
import assert from 'node:assert/strict'
import { createEngine } from '../../protocol/engine/engine.ts'
import { describeOptions, drawnOptions } from '../../sim/options.ts'
import type { RunOptions } from '../../sim/options.ts'
import { runOnce } from '../../sim/run.ts'
import { scenarios } from '../../sim/scenarios.ts'

const seeds = 300
const groupSize = 30
const faultyMs = 20_000

/** Runs once; on a violation runs again with recording and fails with the timeline. */
function holds(options: RunOptions): void {
  const { violation } = runOnce(options, createEngine, false)
  if (violation === undefined) return
  const { timeline } = runOnce(options, createEngine, true)
  assert.fail(`seed ${options.seed}: ${violation.message}\n${describeOptions(options)}\n${timeline.slice(-150).join('\n')}`)
}

describe('sim / seeds', function () {
  this.timeout(120_000)
  for (let first = 1; first <= seeds; first += groupSize) {
    it(`seeds ${first} to ${first + groupSize - 1} keep every promise`, () => {
      for (let seed = first; seed < first + groupSize; seed++) holds(drawnOptions(seed, undefined, faultyMs))
    })
  }
  it('a seed replays to the last byte, with and without recording', () => {
    for (const seed of [5, 77]) {
      const results = [false, false, true].map((recording) => runOnce(drawnOptions(seed, undefined, 10_000), createEngine, recording))
      assert.equal(new Set(results.map((result) => `${result.hash} ${result.events} ${result.acknowledged}`)).size, 1)
    }
  })
})

describe('sim / scenarios', function () {
  this.timeout(60_000)
  for (const { name, options } of scenarios) it(name, () => holds(options))
})
