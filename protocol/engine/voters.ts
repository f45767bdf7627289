// Who should vote: one pure function from what the leader sees to the next single step. Users choose no roles. The number
// of voters follows the number of peers (1, 1, 3, 3, 5), is spread over zones, and never rests at two: the second peer is
// a standby that learns. A dead voter is replaced before it is removed, and never is one removed for death alone.
import { caughtUpEntries, dropLearnerMs, replaceVoterMs } from './limits.ts'
import type { BootMs, PeerId } from '../base/ids.ts'
import type { Configuration } from '../message/entry.ts'
import type { PeerRecord } from './types.ts'

/** One peer as the leader sees it. */
export interface Seen {
  readonly state: 'alive' | 'suspect' | 'dead' | 'left'
  /** When it entered that state. */
  readonly sinceMs: BootMs
  /** Entries that it lacks; undefined when it is not being replicated to. */
  readonly lag: number | undefined
}

export interface VoterView {
  readonly self: PeerId
  readonly configuration: Configuration
  readonly peers: readonly PeerRecord[]
  readonly seen: ReadonlyMap<PeerId, Seen>
  readonly maxVoters: number
  readonly nowMs: BootMs
}

export type VoterStep =
  | { readonly kind: 'configure'; readonly configuration: Configuration }
  /** This leader must not vote any longer: another one has to remove it. */
  | { readonly kind: 'handOver' }

/** How many peers vote among so many. */
export function voterCount(peers: number, maxVoters: number): number {
  const wanted = peers >= 7 ? 7 : peers >= 5 ? 5 : peers >= 3 ? 3 : 1
  return Math.min(wanted, maxVoters)
}

/** The next step, or undefined when nothing has to change or nothing can. */
export function planVoters(view: VoterView): VoterStep | undefined {
  if (view.peers.length === 0) return undefined
  const { configuration } = view
  const target = voterCount(view.peers.length, view.maxVoters)
  const good = configuration.voters.filter((peer) => !isGone(view, peer) && !isLongDead(view, peer, replaceVoterMs))
  const needed = target - good.length + (couldSpread(view, good, target) ? 1 : 0)
  const chosen = chooseCandidates(view, good, needed)
  const learners = planLearners(view, chosen, good)
  if (!sameMembers(learners, configuration.learners)) return { kind: 'configure', configuration: { ...configuration, learners } }
  if (needed > 0 && chosen.length === 0 && stuckAtTwo(view, good)) return removeOne(view, good, 1)
  if (needed > 0) return promote(view, chosen, good, needed)
  return removeOne(view, good, target)
}

/**
 * Two voters agree only while both live, so one of them and a standby is better. Two are safe, and last as long as one change
 * takes; when the third candidate dies in that moment there is nobody to go on with, and the second voter steps back.
 */
function stuckAtTwo(view: VoterView, good: readonly PeerId[]): boolean {
  return view.configuration.voters.length === 2 && good.length === 2
}

/** Removed from the agreed state, or left on purpose. */
function isGone(view: VoterView, peer: PeerId): boolean {
  return !view.peers.some((record) => record.peer === peer) || view.seen.get(peer)?.state === 'left'
}

function isLongDead(view: VoterView, peer: PeerId, afterMs: number): boolean {
  const seen = view.seen.get(peer)
  return peer !== view.self && seen?.state === 'dead' && view.nowMs - seen.sinceMs >= afterMs
}

function zoneOf(view: VoterView, peer: PeerId): string {
  return view.peers.find((record) => record.peer === peer)?.zone ?? ''
}

/** Would another peer in place of a voter spread them over zones? Only while all is well, and by the same way: one more, then one less. */
function couldSpread(view: VoterView, good: readonly PeerId[], target: number): boolean {
  if (good.length !== target || view.configuration.voters.length !== target) return false
  if (good.some((peer) => view.seen.get(peer)?.state !== 'alive')) return false
  const crowd = (zone: string): number => good.filter((peer) => zoneOf(view, peer) === zone).length
  const [candidate] = chooseCandidates(view, good, 1)
  return candidate !== undefined && good.some((peer) => crowd(zoneOf(view, peer)) >= crowd(zoneOf(view, candidate)) + 2)
}

/** Live peers that do not vote yet, from the zones with the fewest voters; learners first, witnesses last, then by id. */
function chooseCandidates(view: VoterView, good: readonly PeerId[], needed: number): PeerId[] {
  const chosen: PeerId[] = []
  const free = view.peers.filter(
    ({ peer }) => !view.configuration.voters.includes(peer) && view.seen.get(peer)?.state === 'alive',
  )
  while (chosen.length < needed) {
    const load = new Map<string, number>()
    for (const peer of [...good, ...chosen]) load.set(zoneOf(view, peer), (load.get(zoneOf(view, peer)) ?? 0) + 1)
    const rank = (record: PeerRecord): number =>
      (load.get(record.zone) ?? 0) * 4 + (record.role === 'witness' ? 2 : 0) + (view.configuration.learners.includes(record.peer) ? 0 : 1)
    const left = free.filter(({ peer }) => !chosen.includes(peer))
    const best = left.sort((a, b) => rank(a) - rank(b) || (a.peer < b.peer ? -1 : 1))[0]
    if (best === undefined) break
    chosen.push(best.peer)
  }
  return chosen
}

/** Those on their way to vote, and at two peers the standby. */
function planLearners(view: VoterView, chosen: readonly PeerId[], good: readonly PeerId[]): PeerId[] {
  const kept = view.configuration.learners.filter((peer) => {
    if (isGone(view, peer) || isLongDead(view, peer, dropLearnerMs)) return false
    return chosen.includes(peer) || isStandby(view, peer, good)
  })
  const standby = view.peers.filter(({ peer }) => view.seen.get(peer)?.state === 'alive' && isStandby(view, peer, good))
  for (const peer of [...chosen, ...standby.map((record) => record.peer)]) if (!kept.includes(peer)) kept.push(peer)
  return kept
}

/** The second peer of two. A witness is none: it holds no state that could go on, and writes would wait for it all the same. */
function isStandby(view: VoterView, peer: PeerId, good: readonly PeerId[]): boolean {
  if (view.peers.some((record) => record.peer === peer && record.role === 'witness')) return false
  return view.peers.length === 2 && good.length === 1 && !view.configuration.voters.includes(peer)
}

function sameMembers(a: readonly PeerId[], b: readonly PeerId[]): boolean {
  return a.length === b.length && a.every((peer) => b.includes(peer))
}

/** A caught-up learner becomes a voter. From one voter to three, two must be ready, so that two voters last a moment only. */
function promote(view: VoterView, chosen: readonly PeerId[], good: readonly PeerId[], needed: number): VoterStep | undefined {
  const { voters, learners, witnesses } = view.configuration
  const ready = chosen.filter((peer) => {
    const lag = view.seen.get(peer)?.lag
    return learners.includes(peer) && lag !== undefined && lag <= caughtUpEntries
  })
  const wanted = voters.length === 1 && good.length === 1 && needed >= 2 ? 2 : 1
  const next = ready[0]
  if (next === undefined || ready.length < wanted) return undefined
  const witness = view.peers.some((record) => record.peer === next && record.role === 'witness')
  return {
    kind: 'configure',
    configuration: {
      voters: [...voters, next],
      learners: learners.filter((peer) => peer !== next),
      witnesses: witness ? [...witnesses, next] : witnesses,
    },
  }
}

/** Enough others vote: those who are gone go first, then the long dead, then the surplus. */
function removeOne(view: VoterView, good: readonly PeerId[], target: number): VoterStep | undefined {
  const { voters, learners, witnesses } = view.configuration
  const bad = voters.filter((peer) => !good.includes(peer))
  const worst =
    bad.find((peer) => isGone(view, peer) && peer !== view.self) ?? bad[0] ?? (good.length > target ? surplus(view, good) : undefined)
  if (worst === undefined || voters.length === 1) return undefined
  if (worst === view.self) return { kind: 'handOver' }
  const keep = (peer: PeerId): boolean => peer !== worst
  return { kind: 'configure', configuration: { voters: voters.filter(keep), learners, witnesses: witnesses.filter(keep) } }
}

/** The voter that is missed least: not well, from a crowded zone, and never this leader itself. */
function surplus(view: VoterView, good: readonly PeerId[]): PeerId | undefined {
  const crowd = (peer: PeerId): number => good.filter((other) => zoneOf(view, other) === zoneOf(view, peer)).length
  const rank = (peer: PeerId): number => (view.seen.get(peer)?.state === 'alive' ? 0 : 1000) + crowd(peer)
  const others = good.filter((peer) => peer !== view.self)
  return others.sort((a, b) => rank(b) - rank(a) || (a < b ? 1 : -1))[0]
}
