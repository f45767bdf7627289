// Whole control loops under faults: the daemon's controllers and scheduler on every peer, and simulated kubelets.
import assert from 'node:assert/strict'
import { createEngine } from '../../../protocol/engine/engine.ts'
import { runLoops } from '../../../sim/loops/run.ts'
import { describeOptions, drawnLoops } from '../../../sim/options.ts'
import { settle } from '../../../sim/settle.ts'

const seeds = 12

describe('sim / loops / run', function () {
  this.timeout(60_000)
  it(`${seeds} seeds keep every promise, and in the end what is wanted runs (P24, P25)`, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const options = drawnLoops(seed, undefined, 20_000)
      const { violation, started } = await runLoops(options, createEngine, false, settle)
      assert.equal(violation, undefined, `seed ${seed}: ${violation?.message}\n${describeOptions(options)}`)
      assert.ok(started >= 4, 'something ran')
    }
  })
  it('a seed replays to the last byte, with and without recording', async () => {
    const runs = []
    for (const recording of [false, true]) runs.push(await runLoops(drawnLoops(3, 3, 5000), createEngine, recording, settle))
    assert.equal(runs[0]?.hash, runs[1]?.hash)
    assert.equal(runs[0]?.events, runs[1]?.events)
    assert.ok((runs[1]?.timeline.length ?? 0) > 0)
  })
})
