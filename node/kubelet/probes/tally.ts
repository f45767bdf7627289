// How results of one probe become a verdict: thresholds in a row, before which the earlier verdict stands (Kubernetes
// documentation, Configure Probes). Pure.
import type { Probe } from '../../objects/generated/core-v1.ts'

export type ProbeKind = 'startup' | 'readiness' | 'liveness'

export interface Tally {
  readonly passing: boolean
  /** The same result this many times in a row. */
  readonly streak: number
  readonly lastOk: boolean | undefined
  /** Failed often enough to count; a probe that has not run yet has neither passed nor failed. */
  readonly failed: boolean
}

/** Before the first result: alive, but neither ready nor started. */
export const freshTally = (kind: ProbeKind): Tally => ({ passing: kind === 'liveness', streak: 0, lastOk: undefined, failed: false })

const defaultFailures = 3

/** The tally after one more result. */
export function count(tally: Tally, probe: Probe, ok: boolean): Tally {
  const streak = tally.lastOk === ok ? tally.streak + 1 : 1
  const needed = ok ? probe.successThreshold ?? 1 : probe.failureThreshold ?? defaultFailures
  if (streak < needed) return { ...tally, streak, lastOk: ok }
  return { passing: ok, streak, lastOk: ok, failed: !ok }
}
