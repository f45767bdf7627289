// The real clock. The boot-time clock is Linux's CLOCK_MONOTONIC as Node reads it, which stands still while a machine
// is suspended; /proc/uptime, which does not, corrects it whenever the two drift apart.
import { readFileSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'

/** Node runs a timer of more than 31 bits of milliseconds, 24.8 days, at once. */
const longestTimerMs = 2 ** 31 - 1

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
      let handle: NodeJS.Timeout
      const arm = (leftMs: number): void => {
        handle = leftMs <= longestTimerMs ? setTimeout(run, leftMs) : setTimeout(() => arm(leftMs - longestTimerMs), longestTimerMs)
      }
      arm(delayMs)
      return { cancel: () => clearTimeout(handle) }
    },
  }
}
