// Election safety (Raft, figure 3.2): at most one leader in a term. Whoever sends appends in a term leads it.
import type { PeerId, Term } from '../../protocol/base/ids.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

export function electionSafety(): Watcher {
  const leaders = new Map<Term, PeerId>()
  return {
    led(peer, term) {
      const known = leaders.get(term)
      if (known === undefined) leaders.set(term, peer)
      else demand(known === peer, 'election safety', () => `${known} and ${peer} both led term ${term}`)
    },
  }
}
