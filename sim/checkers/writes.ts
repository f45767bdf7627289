// Acknowledged writes survive, and every write happens at most once: what a client was told is what the one history says.
import type { LogIndex } from '../../protocol/base/ids.ts'
import type { TransactionResult } from '../../protocol/message/transaction.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

interface Fate {
  readonly index: LogIndex
  readonly result: TransactionResult
}

export interface WriteChecker extends Watcher {
  /** How many different proposals were applied. */
  count(): number
}

/** Follows the one history, which state machine safety has shown to be one. */
export function exactlyOnce(): WriteChecker {
  const fates = new Map<string, Fate>()
  let followed: LogIndex = 0
  return {
    applied(_peer, entry, outcome) {
      if (entry.index <= followed || outcome.command === undefined) return
      followed = entry.index
      const { proposal, result, remembered } = outcome.command
      const name = `${proposal.peer}#${proposal.counter}`
      const known = fates.get(name)
      if (known === undefined) {
        fates.set(name, { index: entry.index, result })
        return
      }
      const again = remembered !== undefined || outcome.events.length > 0
      demand(!again, 'exactly once', () => `${name} was applied at ${known.index} and again at ${entry.index}`)
    },
    count: () => fates.size,
  }
}
