// Suspicion decides when a silent peer is declared dead. It is pure: the times are arguments.
// Independent confirmations shorten the wait along a logarithm, so one bad link cannot kill a healthy peer.
// It does not send anything; the machine turns its verdict into rumours.
import { assert } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import { crashGraceMs, maxConfirmations, suspicionMaxMs, suspicionMinMs } from './limits.ts'

/** A suspicion of one incarnation of one peer. */
export interface Suspicion {
  readonly startedMs: BootMs
  /** Everybody who suspects independently, the first one included. */
  readonly by: Set<PeerId>
  /** Somebody holds the suspect for dead already: the least wait is enough, but our own wait it stays. */
  condemned: boolean
  /** The suspect's machine lives and refuses connections: its daemon has ended, its Pods run on, and another daemon is being started. */
  crashed: boolean
  /** When we ask the suspect again by ourselves; only while we are one of `by`. */
  nextAskMs: BootMs
}

/**
 * How long a suspicion lasts after `confirmations` beyond the first claim, among `others` peers besides the suspect
 * and ourselves (Lifeguard, section IV-C): from the most along log(c + 1) / log(k + 1) down to the least.
 */
export function suspicionTimeoutMs(confirmations: number, others: number): number {
  assert(confirmations >= 0 && others >= 0, 'counts are not negative')
  const needed = neededConfirmations(others)
  if (confirmations >= needed) return suspicionMinMs
  const share = Math.log(confirmations + 1) / Math.log(needed + 1)
  return Math.round(suspicionMaxMs - (suspicionMaxMs - suspicionMinMs) * share)
}

/** Confirmations that are waited for; with nobody left to confirm there is nothing to wait for. */
export function neededConfirmations(others: number): number {
  return Math.min(maxConfirmations, others)
}

/** Whether the suspicion has lasted long enough. */
export function suspicionIsOver(suspicion: Suspicion, others: number, nowMs: BootMs): boolean {
  const timeoutMs = suspicion.condemned ? suspicionMinMs : suspicionTimeoutMs(suspicion.by.size - 1, others)
  return nowMs - suspicion.startedMs >= timeoutMs + (suspicion.crashed ? crashGraceMs : 0)
}
