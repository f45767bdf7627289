// Holds the codec to its promise: what was encoded comes back equal, frames of others are told apart, and no bytes
// whatever make a decoder do anything but return a checked value or throw a MessageError.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import {
  decodeEntry,
  decodeGossipBatch,
  decodeHardState,
  decodeMessage,
  decodeSnapshotMark,
  decodeTransaction,
  encodeEntries,
  encodeEntry,
  encodeGossipBatch,
  encodeHardState,
  encodeMessage,
  encodeSnapshotMark,
  encodeTransaction,
} from '../../../protocol/message/codec.ts'
import { MessageError } from '../../../protocol/message/errors.ts'
import { pack } from '../../../protocol/message/pack.ts'
import type { MessageErrorReason } from '../../../protocol/message/errors.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { Message } from '../../../protocol/message/message.ts'
import type { Condition, Transaction, Write } from '../../../protocol/message/transaction.ts'

const cluster = { cluster: 'c0ffee', incarnation: 1 }
const whole = fc.maxSafeNat()
const positive = fc.integer({ min: 1, max: 2 ** 40 })
const name = fc.string({ minLength: 1, maxLength: 40 })
const blob = fc.uint8Array({ maxLength: 200 })

function bodies(): fc.Arbitrary<Entry['body']> {
  return fc.oneof(
    fc.constant<Entry['body']>({ kind: 'noop' }),
    fc.record({ kind: fc.constant('command' as const), proposal: fc.record({ peer: name, counter: whole }), command: blob }),
    fc.uniqueArray(name, { minLength: 2, maxLength: 6 }).map((peers) => ({
      kind: 'configuration' as const,
      configuration: { voters: peers.slice(1), learners: peers.slice(0, 1), witnesses: peers.slice(1, 2) },
    })),
  )
}

const run = fc.tuple(positive, positive, fc.array(bodies(), { maxLength: 5 })).map(([term, first, list]) =>
  list.map((body, i): Entry => ({ term, index: first + i, timeMs: 1_700_000_000_000 + i, body })),
)

const message: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({
      kind: fc.constant('append' as const),
      term: whole,
      previousIndex: whole,
      previousTerm: whole,
      entries: run,
      commit: whole,
      round: whole,
    })
    .map((body): Message => ({ zone: 'consensus', body })),
  fc
    .record({ kind: fc.constantFrom('preVote' as const, 'vote' as const), term: whole, lastIndex: whole, lastTerm: whole, transfer: fc.boolean() })
    .map((body): Message => ({ zone: 'consensus', body })),
  fc
    .record({ kind: fc.constant('propose' as const), proposal: fc.record({ peer: name, counter: whole }), command: blob })
    .map((body): Message => ({ zone: 'consensus', body })),
  fc
    .record({ kind: fc.constant('readReply' as const), context: whole, outcome: fc.constantFrom('confirmed' as const, 'notLeader' as const), index: whole, entries: run })
    .map((body): Message => ({ zone: 'consensus', body })),
  fc
    .record({
      kind: fc.constant('ping' as const),
      sequence: whole,
      rumours: fc.array(
        fc.record({
          peer: name,
          state: fc.constantFrom('alive' as const, 'suspect' as const, 'dead' as const, 'left' as const),
          incarnation: whole,
          by: name,
          addresses: fc.array(name, { maxLength: 3 }),
          addressSequence: whole,
        }),
        { maxLength: 4 },
      ),
    })
    .map((body): Message => ({ zone: 'membership', body })),
  fc
    .record({ kind: fc.constant('leaseAsk' as const), sequence: whole, reports: fc.array(fc.record({ work: name, epoch: whole, progress: whole }), { maxLength: 3 }) })
    .map((body): Message => ({ zone: 'ownership', body })),
  fc
    .record({ kind: fc.constant('fetched' as const), entries: run, commit: whole, firstKept: whole })
    .map((body): Message => ({ zone: 'spreading', body })),
)

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('version' as const), key: name, version: whole }),
  fc.record({ kind: fc.constant('absent' as const), key: name }),
  fc.record({ kind: fc.constant('present' as const), key: name, live: fc.boolean() }),
  fc.record({ kind: fc.constant('limit' as const), prefix: name, limit: whole }),
  fc.record({ kind: fc.constant('assignment' as const), work: name, epoch: whole }),
  fc.record({ kind: fc.constant('featureLevel' as const), atLeast: whole }),
)
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key: name, value: blob, terminating: fc.boolean() }),
  fc.record({ kind: fc.constant('delete' as const), key: name }),
)
const transaction: fc.Arbitrary<Transaction> = fc.record({ conditions: fc.array(condition, { maxLength: 5 }), writes: fc.array(write, { maxLength: 5 }) })

/** Plain data with bytes as lists, for comparing values whose byte arrays are of different classes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function refused(reason: MessageErrorReason | undefined, action: () => unknown): void {
  assert.throws(action, (error: unknown) => error instanceof MessageError && (reason === undefined || error.reason === reason))
}

describe('protocol / message / codec', () => {
  it('brings every message back equal', () => {
    fc.assert(fc.property(message, (m) => assert.deepEqual(plain(decodeMessage(cluster, encodeMessage(cluster, m))), plain(m))))
  })

  it('hands out what goes to another thread in memory of its own, however large something before it was', () => {
    const put = (sizeBytes: number): Transaction => ({ conditions: [], writes: [{ kind: 'put', key: 'k', value: new Uint8Array(sizeBytes), terminating: false }] })
    const entry = (command: Uint8Array): Entry => ({ term: 1, index: 1, timeMs: 0, body: { kind: 'command', proposal: { peer: 'a', counter: 1 }, command } })
    for (const sizeBytes of [300_000, 10]) {
      const command = encodeTransaction(put(sizeBytes))
      const entries = encodeEntries([entry(command)])
      assert.equal(command.buffer.byteLength, command.length)
      assert.equal(entries.buffer.byteLength, entries.length)
    }
  })

  it('brings transactions, entries, batches, hard states and marks back equal', () => {
    fc.assert(fc.property(transaction, (t) => assert.deepEqual(plain(decodeTransaction(encodeTransaction(t))), plain(t))))
    fc.assert(
      fc.property(run, (entries) => {
        for (const entry of entries) assert.deepEqual(plain(decodeEntry(encodeEntry(entry))), plain(entry))
        const first = entries[0]
        if (first === undefined) return
        const batch = { cluster, leader: 'a', term: 3, first: first.index, last: first.index + entries.length - 1, chain: 'ab', entries }
        assert.deepEqual(plain(decodeGossipBatch(cluster, encodeGossipBatch(batch))), plain(batch))
      }),
    )
    const state = { term: 4, vote: undefined, commit: 9 }
    assert.deepEqual(decodeHardState(encodeHardState(state)), state)
    const mark = { index: 7, term: 2, configuration: { voters: ['a'], learners: ['b'], witnesses: [] } }
    assert.deepEqual(decodeSnapshotMark(encodeSnapshotMark(mark)), mark)
  })

  it('survives mutated and cut bytes (P16)', () => {
    const property = fc.property(message, fc.array(fc.tuple(whole, fc.nat(255)), { minLength: 1, maxLength: 4 }), whole, (m, changes, cut) => {
      const bytes = Uint8Array.from(encodeMessage(cluster, m))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      const frame = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      try {
        decodeMessage(cluster, frame)
      } catch (error) {
        assert.ok(error instanceof MessageError, String(error))
      }
    })
    fc.assert(property, { numRuns: 2000 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        refusedOrDecoded(() => decodeTransaction(bytes))
        refusedOrDecoded(() => decodeEntry(bytes))
        refusedOrDecoded(() => decodeGossipBatch(cluster, bytes))
      }),
    )
  })

  it('tells other clusters, incarnations and versions apart (P16)', () => {
    const frame = encodeMessage(cluster, { zone: 'consensus', body: { kind: 'timeoutNow', term: 1 } })
    refused('otherCluster', () => decodeMessage({ cluster: 'other', incarnation: 1 }, frame))
    refused('otherIncarnation', () => decodeMessage({ cluster: 'c0ffee', incarnation: 2 }, frame))
    refused('wrongVersion', () => decodeMessage(cluster, pack([2, 'anything'])))
  })

  it('refuses lengths that lie, before allocating for them', () => {
    refused('malformed', () => decodeMessage(cluster, Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)))
    refused('malformed', () => decodeMessage(cluster, Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff, 1)))
    refused('malformed', () => decodeMessage(cluster, Uint8Array.of(0xdf, 0x7f, 0xff, 0xff, 0xff)))
    refused('malformed', () => decodeMessage(cluster, new Uint8Array(1000).fill(0x91)))
    refused('tooLarge', () => decodeMessage(cluster, new Uint8Array(8 * 1024 * 1024 + 1)))
  })

  it('refuses too many writes, too large transactions and entries with a gap', () => {
    const writes = Array.from({ length: 4097 }, (): Write => ({ kind: 'delete', key: 'k' }))
    refused('tooLarge', () => decodeTransaction(encodeTransaction({ conditions: [], writes })))
    const value = new Uint8Array(4 * 1024 * 1024)
    refused('tooLarge', () => encodeTransaction({ conditions: [], writes: [{ kind: 'put', key: 'k', value, terminating: false }] }))
    const entries: Entry[] = [1, 3].map((index) => ({ term: 1, index, timeMs: 0, body: { kind: 'noop' } }))
    const gap = encodeMessage(cluster, { zone: 'spreading', body: { kind: 'fetched', entries, commit: 3, firstKept: 1 } })
    refused('malformed', () => decodeMessage(cluster, gap))
  })

  it('keeps fields of newer versions of an entry', () => {
    const bytes = pack([2, 7, 5, 0, null, null, null, 'new', [1]])
    const entry = decodeEntry(bytes)
    assert.deepEqual(entry.more, ['new', [1]])
    assert.deepEqual([...encodeEntry(entry)], [...bytes])
  })

  it('keeps a heartbeat small', () => {
    const body = { kind: 'append', term: 12, previousIndex: 100_000, previousTerm: 12, entries: [], commit: 100_000, round: 50_000 } as const
    assert.ok(encodeMessage({ cluster: '0123456789abcdef0123456789abcdef', incarnation: 1 }, { zone: 'consensus', body }).length < 40)
  })
})

function refusedOrDecoded(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof MessageError, String(error))
  }
}
