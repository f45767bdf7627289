// What the checkers get to see of a run: each call is one thing that happened at one peer, in virtual time.
// Watchers only look; they throw a Violation when what they see breaks a promise.
import type { LogIndex, PeerId, Term } from '../protocol/base/ids.ts'
import type { Entry } from '../protocol/message/entry.ts'
import type { Message } from '../protocol/message/message.ts'
import type { Assignment } from '../protocol/message/ownership.ts'
import type { AppliedEntry } from '../protocol/state/machine.ts'

/** What two equal states have in common; storms have text where clusters have the number of the state machine. */
export type StateHash = string | number

export interface Watcher {
  /** A message left `peer`. */
  sent?(peer: PeerId, message: Message): void
  /** `peer` handed entries to its disk; `log` reads its whole log as it believes it to be. */
  written?(peer: PeerId, entries: readonly Entry[], log: () => readonly Entry[]): void
  /** `peer` speaks as the leader of `term`; `log` reads its log from its first kept entry on. */
  led?(peer: PeerId, term: Term, log: () => readonly Entry[], snapshot: LogIndex): void
  /** `peer` applied an entry; `hash` is that of its whole state afterwards. */
  applied?(peer: PeerId, entry: Entry, outcome: AppliedEntry, hash: StateHash): void
  /** `peer` replaced its state by a fetched or saved one. */
  restored?(peer: PeerId, index: LogIndex, hash: StateHash): void
  /** `peer` was told that it gained or lost works. */
  works?(peer: PeerId, works: readonly Assignment[]): void
}

/** Watchers joined into one that calls each. */
export function allWatchers(watchers: readonly Watcher[]): Required<Watcher> {
  // Who wants to hear of what is settled once: most watchers look at one kind of thing only, and there are many messages.
  const sent = watchers.filter((one) => one.sent !== undefined)
  const written = watchers.filter((one) => one.written !== undefined)
  const led = watchers.filter((one) => one.led !== undefined)
  const applied = watchers.filter((one) => one.applied !== undefined)
  const restored = watchers.filter((one) => one.restored !== undefined)
  const works = watchers.filter((one) => one.works !== undefined)
  return {
    sent: (peer, message) => { for (const one of sent) one.sent?.(peer, message) },
    written: (peer, entries, log) => { for (const one of written) one.written?.(peer, entries, log) },
    led: (peer, term, log, snapshot) => { for (const one of led) one.led?.(peer, term, log, snapshot) },
    applied: (peer, entry, outcome, hash) => { for (const one of applied) one.applied?.(peer, entry, outcome, hash) },
    restored: (peer, index, hash) => { for (const one of restored) one.restored?.(peer, index, hash) },
    works: (peer, table) => { for (const one of works) one.works?.(peer, table) },
  }
}
