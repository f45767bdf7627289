// A machine's clocks: the boot-time clock changes its rate and never goes back; the wall clock jumps.
import assert from 'node:assert/strict'
import { MachineClock } from '../../sim/clock.ts'
import { World } from '../../sim/world.ts'

describe('sim / clock', () => {
  it('runs at its rate, and goes on from where it was when that changes', () => {
    const world = new World(1, false)
    const clock = new MachineClock(world, 1.01, 0)
    const startMs = clock.bootMs()
    world.run(10_000_000)
    assert.equal(clock.bootMs() - startMs, 10_100)
    clock.driftTo(0.5)
    assert.equal(clock.bootMs() - startMs, 10_100)
    world.run(20_000_000)
    assert.equal(clock.bootMs() - startMs, 15_150)
    assert.equal(clock.worldUs(505_000), 1_000_000)
  })
  it('a wall clock that jumps leaves the boot-time clock alone', () => {
    const world = new World(1, false)
    const clock = new MachineClock(world, 1, 250)
    const [wallMs, bootMs] = [clock.wallMs(), clock.bootMs()]
    clock.jump(-3_600_000)
    assert.equal(clock.wallMs(), wallMs - 3_600_000)
    assert.equal(clock.bootMs(), bootMs)
  })
})
