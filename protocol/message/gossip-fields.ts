// Membership, ownership and spreading messages as lists of fields, and back. Rumours that are passed on keep their fields
// because membership makes them anew from what it knows; newer fields of rumours are added as newer messages.
import { count, list, listOf, named, text, word } from './fields.ts'
import { packEntries, readEntries } from './entry-fields.ts'
import { maxAddresses, maxAddressLength, maxReports, maxRumours } from './limits.ts'
import { unreachable } from '../base/assert.ts'
import type { MembershipMessage, Rumour } from './membership.ts'
import type { OwnershipMessage, WorkReport } from './ownership.ts'
import type { SpreadingMessage } from './spreading.ts'

const membershipKinds = ['ping', 'ack', 'pingReq', 'nack', 'news'] as const
const rumourStates = ['alive', 'suspect', 'dead', 'left'] as const
const ownershipKinds = ['leaseAsk', 'leaseGrant'] as const
const spreadingKinds = ['fetch', 'fetched', 'digest'] as const

function packRumour(r: Rumour): unknown[] {
  return [r.peer, rumourStates.indexOf(r.state), r.incarnation, r.by, r.addresses, r.addressSequence]
}

function readRumour(value: unknown): Rumour {
  const f = list(value, 'rumour', 6)
  return {
    peer: named(f[0]),
    state: word(f[1], 'rumour state', rumourStates),
    incarnation: count(f[2], 'rumour incarnation'),
    by: named(f[3]),
    addresses: listOf(f[4], 'addresses', maxAddresses, (address) => text(address, 'address', maxAddressLength)),
    addressSequence: count(f[5], 'address sequence'),
  }
}

/** A message of membership as the list that goes into a frame; its kind comes first. */
export function packMembership(m: MembershipMessage): unknown[] {
  const kind = membershipKinds.indexOf(m.kind)
  const rumours = m.rumours.map(packRumour)
  return m.kind === 'pingReq' ? [kind, m.sequence, rumours, m.target] : [kind, m.sequence, rumours]
}

/** Throws MessageError for what is no message of membership. */
export function readMembership(f: readonly unknown[]): MembershipMessage {
  const kind = word(f[0], 'membership kind', membershipKinds)
  const sequence = count(f[1], 'sequence')
  const rumours = listOf(f[2], 'rumours', maxRumours, readRumour)
  return kind === 'pingReq' ? { kind, sequence, target: named(f[3]), rumours } : { kind, sequence, rumours }
}

function packReport(report: WorkReport): unknown[] {
  return [report.work, report.epoch, report.progress]
}

function readReport(value: unknown): WorkReport {
  const f = list(value, 'report', 3)
  return { work: named(f[0]), epoch: count(f[1], 'epoch'), progress: count(f[2], 'progress') }
}

/** A message about leases and works as the list that goes into a frame; its kind comes first. */
export function packOwnership(m: OwnershipMessage): unknown[] {
  if (m.kind === 'leaseAsk') return [0, m.sequence, m.reports.map(packReport)]
  return [1, m.sequence, m.term]
}

/** Throws MessageError for what is no message about leases and works. */
export function readOwnership(f: readonly unknown[]): OwnershipMessage {
  const kind = word(f[0], 'ownership kind', ownershipKinds)
  const sequence = count(f[1], 'sequence')
  if (kind === 'leaseGrant') return { kind, sequence, term: count(f[2], 'term') }
  return { kind, sequence, reports: listOf(f[2], 'reports', maxReports, readReport) }
}

/** A message that spreads entries as the list that goes into a frame; its kind comes first. */
export function packSpreading(m: SpreadingMessage): unknown[] {
  const kind = spreadingKinds.indexOf(m.kind)
  switch (m.kind) {
    case 'fetch':
      return [kind, m.from, m.to]
    case 'fetched':
      return [kind, packEntries(m.entries), m.commit, m.firstKept]
    case 'digest':
      return [kind, m.applied, m.firstKept]
    default:
      return unreachable(m, 'spreading message')
  }
}

/** Throws MessageError for what is no message that spreads entries. */
export function readSpreading(f: readonly unknown[]): SpreadingMessage {
  const kind = word(f[0], 'spreading kind', spreadingKinds)
  switch (kind) {
    case 'fetch':
      return { kind, from: count(f[1], 'from'), to: count(f[2], 'to') }
    case 'fetched':
      return { kind, entries: readEntries(f[1]), commit: count(f[2], 'commit'), firstKept: count(f[3], 'first kept') }
    case 'digest':
      return { kind, applied: count(f[1], 'applied'), firstKept: count(f[2], 'first kept') }
    default:
      return unreachable(kind, 'spreading kind')
  }
}
