// One-time codes: whoever showed a client certificate gets one, puts it behind the `#` of the dashboard's address, and the page
// exchanges it for a session once. They live a minute in the memory of the peer that made them, and nowhere else.
import type { Clock } from '../../base/clock.ts'
import type { User } from '../../identity/users.ts'
import { codeLifeMs, maxCodes } from '../limits.ts'

/** What a code stands for. */
export interface Coming {
  readonly user: User
  /** The session lasts this long. */
  readonly seconds: number
}

export class OneTimeCodes {
  readonly #clock: Clock
  readonly #make: () => string
  readonly #open = new Map<string, Coming & { readonly untilMs: number }>()

  /** `make` answers texts that nobody can guess. */
  constructor(clock: Clock, make: () => string) {
    this.#clock = clock
    this.#make = make
  }

  /** A code for somebody; the oldest is void when there are too many. */
  give(coming: Coming): string {
    const nowMs = this.#clock.bootMs()
    for (const [code, { untilMs }] of this.#open) if (nowMs >= untilMs || this.#open.size >= maxCodes) this.#open.delete(code)
    const code = this.#make()
    this.#open.set(code, { ...coming, untilMs: nowMs + codeLifeMs })
    return code
  }

  /** What the code stands for, the first time and in time. */
  take(code: string): Coming | undefined {
    const found = this.#open.get(code)
    this.#open.delete(code)
    return found === undefined || this.#clock.bootMs() >= found.untilMs ? undefined : found
  }
}
