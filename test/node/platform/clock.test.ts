// The real clock: time since the start of the machine, never back, and timers that can be called off.
import { equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { systemClock } from '../../../node/platform/clock.ts'

describe('platform / clock', () => {
  it('counts from the start of the machine', () => {
    const uptimeMs = Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000
    ok(Math.abs(systemClock().bootMs() - uptimeMs) < 500)
    ok(Math.abs(systemClock().wallMs() - Date.now()) < 500)
  })

  it('never goes back', () => {
    const clock = systemClock()
    let lastMs = clock.bootMs()
    for (let i = 0; i < 1_000; i++) {
      const nowMs = clock.bootMs()
      ok(nowMs >= lastMs)
      lastMs = nowMs
    }
  })

  it('runs a timer once, and not when it was called off', async () => {
    const clock = systemClock()
    const ran: string[] = []
    const called = clock.after(1, () => ran.push('called off'))
    called.cancel()
    called.cancel()
    await new Promise<void>((resolve) => clock.after(5, () => resolve(void ran.push('kept'))))
    equal(ran.join(), 'kept')
  })
})
