// The simulator's arguments: what is understood and what is refused.
import assert from 'node:assert/strict'
import { durationMs, readArguments } from '../../sim/main.ts'

describe('sim / main', () => {
  it('reads durations', () => {
    assert.equal(durationMs('30m'), 1_800_000)
    assert.equal(durationMs('45s'), 45_000)
    assert.equal(durationMs('1.5h'), 5_400_000)
    assert.equal(durationMs('7'), 7000)
    assert.equal(durationMs('soon'), undefined)
  })
  it('reads the arguments and names what is wrong', () => {
    assert.deepEqual(readArguments(['--seed', '9', '--peers', '5', '--time', '1m', '--seeds', '3']), {
      seed: 9, seeds: 3, peers: 5, faultyMs: 60_000, scenario: undefined, history: undefined, timeline: false,
    })
    assert.match(String(readArguments(['--what'])), /unknown argument --what/)
    assert.match(String(readArguments(['--seed', 'x'])), /--seed/)
    assert.match(String(readArguments(['--peers', '0'])), /--peers/)
    assert.match(String(readArguments(['--time', 'long'])), /--time/)
  })
})
