// The simulator's arguments: what is understood and what is refused.
import assert from 'node:assert/strict'
import { durationMs, readArguments } from '../../sim/arguments.ts'

describe('sim / arguments', () => {
  it('reads durations', () => {
    assert.equal(durationMs('30m'), 1_800_000)
    assert.equal(durationMs('45s'), 45_000)
    assert.equal(durationMs('1.5h'), 5_400_000)
    assert.equal(durationMs('7'), 7000)
    assert.equal(durationMs('soon'), undefined)
  })
  it('reads the arguments and names what is wrong', () => {
    assert.deepEqual(readArguments(['--seed', '9', '--peers', '5', '--time', '1m', '--seeds', '3']), {
      seed: 9, seeds: 3, peers: 5, faultyMs: 60_000, hours: undefined, days: undefined, jobs: undefined, faults: undefined,
      scenario: undefined, history: undefined, timeline: false, speed: false, loops: false, weather: 'storm',
    })
    const long = readArguments(['--hours', '0.5', '--jobs', '2', '--faults', '3,17', '--timeline', '--calm'])
    assert.ok(typeof long !== 'string')
    assert.deepEqual([long.hours, long.jobs, long.faults, long.timeline, long.weather], [0.5, 2, [3, 17], true, 'calm'])
    const none = readArguments(['--faults', 'none'])
    assert.ok(typeof none !== 'string' && none.faults?.length === 0)
    assert.match(String(readArguments(['--hours', 'x'])), /--hours/)
    assert.match(String(readArguments(['--days', '-1'])), /--days/)
    assert.match(String(readArguments(['--jobs', '0'])), /--jobs/)
    assert.match(String(readArguments(['--faults', '3,x'])), /--faults/)
    assert.match(String(readArguments(['--what'])), /unknown argument --what/)
    assert.match(String(readArguments(['--seed', 'x'])), /--seed/)
    assert.match(String(readArguments(['--peers', '0'])), /--peers/)
    assert.match(String(readArguments(['--time', 'long'])), /--time/)
  })
})
