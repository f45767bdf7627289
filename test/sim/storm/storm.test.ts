// Storms over the real Raft: chance orders every message, sync, tick and crash. Some of every mood, and by name the seeds of
// storms that found a bug. A failure prints what was drawn and the end of the timeline.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { moods, stormOptions } from '../../../sim/storm/options.ts'
import { runStorm } from '../../../sim/storm/storm.ts'

const steps = 3000

function holds(seed: number, mood: string): number {
  const options = stormOptions(seed, seededRandom(seed), steps, mood)
  const { violation, committed } = runStorm(options, false)
  if (violation === undefined) return committed
  const { timeline } = runStorm(options, true)
  return assert.fail(`${mood} storm ${seed}: ${violation.message}\n${JSON.stringify(options)}\n${timeline.slice(-100).join('\n')}`)
}

describe('sim / storm', function () {
  this.timeout(60_000)
  for (const mood of Object.keys(moods)) {
    it(`150 storms of the mood '${mood}' keep every promise`, () => {
      let committed = 0
      for (let seed = 1; seed <= 150; seed++) committed += holds(seed, mood)
      assert.ok(committed > 500, `only ${committed} entries were committed`)
    })
  }

  it('a torn save that calls entries committed which it was to replace (P4)', () => {
    for (const seed of [9182, 10_197, 7160]) holds(seed, 'usual')
  })

  it('a follower that conflicts with the place where the log was cut gets a whole state (P13)', () => {
    holds(346, 'usual')
    holds(651, 'exiles')
  })

  it('a voter whose own removal is not committed may be the only one who can be elected', () => {
    for (const seed of [76, 148]) holds(seed, 'usual')
  })

  it('a seed replays exactly, with and without recording', () => {
    const runs = [false, false, true].map((recording) => runStorm(stormOptions(33, seededRandom(33), steps), recording))
    assert.equal(new Set(runs.map(({ committed, reads, violation }) => `${committed} ${reads} ${violation?.message}`)).size, 1)
  })
})
