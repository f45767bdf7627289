// Watches: whoever follows the changes under a prefix sees each once, in order, and whole transactions only, whichever peer
// tells it and wherever it resumed (what Kubernetes and etcd promise of watches; P22). The truth is what was applied.
import type { LogIndex, Revision } from '../../protocol/base/ids.ts'
import type { RowEvent } from '../../protocol/state/rows.ts'
import { objectPrefix } from '../../protocol/state/rows.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

/** What a peer hands to a consumer: one transaction, or what is left of it. */
export interface Told {
  readonly revision: Revision
  readonly events: readonly RowEvent[]
}

export interface WatchChecker extends Watcher {
  /** A consumer that had seen everything up to `from` was told this by a peer whose state is at `upTo`. */
  told(by: string, prefix: string, from: Revision, upTo: Revision, batches: readonly Told[]): void
}

/** Follows the one history, which state machine safety has shown to be one. */
export function watchSafety(): WatchChecker {
  const truth: Told[] = []
  let followed: LogIndex = 0
  return {
    applied(_peer, entry, outcome) {
      if (entry.index <= followed) return
      followed = entry.index
      const events = outcome.events.filter((event) => keyOf(event).startsWith(objectPrefix))
      if (events.length > 0) truth.push({ revision: outcome.revision, events })
    },
    told(by, prefix, from, upTo, batches) {
      const expected: string[] = []
      let at = truth.length
      while (at > 0 && (truth[at - 1]?.revision ?? 0) > from) at--
      for (const { revision, events } of truth.slice(at)) {
        if (revision > upTo) break
        const mine = events.filter((event) => event.revision > from && keyOf(event).startsWith(prefix))
        if (mine.length > 0) expected.push(line({ revision, events: mine }))
      }
      const seen = batches.map(line)
      demand(seen.join('\n') === expected.join('\n'), 'watches', () =>
        `after ${from}, ${by} at ${upTo} told of\n${seen.slice(0, 10).join('\n')}\nwhere there was\n${expected.slice(0, 10).join('\n')}`)
    },
  }
}

function keyOf(event: RowEvent): string {
  return event.kind === 'put' ? event.value.key : event.previous.key
}

function line({ revision, events }: Told): string {
  return `${revision}: ${events.map((event) => `${event.kind} ${keyOf(event)} at ${event.revision}`).join(', ')}`
}
