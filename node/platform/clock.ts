// The real clock. The boot-time clock is Linux's CLOCK_MONOTONIC as Node reads it, which stands still while a machine
// is suspended; /proc/uptime, which does not, corrects it whenever the two drift apart.
import { readFileSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'

const readUptimeMs = (): number => Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000

/** The machine's clocks and timers. */
export function systemClock(): Clock {
  let offsetMs = readUptimeMs() - performance.now()
  let lastCheckMs = performance.now()
  return {
    wallMs: () => Date.now(),
    bootMs: () => {
      const nowMs = performance.now()
      if (nowMs - lastCheckMs > 1_000) {
        lastCheckMs = nowMs
        const measured = readUptimeMs() - nowMs
        // /proc/uptime counts in steps of 10 ms: only a real sleep moves the offset.
        if (measured > offsetMs + 100) offsetMs = measured
      }
      return nowMs + offsetMs
    },
    after: (delayMs, run) => {
      const handle = setTimeout(run, delayMs)
      return { cancel: () => clearTimeout(handle) }
    },
  }
}
