// What is said of a failing run: of the many faults that a seed draws the few that matter, and a timeline with them in it.
// The wrong variant here loses the last entry that it had synced whenever it starts.
import assert from 'node:assert/strict'
import { createEngine } from '../../protocol/engine/engine.ts'
import { explainFailure } from '../../sim/failing.ts'
import { drawFaults } from '../../sim/faults/draw.ts'
import { drawnOptions } from '../../sim/options.ts'
import type { CreateEngine } from '../../sim/peer.ts'
import { runOnce } from '../../sim/run.ts'

const forgetful: CreateEngine = (options, recovered, random) => createEngine(options, { ...recovered, entries: recovered.entries.slice(0, -1) }, random)

describe('sim / failing', function () {
  this.timeout(60_000)
  it('a lost entry needs few faults to show, and the timeline names them', async () => {
    const seeds = Array.from({ length: 40 }, (_, i) => drawnOptions(i + 1, 3, 20_000))
    const failing = seeds.find((options) => drawFaults(options).length >= 20 && runOnce(options, forgetful, false).violation !== undefined)
    assert.ok(failing !== undefined, 'none of the seeds shows it')
    const { numbers, faults, lines } = await explainFailure(failing, (options, recording) => runOnce(options, forgetful, recording), (tries) => tries < 300)
    assert.ok(faults.length <= 6, `${faults.length} faults are left`)
    assert.deepEqual(numbers.map((number) => drawFaults(failing)[number]), faults)
    assert.notEqual(runOnce({ ...failing, schedule: faults }, forgetful, false).violation, undefined)
    assert.ok(faults.every((fault) => lines.some((line) => line.includes(` s: ${fault.kind}`))))
    assert.ok(lines.some((line) => line.includes('faults matter')))
  })
})
