// What the leader knows of one follower, and how much it may have on the way to it. Three states, as in etcd's raft:
// `probe` sends one append and waits, `replicate` sends optimistically up to the limits, `snapshot` waits for the follower
// to fetch a state. It sends nothing itself.
import { assert } from '../base/assert.ts'
import { maxInflightBytes, maxInflightMessages } from './limits.ts'
import type { LogIndex } from '../base/ids.ts'

/** One follower as the leader sees it. */
export class Progress {
  state: 'probe' | 'replicate' | 'snapshot' = 'probe'
  /** Highest index known to be saved there; never ahead of the truth. */
  match: LogIndex = 0
  /** The next index to send. */
  next: LogIndex
  /** In `probe`: an append is on its way and no other may be sent before a reply or the next heartbeat. */
  probing = false
  /** In `probe`: the last entry that the append on its way holds. */
  #probeEnd: LogIndex = 0
  /** In `snapshot`: the state must be at least this new. */
  snapshotIndex: LogIndex = 0
  snapshotAskedMs = -Infinity
  lastHeardMs: number
  /** Newest round of heartbeats that it answered. */
  ackedRound = 0
  /** The commit index that it was told last. */
  sentCommit: LogIndex = 0
  /** Highest round that it was sent. */
  sentRound = 0
  #ends: LogIndex[] = []
  #sizes: number[] = []
  #inflightBytes = 0

  constructor(next: LogIndex, nowMs: number) {
    this.next = next
    this.lastHeardMs = nowMs
  }

  /** May another append with entries be sent? */
  get open(): boolean {
    if (this.state === 'probe') return !this.probing
    return this.state === 'replicate' && this.#ends.length < maxInflightMessages && this.#inflightBytes < maxInflightBytes
  }

  /** Entries up to `last` left for the follower. */
  sent(last: LogIndex, sizeBytes: number): void {
    assert(last >= this.next, 'an append with entries moves on')
    if (this.state === 'probe') {
      this.probing = true
      this.#probeEnd = last
      return
    }
    this.#onTheWay(last, sizeBytes)
  }

  #onTheWay(last: LogIndex, sizeBytes: number): void {
    this.next = last + 1
    this.#ends.push(last)
    this.#sizes.push(sizeBytes)
    this.#inflightBytes += sizeBytes
  }

  /** probe | replicate | snapshot -> replicate, when `match` is news or a probe was answered. */
  accepted(match: LogIndex): void {
    if (match > this.match) this.match = match
    if (this.next <= this.match) this.next = this.match + 1
    let done = 0
    while (done < this.#ends.length && (this.#ends[done] ?? 0) <= match) {
      this.#inflightBytes -= this.#sizes[done] ?? 0
      done++
    }
    if (done > 0) {
      this.#ends.splice(0, done)
      this.#sizes.splice(0, done)
    }
    if (this.state === 'snapshot' && this.match < this.snapshotIndex) return
    if (this.state === 'replicate') return
    // What the probe held has arrived, though it may not be saved yet; if it was lost, a heartbeat will show it.
    const end = this.state === 'probe' && this.probing ? this.#probeEnd : 0
    this.#clear()
    this.state = 'replicate'
    this.next = this.match + 1
    if (end >= this.next) this.#onTheWay(end, 0)
  }

  /** any -> probe at `next`. A follower that has less than it acknowledged is believed: lowering `match` is always safe. */
  becomeProbe(next: LogIndex): void {
    this.#clear()
    this.state = 'probe'
    this.next = Math.max(1, next)
    this.match = Math.min(this.match, this.next - 1)
  }

  /** any -> snapshot. */
  becomeSnapshot(index: LogIndex): void {
    this.#clear()
    this.state = 'snapshot'
    this.snapshotIndex = index
  }

  #clear(): void {
    this.probing = false
    this.#probeEnd = 0
    this.#ends.length = 0
    this.#sizes.length = 0
    this.#inflightBytes = 0
  }
}
