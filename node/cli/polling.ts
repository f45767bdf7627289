// How the command waits for what it can only ask for: again and again, until an answer or a deadline. One loop for all verbs,
// by a clock that never goes back. What a missing answer means, and what to say of it, is the caller's.
import { setTimeout as delay } from 'node:timers/promises'

export interface PollOptions {
  /** Wait between two questions. */
  readonly everyMs: number
  /** No question is asked later than this after the first. */
  readonly timeoutMs: number
}

/** Asks at least once, and until `probe` answers something; undefined when it did not in time. A rejection ends the wait. */
export async function poll<T>(probe: () => Promise<T | undefined> | T | undefined, { everyMs, timeoutMs }: PollOptions): Promise<T | undefined> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined || performance.now() + everyMs > deadlineMs) return answer
    await delay(everyMs)
  }
}

/** The same for a condition; false when it did not come true in time. */
export async function pollUntil(probe: () => Promise<boolean> | boolean, options: PollOptions): Promise<boolean> {
  return await poll(async () => (await probe() ? true : undefined), options) ?? false
}
