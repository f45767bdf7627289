// The pulse tells a hung main thread from a process that was paused as a whole.
import { strict as assert } from 'node:assert'
import { beatFatalMs, beatUnhealthyMs, tickMs } from '../../../node/peer/limits.ts'
import { Pulse } from '../../../node/peer/pulse.ts'

const run = (pulse: Pulse, fromMs: number, forMs: number): string => {
  let verdict = ''
  for (let nowMs = fromMs; nowMs <= fromMs + forMs; nowMs += tickMs) verdict = pulse.tick(nowMs)
  return verdict
}

describe('peer / pulse', () => {
  it('is unhealthy after 2 s of silence and fatal after 10 s', () => {
    const pulse = new Pulse()
    assert.equal(run(pulse, 0, beatUnhealthyMs - tickMs), 'healthy')
    assert.equal(run(pulse, beatUnhealthyMs, 0), 'unhealthy')
    assert.equal(run(pulse, beatUnhealthyMs, beatFatalMs - beatUnhealthyMs), 'fatal')
  })

  it('is healthy again with a beat', () => {
    const pulse = new Pulse()
    run(pulse, 0, 5_000)
    pulse.beat()
    assert.equal(run(pulse, 5_000, 100), 'healthy')
  })

  it('forgives a process that was stopped for an hour', () => {
    const pulse = new Pulse()
    run(pulse, 0, 100)
    assert.equal(pulse.tick(3_600_000), 'healthy')
  })
})
