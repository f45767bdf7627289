// The codec: what peers say as bytes, and back. A frame is a list (version, cluster, incarnation, zone, fields of the
// message), so that a frame of another version, cluster or incarnation is told apart before its body is looked at.
// Decoders check every field and throw a MessageError, nothing else. It does not sign, hash or compress.
import { messageVersion } from './codec-version.ts'
import { packConsensus, readConsensus } from './consensus-fields.ts'
import { packConfiguration, packEntries, packEntry, packHardState, packMark } from './entry-fields.ts'
import { readConfiguration, readEntries, readEntry, readHardState, readMark } from './entry-fields.ts'
import { MessageError } from './errors.ts'
import { anyText, count, list, named, word } from './fields.ts'
import { packMembership, packOwnership, packSpreading, readMembership, readOwnership, readSpreading } from './gossip-fields.ts'
import { maxMessageBytes, maxNameLength, maxTransactionBytes } from './limits.ts'
import { pack, packOwned, unpack } from './pack.ts'
import { packTransaction, readTransaction } from './transaction-fields.ts'
import { unreachable } from '../base/assert.ts'
import type { ClusterId } from '../base/ids.ts'
import type { Configuration, Entry, HardState, SnapshotMark } from './entry.ts'
import type { GossipBatch, Message } from './message.ts'
import type { Transaction } from './transaction.ts'

const zones = ['consensus', 'membership', 'ownership', 'spreading'] as const

function packBody(message: Message): unknown[] {
  switch (message.zone) {
    case 'consensus':
      return packConsensus(message.body)
    case 'membership':
      return packMembership(message.body)
    case 'ownership':
      return packOwnership(message.body)
    case 'spreading':
      return packSpreading(message.body)
    default:
      return unreachable(message, 'message')
  }
}

/** Frames name their cluster by these first characters: enough to notice a mix-up, and short, for frames are many. */
const shortClusterLength = 8

function short(cluster: ClusterId): ClusterId {
  return { cluster: cluster.cluster.slice(0, shortClusterLength), incarnation: cluster.incarnation }
}

/** A message as a frame of `cluster`. Throws `tooLarge` when it could not be decoded again. */
export function encodeMessage(cluster: ClusterId, message: Message): Uint8Array {
  const zone = zones.indexOf(message.zone)
  return bounded(pack([messageVersion, short(cluster).cluster, cluster.incarnation, zone, packBody(message)]), maxMessageBytes)
}

/** The message in a frame of this very cluster and incarnation (P16). Throws a MessageError for anything else. */
export function decodeMessage(cluster: ClusterId, frame: Uint8Array): Message {
  const fields = openFrame(frame, 5)
  expectCluster(short(cluster), readCluster(fields))
  const zone = word(fields[3], 'zone', zones)
  const body = list(fields[4], 'message', 1)
  switch (zone) {
    case 'consensus':
      return { zone, body: readConsensus(body) }
    case 'membership':
      return { zone, body: readMembership(body) }
    case 'ownership':
      return { zone, body: readOwnership(body) }
    case 'spreading':
      return { zone, body: readSpreading(body) }
    default:
      return unreachable(zone, 'zone')
  }
}

/** A gossip batch with its cluster; the signature travels beside it. */
export function encodeGossipBatch(batch: GossipBatch): Uint8Array {
  const { cluster, incarnation } = batch.cluster
  const fields = [batch.leader, batch.term, batch.first, batch.last, batch.chain, packEntries(batch.entries)]
  return bounded(pack([messageVersion, cluster, incarnation, fields]), maxMessageBytes)
}

/** A batch of this cluster and incarnation whose entries are exactly `first..last`. The chain is text here: who applies checks it. */
export function decodeGossipBatch(cluster: ClusterId, frame: Uint8Array): GossipBatch {
  const fields = openFrame(frame, 4)
  const found = readCluster(fields)
  expectCluster(cluster, found)
  const f = list(fields[3], 'batch', 6)
  const first = count(f[2], 'first')
  const last = count(f[3], 'last')
  const entries = readEntries(f[5])
  if (entries.length === 0 || entries[0]?.index !== first || entries[entries.length - 1]?.index !== last) {
    throw new MessageError('malformed', 'a batch that does not hold what it says')
  }
  return { cluster: found, leader: named(f[0]), term: count(f[1], 'term'), first, last, chain: anyText(f[4], 'chain', maxNameLength), entries }
}

/** One entry, for the log. */
export function encodeEntry(entry: Entry): Uint8Array {
  return bounded(pack(packEntry(entry)), maxMessageBytes)
}

/** Throws MessageError for bytes that are no entry. */
export function decodeEntry(bytes: Uint8Array): Entry {
  return readEntry(unpack(limited(bytes, maxMessageBytes)))
}

/** A run of entries, for batches between threads: in memory of its own. At most `maxEntriesPerMessage`. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  return packOwned(packEntries(entries))
}

/** Throws MessageError for bytes that are no entries, and for more than `maxEntriesPerMessage`. */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  return readEntries(unpack(bytes))
}

/** A transaction, as it is proposed: in memory of its own. Throws `tooLarge` beyond `maxTransactionBytes`. */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  return bounded(packOwned(packTransaction(transaction)), maxTransactionBytes)
}

/** Throws MessageError for bytes that are no transaction or beyond `maxTransactionBytes`. */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  return readTransaction(unpack(limited(bytes, maxTransactionBytes)))
}

/** Who votes and who learns, for entries and for the log. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  return pack(packConfiguration(configuration))
}

/** Throws MessageError for bytes that are no configuration. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  return readConfiguration(unpack(limited(bytes, maxMessageBytes)))
}

/** What a peer must not forget of its term and vote, for the log. */
export function encodeHardState(state: HardState): Uint8Array {
  return pack(packHardState(state))
}

/** Throws MessageError for bytes that are no hard state. */
export function decodeHardState(bytes: Uint8Array): HardState {
  return readHardState(unpack(limited(bytes, maxMessageBytes)))
}

/** The place in the log at which a state stands, for the log and for the header of a state. */
export function encodeSnapshotMark(mark: SnapshotMark): Uint8Array {
  return pack(packMark(mark))
}

/** Throws MessageError for bytes that are no mark. */
export function decodeSnapshotMark(bytes: Uint8Array): SnapshotMark {
  return readMark(unpack(limited(bytes, maxMessageBytes)))
}

function openFrame(frame: Uint8Array, least: number): readonly unknown[] {
  const fields = list(unpack(limited(frame, maxMessageBytes)), 'frame', 1)
  const version = count(fields[0], 'version')
  if (version !== messageVersion) throw new MessageError('wrongVersion', `frame of version ${version}, this peer speaks ${messageVersion}`)
  return list(fields, 'frame', least)
}

function readCluster(fields: readonly unknown[]): ClusterId {
  return { cluster: named(fields[1]), incarnation: count(fields[2], 'incarnation') }
}

function expectCluster(own: ClusterId, found: ClusterId): void {
  if (found.cluster !== own.cluster) throw new MessageError('otherCluster', `frame of cluster ${found.cluster}`)
  if (found.incarnation !== own.incarnation) {
    throw new MessageError('otherIncarnation', `frame of incarnation ${found.incarnation}, this peer is at ${own.incarnation}`)
  }
}

/** Refuses to look at more than `most` bytes. */
function limited(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length > most) throw new MessageError('tooLarge', `${bytes.length} bytes of at most ${most}`)
  return bytes
}

/** Refuses to hand out what no decoder would take. */
function bounded(bytes: Uint8Array, most: number): Uint8Array {
  return limited(bytes, most)
}
