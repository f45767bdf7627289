// Work assignments: an epoch of a work has one holder for ever, and no write of a holder is applied in another epoch than
// its own. Peers may still believe in an old epoch; that is why what they do for it is refused when it is applied.
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import type { Assignment } from '../../protocol/message/ownership.ts'
import { assignmentPrefix } from '../../protocol/state/rows.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

const decoder = new TextDecoder()

/** `fencedPrefix` is where holders write a value that says which work and epoch it is of. */
export function oneHolder(fencedPrefix: string): Watcher {
  const holders = new Map<string, PeerId>()
  const epochs = new Map<string, number>()
  let followed: LogIndex = 0
  return {
    works(_peer, works) {
      for (const { work, epoch, peer } of works) {
        // A row that is gone belongs to nobody.
        if (peer === '') continue
        const key = `${work} ${epoch}`
        const known = holders.get(key)
        if (known === undefined) holders.set(key, peer)
        else demand(known === peer, 'one holder', () => `${work} of epoch ${epoch} belongs to ${known} and ${peer}`)
      }
    },
    applied(_peer, entry, outcome) {
      if (entry.index <= followed) return
      followed = entry.index
      for (const event of outcome.events) {
        if (event.kind === 'delete') continue
        const { key, value } = event.value
        if (!key.startsWith(assignmentPrefix) && !key.startsWith(fencedPrefix)) continue
        const { work, epoch, peer }: Assignment = JSON.parse(decoder.decode(value))
        if (key.startsWith(assignmentPrefix)) epochs.set(work, epoch)
        else demand(epochs.get(work) === epoch, 'fenced writes', () => `${peer} wrote for ${work} of epoch ${epoch} at ${entry.index}, when epoch ${epochs.get(work)} was agreed`)
      }
    },
  }
}
