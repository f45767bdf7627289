// Entries, configurations, hard states and marks as lists of fields, and back. Entries travel far (log, append, gossip,
// fetch), so surplus fields of newer versions are kept and written again.
import { bytes, count, list, listOf, named, surplus, word } from './fields.ts'
import { maxEntriesPerMessage, maxPeersInList, maxTransactionBytes } from './limits.ts'
import { MessageError } from './errors.ts'
import type { PeerId } from '../base/ids.ts'
import type { Configuration, Entry, EntryBody, HardState, SnapshotMark } from './entry.ts'

const bodyKinds = ['noop', 'command', 'configuration'] as const

/** [term, index, time, kind, a, b, c, ...more]; a to c depend on the kind. */
const entryFields = 7


/** At most `maxPeersInList` peer ids; `what` names the field in the MessageError. */
export function readPeers(value: unknown, what: string): PeerId[] {
  return listOf(value, what, maxPeersInList, named)
}

/** A configuration as the list that goes into a frame. */
export function packConfiguration(configuration: Configuration): unknown[] {
  return [configuration.voters, configuration.learners, configuration.witnesses]
}

/** Voters and learners must not repeat or overlap, and witnesses are voters. */
export function readConfiguration(value: unknown): Configuration {
  const fields = list(value, 'configuration', 3)
  const voters = readPeers(fields[0], 'voters')
  const learners = readPeers(fields[1], 'learners')
  const witnesses = readPeers(fields[2], 'witnesses')
  const seen = new Set([...voters, ...learners])
  if (seen.size !== voters.length + learners.length) throw new MessageError('malformed', 'a peer twice in a configuration')
  if (witnesses.some((peer) => !voters.includes(peer))) throw new MessageError('malformed', 'a witness that does not vote')
  return { voters, learners, witnesses }
}

/** An entry as the list that goes into a frame. */
export function packEntry(entry: Entry): unknown[] {
  const body = entry.body
  const fields: unknown[] = [entry.term, entry.index, entry.timeMs, bodyKinds.indexOf(body.kind)]
  if (body.kind === 'command') fields.push(body.proposal.peer, body.proposal.counter, body.command)
  else if (body.kind === 'configuration') fields.push(...packConfiguration(body.configuration))
  else fields.push(null, null, null)
  if (entry.more !== undefined) fields.push(...entry.more)
  return fields
}

/** Throws MessageError for what is no entry. */
export function readEntry(value: unknown): Entry {
  const fields = list(value, 'entry', entryFields)
  const term = count(fields[0], 'entry term')
  const index = count(fields[1], 'entry index')
  const timeMs = count(fields[2], 'entry time')
  if (index === 0 || term === 0) throw new MessageError('malformed', 'entry numbered zero')
  const body = readBody(fields)
  const more = surplus(fields, entryFields)
  return more === undefined ? { term, index, timeMs, body } : { term, index, timeMs, body, more }
}

function readBody(fields: readonly unknown[]): EntryBody {
  const kind = word(fields[3], 'entry kind', bodyKinds)
  if (kind === 'noop') return { kind }
  if (kind === 'configuration') return { kind, configuration: readConfiguration([fields[4], fields[5], fields[6]]) }
  const proposal = { peer: named(fields[4]), counter: count(fields[5], 'proposal counter') }
  return { kind, proposal, command: bytes(fields[6], 'command', maxTransactionBytes) }
}

/** A run of entries as the list that goes into a frame. */
export function packEntries(entries: readonly Entry[]): unknown[] {
  return entries.map(packEntry)
}

/** Entries must follow each other without a gap and with terms that never fall. */
export function readEntries(value: unknown): Entry[] {
  const entries = listOf(value, 'entries', maxEntriesPerMessage, readEntry)
  for (let i = 1; i < entries.length; i++) {
    const before = entries[i - 1]
    const entry = entries[i]
    if (before === undefined || entry === undefined) continue
    if (entry.index !== before.index + 1 || entry.term < before.term) throw new MessageError('malformed', 'entries out of order')
  }
  return entries
}

/** A hard state as the list that goes into a frame. */
export function packHardState(state: HardState): unknown[] {
  return [state.term, state.vote ?? null, state.commit]
}

/** Throws MessageError for what is no hard state. */
export function readHardState(value: unknown): HardState {
  const fields = list(value, 'hard state', 3)
  const vote = fields[1] === null ? undefined : named(fields[1])
  return { term: count(fields[0], 'term'), vote, commit: count(fields[2], 'commit') }
}

/** The mark of a snapshot as the list that goes into a frame. */
export function packMark(mark: SnapshotMark): unknown[] {
  return [mark.index, mark.term, packConfiguration(mark.configuration)]
}

/** Throws MessageError for what is no mark. */
export function readMark(value: unknown): SnapshotMark {
  const fields = list(value, 'snapshot mark', 3)
  return { index: count(fields[0], 'index'), term: count(fields[1], 'term'), configuration: readConfiguration(fields[2]) }
}

