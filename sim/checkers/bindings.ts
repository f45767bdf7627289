// A Pod gets its node once: whatever two schedulers believed, the object that was agreed names one node for ever (P25).
import type { LogIndex } from '../../protocol/base/ids.ts'
import { decodeObject, objectOf } from '../loops/places.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

const podPrefix = '/registry/core/pods/'

/** Follows the one history, which state machine safety has shown to be one. */
export function boundOnce(): Watcher {
  const nodes = new Map<string, string>()
  let followed: LogIndex = 0
  return {
    applied(_peer, entry, outcome) {
      if (entry.index <= followed) return
      followed = entry.index
      for (const event of outcome.events) {
        if (event.kind === 'delete' || !event.value.key.startsWith(podPrefix)) continue
        const { metadata, spec } = decodeObject(event.value.value, event.revision)
        const node = String(objectOf(spec)['nodeName'] ?? '')
        const uid = String(metadata['uid'])
        const known = nodes.get(uid) ?? ''
        demand(known === '' || node === known, 'bound once', () => `${event.value.key} (${uid}) was bound to ${known}, and at ${entry.index} to ${node === '' ? 'none' : node}`)
        if (node !== '') nodes.set(uid, node)
      }
    },
  }
}
