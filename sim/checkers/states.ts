// State machine safety (Raft, figure 3.2), taken strictly: at equal applied index every peer applied the same entry, and
// its whole state has the same hash, also after a restart and after a fetched state.
import type { LogIndex } from '../../protocol/base/ids.ts'
import { demand } from '../violation.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { StateHash, Watcher } from '../watcher.ts'
import { fingerprint, sameEntry } from './logs.ts'

export interface StateChecker extends Watcher {
  /** The highest index that anybody applied. */
  highest(): LogIndex
  hashAt(index: LogIndex): StateHash | undefined
}

export function stateMachineSafety(): StateChecker {
  const hashes = new Map<LogIndex, StateHash>()
  const entries = new Map<LogIndex, Entry>()
  let highest: LogIndex = 0
  const compare = (index: LogIndex, value: StateHash, peer: string): void => {
    const known = hashes.get(index)
    if (known === undefined) hashes.set(index, value)
    else demand(known === value, 'state machine safety', () => `at ${index}, ${peer} has ${value} where another had ${known}`)
  }
  return {
    applied(peer, entry, _outcome, hash) {
      const known = entries.get(entry.index)
      if (known === undefined) entries.set(entry.index, entry)
      else demand(sameEntry(known, entry), 'state machine safety', () => `at ${entry.index}, ${peer} applied ${entry.term} ${fingerprint(entry)} where another applied ${known.term} ${fingerprint(known)}`)
      compare(entry.index, hash, peer)
      highest = Math.max(highest, entry.index)
    },
    restored(peer, index, hash) {
      if (index > 0) compare(index, hash, peer)
    },
    highest: () => highest,
    hashAt: (index) => hashes.get(index),
  }
}
