// The works that one simulated peer holds, in one life of its process: it says that it gets on, as its clock does, and
// writes now and then what only the holder may write. The leader's changes of the table are proposed here too.
import type { PeerId } from '../protocol/base/ids.ts'
import type { Random } from '../protocol/base/random.ts'
import type { Assignment, WorkReport } from '../protocol/message/ownership.ts'
import type { Transaction } from '../protocol/message/transaction.ts'
import { assignmentPrefix } from '../protocol/state/rows.ts'
import type { SimUs } from './world.ts'

/** Where holders of works write; the value says in which epoch. */
export const fencedPrefix = '/registry/core/events/default/work-'
/** A holder says so often that it gets on. */
const reportUs: SimUs = 200_000

const encoder = new TextEncoder()

export interface HolderDeps {
  readonly self: PeerId
  readonly random: Random
  propose(transaction: Transaction): void
  report(reports: readonly WorkReport[]): void
  /** How far a work's loops have come: a number that stands still when they do. */
  progress(work: string): number
}

export class Holder {
  readonly #deps: HolderDeps
  readonly #writeShare: number
  readonly #held = new Map<string, Assignment>()
  #reportAtUs: SimUs = 0

  /** `writeShare` is the share of ticks at which each work writes. */
  constructor(deps: HolderDeps, writeShare: number) {
    this.#deps = deps
    this.#writeShare = writeShare
  }

  /** The agreed table changed. */
  changed(works: readonly Assignment[]): void {
    for (const row of works) {
      if (row.peer === this.#deps.self) this.#held.set(row.work, row)
      else this.#held.delete(row.work)
    }
    this.#report()
  }

  tick(nowUs: SimUs): void {
    if (this.#held.size === 0) return
    for (const { work, epoch } of this.#held.values()) {
      if (this.#writeShare > 0 && this.#deps.random.chance(this.#writeShare)) this.#write(work, epoch)
    }
    if (nowUs < this.#reportAtUs) return
    this.#reportAtUs = nowUs + reportUs
    this.#report()
  }

  /** Leader: proposes a row of the table, if the table is still what the plan was made from. */
  assign(assignment: Assignment): void {
    const key = assignmentPrefix + encodeURIComponent(assignment.work)
    const before = assignment.epoch - 1
    const condition = before === 0 ? { kind: 'absent' as const, key } : { kind: 'assignment' as const, work: assignment.work, epoch: before }
    const value = encoder.encode(JSON.stringify(assignment))
    this.#deps.propose({ conditions: [condition], writes: [{ kind: 'put', key, value, terminating: false }] })
  }

  #report(): void {
    this.#deps.report([...this.#held.values()].map(({ work, epoch }) => ({ work, epoch, progress: this.#deps.progress(work) })))
  }

  #write(work: string, epoch: number): void {
    const row: Assignment = { work, epoch, peer: this.#deps.self }
    const write = { kind: 'put' as const, key: fencedPrefix + work, value: encoder.encode(JSON.stringify(row)), terminating: false }
    this.#deps.propose({ conditions: [{ kind: 'assignment', work, epoch }], writes: [write] })
  }
}
