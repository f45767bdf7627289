// Works on both sides: the leader watches who holds them and whether they get on, and plans changes; every peer notices
// which works it gained or lost when the agreed table changes. It proposes nothing itself and renews nothing in the log.
import { assignRetryMs } from './limits.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Assignment, WorkReport } from '../message/ownership.ts'
import type { Candidate, HolderProgress, PlanAssignments } from '../ownership/types.ts'

interface Watched {
  readonly epoch: number
  progress: number
  lastProgressMs: BootMs
}

/** The table of works as this peer knows it, and the leader's watch over the holders. */
export class Works {
  readonly #self: PeerId
  readonly #works: readonly string[]
  readonly #plan: PlanAssignments
  #table: readonly Assignment[] = []
  readonly #watched = new Map<string, Watched>()
  readonly #proposed = new Map<string, { readonly epoch: number; readonly atMs: BootMs }>()

  constructor(self: PeerId, works: readonly string[], plan: PlanAssignments) {
    this.#self = self
    this.#works = works
    this.#plan = plan
  }

  get table(): readonly Assignment[] {
    return this.#table
  }

  /** The agreed table changed: the rows that this peer gained or lost. */
  agreed(table: readonly Assignment[]): readonly Assignment[] {
    const changed: Assignment[] = []
    for (const row of table) {
      const before = this.#table.find((old) => old.work === row.work)
      const mine = row.peer === this.#self
      const wasMine = before?.peer === this.#self
      if (mine !== wasMine || (mine && before?.epoch !== row.epoch)) changed.push(row)
    }
    for (const old of this.#table) {
      // A row that is gone altogether is lost to nobody in particular.
      if (old.peer === this.#self && !table.some((row) => row.work === old.work)) changed.push({ ...old, peer: '' })
    }
    this.#table = table
    return changed
  }

  /** A new leader has heard nothing yet: everybody gets the full time to show progress. */
  elected(): void {
    this.#watched.clear()
    this.#proposed.clear()
  }

  /** What a holder says of its works; only the current holder's current epoch counts. */
  reported(peer: PeerId, reports: readonly WorkReport[], nowMs: BootMs): void {
    for (const report of reports) {
      const row = this.#table.find((assignment) => assignment.work === report.work)
      if (row === undefined || row.peer !== peer || row.epoch !== report.epoch) continue
      const watched = this.#watched.get(report.work)
      if (watched === undefined || watched.epoch !== report.epoch || report.progress !== watched.progress) {
        this.#watched.set(report.work, { epoch: report.epoch, progress: report.progress, lastProgressMs: nowMs })
      }
    }
  }

  /** Leader: the changes to propose now; each is given out once until it had time to come into force. */
  plan(candidates: readonly Candidate[], nowMs: BootMs): readonly Assignment[] {
    const progress: HolderProgress[] = []
    for (const row of this.#table) {
      let watched = this.#watched.get(row.work)
      if (watched === undefined || watched.epoch !== row.epoch) {
        watched = { epoch: row.epoch, progress: -1, lastProgressMs: nowMs }
        this.#watched.set(row.work, watched)
      }
      progress.push({ work: row.work, lastProgressMs: watched.lastProgressMs })
    }
    const changes: Assignment[] = []
    for (const change of this.#plan(this.#works, this.#table, candidates, progress, nowMs)) {
      const before = this.#proposed.get(change.work)
      if (before !== undefined && before.epoch === change.epoch && nowMs - before.atMs < assignRetryMs) continue
      this.#proposed.set(change.work, { epoch: change.epoch, atMs: nowMs })
      changes.push(change)
    }
    return changes
  }
}
