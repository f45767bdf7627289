// Use of processor and memory between two measures: counters become rates. A counter that went back (a container that
// began anew under its id, a child whose time was never collected) counts as no use, never as a negative one. Pure.
import { assert } from '../../../protocol/base/assert.ts'

/** What was counted of a container or of the machine at one moment. */
export interface UsageSample {
  /** By the wall clock. */
  readonly atMs: number
  /** Processor time so far. */
  readonly cpuNanos: number
  readonly memoryBytes: number
}

/** A measure with the rate since the one before. */
export interface Usage extends UsageSample {
  /** The time over which the rate was taken. */
  readonly windowMs: number
  /** Processor time in a second. */
  readonly cpuNanoCores: number
}

/** The rate between two measures; undefined when no time has passed between them. */
export function usageBetween(before: UsageSample, after: UsageSample): Usage | undefined {
  const windowMs = after.atMs - before.atMs
  if (windowMs <= 0) return undefined
  const cpuNanoCores = Math.round(Math.max(0, after.cpuNanos - before.cpuNanos) * 1000 / windowMs)
  assert(cpuNanoCores >= 0, 'use is never negative')
  return { ...after, windowMs, cpuNanoCores }
}
