// The real clock: time since the start of the machine, never back, and timers that can be called off.
import { equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mock } from 'node:test'
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

  it('keeps to a delay that is longer than a timer can be', () => {
    const longestMs = 2 ** 31 - 1
    const delayMs = 60 * 86_400_000
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const clock = systemClock()
      const ran: string[] = []
      clock.after(delayMs, () => ran.push('kept'))
      const called = clock.after(delayMs, () => ran.push('called off'))
      mock.timers.tick(longestMs)
      mock.timers.tick(longestMs)
      mock.timers.tick(delayMs - 2 * longestMs - 1)
      equal(ran.join(), '')
      called.cancel()
      mock.timers.tick(1)
      equal(ran.join(), 'kept')
    } finally {
      mock.timers.reset()
    }
  })
})
