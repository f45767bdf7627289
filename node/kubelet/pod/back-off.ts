// Waits that double: after crashes, failed pulls and failed attempts. Pure; whoever waits keeps the count.
import { restartBackOffFirstMs, restartBackOffMostMs, restartBackOffResetMs } from '../limits.ts'
import type { RuntimeContainerStatus } from '../runtime/types.ts'

/** The wait after `failures` failures in a row: nothing after none, `firstMs` after one, doubling up to `mostMs`. */
export function backOffMs(failures: number, firstMs: number, mostMs: number): number {
  if (failures <= 0) return 0
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30))
}

/** The wait before a container starts again after so many quick crashes. Kubernetes starts it at once after the first. */
export const restartDelayMs = (crashes: number): number => backOffMs(crashes, restartBackOffFirstMs, restartBackOffMostMs)

/** How many quick crashes in a row there are once `ended` is replaced. */
export function crashesAfter(crashes: number, ended: RuntimeContainerStatus): number {
  return ended.finishedMs - ended.startedMs >= restartBackOffResetMs ? 0 : crashes + 1
}
