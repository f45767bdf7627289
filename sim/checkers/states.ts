// State machine safety (Raft, figure 3.2), taken strictly: at equal applied index every peer applied the same entry, and
// its whole state has the same hash, also after a restart and after a fetched state.
import type { LogIndex } from '../../protocol/base/ids.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'
import { fingerprint } from './logs.ts'

export interface StateChecker extends Watcher {
  /** The highest index that anybody applied. */
  highest(): LogIndex
  hashAt(index: LogIndex): string | undefined
}

export function stateMachineSafety(): StateChecker {
  const hashes = new Map<LogIndex, string>()
  const entries = new Map<LogIndex, string>()
  let highest: LogIndex = 0
  const compare = (what: Map<LogIndex, string>, index: LogIndex, value: string, peer: string): void => {
    const known = what.get(index)
    if (known === undefined) what.set(index, value)
    else demand(known === value, 'state machine safety', () => `at ${index}, ${peer} has ${value} where another had ${known}`)
  }
  return {
    applied(peer, entry, _outcome, hash) {
      compare(entries, entry.index, `${entry.term} ${fingerprint(entry)}`, peer)
      compare(hashes, entry.index, hash, peer)
      highest = Math.max(highest, entry.index)
    },
    restored(peer, index, hash) {
      if (index > 0) compare(hashes, index, hash, peer)
    },
    highest: () => highest,
    hashAt: (index) => hashes.get(index),
  }
}
