// What the Kubernetes side of the daemon sees of the protocol: members by name, the works that are ours, and our lease.
// All are copies of what the peer thread reported last; nothing is asked across threads to answer.
import type { Member } from '../../protocol/membership/types.ts'
import type { PeerRecord } from '../../protocol/engine/types.ts'
import type { Assignment, WorkReport } from '../../protocol/message/ownership.ts'
import type { PeerId } from '../../protocol/base/ids.ts'
import type { Clock } from '../base/clock.ts'
import type { LeaseView, MembershipView, MemberView, WorksView } from '../base/views.ts'

/** A set of listeners that can be left again. */
export class Listeners {
  readonly #all = new Set<() => void>()

  add(listener: () => void): () => void {
    this.#all.add(listener)
    return () => { this.#all.delete(listener) }
  }

  call(): void {
    for (const listener of [...this.#all]) listener()
  }
}

/** Live membership of the agreed peers. A peer of whom nothing was heard yet counts as alive: soft state only subtracts. */
export class Members implements MembershipView {
  readonly #listeners = new Listeners()
  readonly #soft = new Map<PeerId, Member>()
  #records: readonly PeerRecord[] = []
  #views: readonly MemberView[] = []

  members(): readonly MemberView[] {
    return this.#views
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  agreed(records: readonly PeerRecord[]): void {
    this.#records = records
    this.#rebuild()
  }

  seen(members: readonly Member[]): void {
    for (const member of members) this.#soft.set(member.peer, member)
    this.#rebuild()
  }

  #rebuild(): void {
    const before = JSON.stringify(this.#views)
    this.#views = this.#records.map(({ peer, name }) => {
      const soft = this.#soft.get(peer)
      return { name, peerId: peer, state: soft?.state ?? 'alive', sinceMs: soft?.sinceMs ?? 0 }
    })
    if (JSON.stringify(this.#views) !== before) this.#listeners.call()
  }
}

/** The works that this peer holds, and how far their loops turned. */
export class Works implements WorksView {
  readonly #self: PeerId
  readonly #listeners = new Listeners()
  readonly #held = new Map<string, number>()
  readonly #progress = new Map<string, number>()

  constructor(self: PeerId) {
    this.#self = self
  }

  epoch(work: string): number | undefined {
    return this.#held.get(work)
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  progress(work: string): void {
    this.#progress.set(work, (this.#progress.get(work) ?? 0) + 1)
  }

  changed(assignments: readonly Assignment[]): void {
    for (const { work, peer, epoch } of assignments) {
      if (peer === this.#self) this.#held.set(work, epoch)
      else this.#held.delete(work)
    }
    this.#listeners.call()
  }

  /** Nothing is held by a peer that stopped. */
  stop(): void {
    if (this.#held.size === 0) return
    this.#held.clear()
    this.#listeners.call()
  }

  reports(): readonly WorkReport[] {
    return [...this.#held].map(([work, epoch]) => ({ work, epoch, progress: this.#progress.get(work) ?? 0 }))
  }
}

/** This peer's lease, as the peer thread told it last: never longer than it is. */
export class OwnLease implements LeaseView {
  readonly peerId: PeerId
  readonly #listeners = new Listeners()
  readonly #clock: Pick<Clock, 'bootMs'>
  #untilMs = 0

  constructor(self: PeerId, clock: Pick<Clock, 'bootMs'>) {
    this.peerId = self
    this.#clock = clock
  }

  /** Whether it runs now. */
  valid(): boolean {
    return this.#clock.bootMs() < this.#untilMs
  }

  untilMs(): number {
    return this.#untilMs
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  told(untilMs: number): void {
    if (untilMs === this.#untilMs) return
    this.#untilMs = untilMs
    this.#listeners.call()
  }
}
