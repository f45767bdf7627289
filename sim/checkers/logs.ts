// Log matching and leader completeness (Raft, figure 3.2). Entries with the same index and term are the same on every
// peer and follow the same entry; and a leader has every entry that was committed in an earlier term.
import type { LogIndex, Term } from '../../protocol/base/ids.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import { demand } from '../violation.ts'
import type { Watcher } from '../watcher.ts'

interface Known {
  readonly entry: Entry
  /** The term of the entry before it, once it was seen. */
  previousTerm: Term | undefined
}

export function logMatching(): Watcher {
  const known = new Map<number, Known>()
  return {
    written(peer, entries) {
      let previous: Entry | undefined
      for (const entry of entries) {
        if (previous !== undefined) {
          const before = previous
          demand(entry.index === before.index + 1 && entry.term >= before.term, 'log matching', () => `${peer} wrote ${before.index} of ${before.term}, then ${entry.index} of ${entry.term}`)
        }
        check(known, peer, entry, previous?.term)
        previous = entry
      }
    },
  }
}

function check(known: Map<number, Known>, peer: string, entry: Entry, previousTerm: Term | undefined): void {
  const key = entry.term * indexes + entry.index
  const other = known.get(key)
  if (other === undefined) {
    known.set(key, { entry, previousTerm })
    return
  }
  demand(sameEntry(other.entry, entry), 'log matching', () => `${peer} has another entry ${entry.index} of term ${entry.term}: ${fingerprint(entry)}, not ${fingerprint(other.entry)}`)
  if (previousTerm === undefined) return
  demand(other.previousTerm === undefined || other.previousTerm === previousTerm, 'log matching', () => `before ${entry.index} of ${entry.term}, ${peer} has term ${previousTerm} where another has ${other.previousTerm}`)
  other.previousTerm = previousTerm
}

export function leaderCompleteness(): Watcher {
  /** By index: the committed entry's term, and the lowest term of a leader under which it was seen committed. */
  const committed = new Map<LogIndex, { readonly term: Term; readonly seenIn: Term }>()
  const checkedTerms = new Set<Term>()
  let highestLed: Term = 0
  return {
    applied(_peer, entry) {
      if (!committed.has(entry.index)) committed.set(entry.index, { term: entry.term, seenIn: Math.max(highestLed, entry.term) })
    },
    led(peer, term, readLog, snapshot) {
      if (checkedTerms.has(term)) return
      checkedTerms.add(term)
      highestLed = Math.max(highestLed, term)
      const log = new Map(readLog().map((entry) => [entry.index, entry.term]))
      for (const [index, entry] of committed) {
        if (index <= snapshot || entry.seenIn >= term) continue
        demand(log.get(index) === entry.term, 'leader completeness', () => `${peer} leads term ${term} without the committed entry ${index} of term ${entry.term}`)
      }
    },
  }
}

/** Room for the indexes of one term in a key; a run has fewer entries. */
const indexes = 2 ** 32

/** Whether two entries are the same. Most often they are one and the same object: only the bytes of real peers make copies. */
export function sameEntry(a: Entry, b: Entry): boolean {
  return a === b || (a.term === b.term && fingerprint(a) === fingerprint(b))
}

/** What makes an entry the same as another, briefly. */
export function fingerprint(entry: Entry): string {
  const { body } = entry
  switch (body.kind) {
    case 'noop':
      return `noop at ${entry.timeMs}`
    case 'command':
      return `${body.proposal.peer}#${body.proposal.counter} of ${body.command.length} bytes at ${entry.timeMs}`
    case 'configuration':
      return `${JSON.stringify(body.configuration)} at ${entry.timeMs}`
  }
}
