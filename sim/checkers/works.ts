// Work assignments: an epoch of a work has one holder for ever. Peers may still believe in an old epoch; what they do for
// it is refused when it is applied, so belief is not checked here.
import type { PeerId } from '../../protocol/base/ids.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

export function oneHolder(): Watcher {
  const holders = new Map<string, PeerId>()
  return {
    works(_peer, works) {
      for (const { work, epoch, peer } of works) {
        const key = `${work} ${epoch}`
        const known = holders.get(key)
        if (known === undefined) holders.set(key, peer)
        else demand(known === peer, 'one holder', () => `${work} of epoch ${epoch} belongs to ${known} and ${peer}`)
      }
    },
  }
}
