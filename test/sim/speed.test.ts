// The measured run is a healthy one: nothing goes wrong in it, and operations come at the wanted rate.
import assert from 'node:assert/strict'
import { createEngine } from '../../protocol/engine/engine.ts'
import { runOnce } from '../../sim/run.ts'
import { measureSpeed, quietRun } from '../../sim/speed.ts'

describe('sim / speed', () => {
  it('twenty operations a virtual second, give or take the time that they take', () => {
    const { violation, acknowledged, reads, unknown } = runOnce(quietRun(20, 20), createEngine, false)
    assert.equal(violation, undefined)
    assert.equal(unknown, 0)
    assert.ok(acknowledged + reads > 300 && acknowledged + reads < 500, String(acknowledged + reads))
    assert.equal(runOnce(quietRun(0, 5), createEngine, false).reads, 0)
  })
  it('measures by the clock that it is given', () => {
    let nowMs = 0
    const speed = measureSpeed(0, 1, createEngine, () => (nowMs += 100))
    assert.ok(speed.virtualSecondsPerSecond >= 10 && speed.virtualSecondsPerSecond < 20)
    assert.ok(speed.eventsPerSecond > 0)
  })
})
