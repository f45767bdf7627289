// Linearizable reads without a leader lease (Raft thesis, section 6.4): a read waits for a round of heartbeats that began
// after it arrived. Reads that arrive while a round is under way share the next one. A request is confirmed once or
// abandoned, and its context is never used for another round (P11).
import { required } from '../base/assert.ts'
import { maxPendingReads } from './limits.ts'
import type { LogIndex } from '../base/ids.ts'
import type { ReadRequest, ReadResult } from './types.ts'

interface WaitingRead {
  readonly request: ReadRequest
  /** What was committed when it arrived. Undefined when no entry of the leader's own term was committed yet. */
  readonly index: LogIndex | undefined
  /** The round that confirms it; undefined until one began after its arrival. */
  round: number | undefined
}

/** The reads that wait at a leader, in order of arrival. */
export class ReadQueue {
  #waiting: WaitingRead[] = []
  /** How many at the front have a round. */
  #assigned = 0

  get length(): number {
    return this.#waiting.length
  }

  /** True when some read waits for a round that has not begun. */
  get roundWanted(): boolean {
    return this.#assigned < this.#waiting.length
  }

  /** True while a round that reads wait for is under way. */
  get roundUnderWay(): boolean {
    return this.#assigned > 0
  }

  /** Takes a read that arrives when `known` is what this leader knows as committed. False when too many wait. */
  add(request: ReadRequest, known: LogIndex | undefined): boolean {
    if (this.#waiting.length >= maxPendingReads) return false
    this.#waiting.push({ request, index: known, round: undefined })
    return true
  }

  /** Everything that has arrived is confirmed by this round, which begins now. */
  assign(round: number): void {
    for (let i = this.#assigned; i < this.#waiting.length; i++) required(this.#waiting[i], 'read').round = round
    this.#assigned = this.#waiting.length
  }

  /** The reads whose round is at most `acked`, which a majority has answered; none while nothing is known as committed. */
  confirm(acked: number, known: LogIndex | undefined): ReadResult[] {
    const results: ReadResult[] = []
    for (const read of this.#waiting) {
      if (read.round === undefined || read.round > acked) break
      const index = read.index ?? known
      if (index === undefined) break
      results.push({ request: read.request, index })
    }
    this.#waiting.splice(0, results.length)
    this.#assigned -= results.length
    return results
  }

  /** Whoever waits must ask the next leader. */
  abandon(): ReadResult[] {
    const results = this.#waiting.map((read): ReadResult => ({ request: read.request, index: undefined }))
    this.#waiting = []
    this.#assigned = 0
    return results
  }
}
