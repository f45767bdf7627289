// A run's faults are a list that its seed decides; switching one kind off leaves the others as they were.
import assert from 'node:assert/strict'
import { drawFaults } from '../../../sim/faults/draw.ts'
import { drawnOptions, noFaults } from '../../../sim/options.ts'
import type { FaultTimes } from '../../../sim/options.ts'

const all = Object.fromEntries(Object.keys(noFaults).map((time) => [time, 1_000_000])) as unknown as FaultTimes
const options = { ...drawnOptions(3, 5, 60_000), faults: all }

describe('sim / faults / draw', () => {
  it('draws every kind, in order of time, the same each time', () => {
    const faults = drawFaults(options)
    assert.ok(Object.keys(all).length >= 25)
    assert.ok(new Set(faults.map((fault) => fault.kind)).size >= 22)
    assert.deepEqual(faults.map((fault) => fault.atUs), faults.map((fault) => fault.atUs).sort((a, b) => a - b))
    assert.deepEqual(drawFaults(options), faults)
    assert.ok(faults.every((fault) => fault.atUs < options.faultyUs))
    assert.notDeepEqual(drawFaults({ ...options, seed: 4 }), faults)
  })
  it('draws the others alike without one kind', () => {
    const without = drawFaults({ ...options, faults: { ...all, pauseUs: 0 } })
    assert.deepEqual(without, drawFaults(options).filter((fault) => fault.kind !== 'pause'))
  })
  it('draws nothing where nothing goes wrong', () => {
    assert.deepEqual(drawFaults({ ...options, faults: noFaults }), [])
  })
})
