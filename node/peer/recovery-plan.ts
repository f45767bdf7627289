// Who recovers a cluster that lost its majority, and what may be lost with it: a pure decision over what the survivors say.
// The survivor with the highest (term, index) in its log lacks nothing that another of them has, committed or not (Raft thesis,
// section 3.6.1). Witnesses hold no state and cannot recover.
import type { PeerId } from '../../protocol/base/ids.ts'
import type { PeerRecord } from '../../protocol/engine/types.ts'
import type { Sight } from './sight.ts'

export type RecoveryPlan =
  | { readonly kind: 'notNeeded'; readonly reachable: readonly PeerId[] }
  | { readonly kind: 'impossible' }
  | {
      readonly kind: 'recover'
      /** Whose log and state go on. */
      readonly chosen: Sight
      /** All who answered, the most advanced first. */
      readonly survivors: readonly Sight[]
      /** Agreed peers that did not answer. */
      readonly missing: readonly PeerRecord[]
      /** Survivors that hold newer entries than the chosen one and cannot bring them: witnesses. */
      readonly ahead: readonly Sight[]
    }

/** `own` is this peer; `others` are those who answered, of whatever incarnation. */
export function planRecovery(own: Sight, others: readonly Sight[], peers: readonly PeerRecord[]): RecoveryPlan {
  const survivors = [own, ...others.filter((sight) => sight.lineage.incarnation === own.lineage.incarnation)].sort(byLog)
  const voters = survivors.reduce((best, sight) => (sight.commit > best.commit ? sight : best), own).voters
  const reachable = survivors.filter((sight) => voters.includes(sight.peer) && sight.mayVote)
  if (survivors.some((sight) => sight.quorum) || reachable.length > voters.length / 2) {
    return { kind: 'notNeeded', reachable: reachable.map((sight) => sight.peer) }
  }
  const chosen = survivors.find((sight) => sight.role !== 'witness')
  if (chosen === undefined) return { kind: 'impossible' }
  return {
    kind: 'recover', chosen, survivors,
    missing: peers.filter((record) => !survivors.some((sight) => sight.peer === record.peer)),
    ahead: survivors.slice(0, survivors.indexOf(chosen)).filter(({ lastTerm, lastIndex }) => lastTerm !== chosen.lastTerm || lastIndex !== chosen.lastIndex),
  }
}

/** The longer log first; of equal ones the lower id, so that all survivors choose the same. */
function byLog(a: Sight, b: Sight): number {
  return b.lastTerm - a.lastTerm || b.lastIndex - a.lastIndex || (a.peer < b.peer ? -1 : 1)
}
