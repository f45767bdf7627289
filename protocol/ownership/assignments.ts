// Which peer does which work. A work stays where it is while its holder lives and gets on, and moves to the peer that has
// the least to do otherwise. The plan is pure; what it returns becomes true only when the log has agreed on it.
// It fences nothing: each transaction of a work carries the epoch as a condition.
import { assert } from '../base/assert.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Assignment } from '../message/ownership.ts'
import { progressMs } from './limits.ts'
import type { Candidate, HolderProgress, PlanAssignments } from './types.ts'

/** The changes that the table needs. Equal inputs give equal plans, in the order of `works`. */
export const planAssignments: PlanAssignments = (works, table, candidates, progress, nowMs) => {
  const known = new Map(candidates.map((candidate) => [candidate.peer, candidate]))
  const load = new Map<PeerId, number>()
  const homeless: string[] = []
  for (const work of works) {
    const holder = table.find((assignment) => assignment.work === work)?.peer
    const keeps = holder !== undefined && mayKeep(known.get(holder)) && getsOn(work, progress, nowMs)
    if (keeps) load.set(holder, (load.get(holder) ?? 0) + 1)
    else homeless.push(work)
  }
  const changes: Assignment[] = []
  for (const work of homeless) {
    const current = table.find((assignment) => assignment.work === work)
    const peer = leastLoaded(candidates, load, current?.peer)
    // Nobody better is there: a new epoch for the same holder would only disturb it.
    if (peer === undefined || peer === current?.peer) continue
    load.set(peer, (load.get(peer) ?? 0) + 1)
    const epoch = (current?.epoch ?? 0) + 1
    assert(epoch > 0, 'an epoch rises')
    changes.push({ work, peer, epoch })
  }
  return changes
}

/** A suspect keeps its works: suspicion may be refuted, and its writes are fenced anyway. */
function mayKeep(holder: Candidate | undefined): boolean {
  return holder !== undefined && holder.able && (holder.state === 'alive' || holder.state === 'suspect')
}

function getsOn(work: string, progress: readonly HolderProgress[], nowMs: BootMs): boolean {
  const last = progress.find((entry) => entry.work === work)?.lastProgressMs
  return last === undefined || nowMs - last < progressMs
}

/** The able live peer with the fewest works, `current` only when nobody else can; ties go by the order of ids. */
function leastLoaded(candidates: readonly Candidate[], load: ReadonlyMap<PeerId, number>, current: PeerId | undefined): PeerId | undefined {
  let best: PeerId | undefined
  for (const { peer, state, able } of candidates) {
    if (state !== 'alive' || !able || peer === current) continue
    const less = best === undefined ? -1 : (load.get(peer) ?? 0) - (load.get(best) ?? 0)
    if (best === undefined || less < 0 || (less === 0 && peer < best)) best = peer
  }
  return best ?? current
}
