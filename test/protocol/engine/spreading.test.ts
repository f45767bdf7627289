// A mirror alone against what comes over the network: order, holes, repeated and forged batches, and a log cut too early.
import { strict as assert } from 'node:assert'
import { seededRandom } from '../../../protocol/base/random.ts'
import { emptyConfiguration } from '../../../protocol/consensus/configuration.ts'
import { Raft } from '../../../protocol/consensus/raft.ts'
import { Outbox } from '../../../protocol/engine/outbox.ts'
import { Spreading } from '../../../protocol/engine/spreading.ts'
import { chainOf } from '../../../protocol/message/chain.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { GossipBatch } from '../../../protocol/message/message.ts'

const cluster = { cluster: 'test', incarnation: 1 }

function entries(first: number, last: number): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({ term: 1, index: first + i, timeMs: 0, body: { kind: 'noop' } }))
}

function batch(first: number, last: number): GossipBatch {
  const run = entries(first, last)
  return { cluster, leader: 'l', term: 1, first, last, chain: chainOf(run), entries: run }
}

function mirror(): { raft: Raft; outbox: Outbox; spreading: Spreading } {
  const snapshot = { index: 0, term: 0, configuration: emptyConfiguration }
  const raft = new Raft('m', { hardState: { term: 0, vote: undefined, commit: 0 }, snapshot, entries: [], mayVote: true }, seededRandom(1))
  const outbox = new Outbox()
  const random = seededRandom(2)
  const spreading = new Spreading({ self: 'm', cluster, raft, outbox, random, reachable: () => ['p'], mirrors: () => [], heard: () => true })
  return { raft, outbox, spreading }
}

function sent(outbox: Outbox): unknown[] {
  return outbox.take().send.map(({ message }) => message.body)
}

describe('protocol / engine / spreading', () => {
  it('applies batches in order of index, whatever the order and number of their arrival (P20)', () => {
    const { raft, spreading } = mirror()
    for (const [first, last] of [[4, 6], [7, 7], [1, 3], [1, 3], [2, 5]] as const) spreading.gossiped(batch(first, last), 0)
    assert.equal(raft.commit, 7)
  })

  it('fetches a hole from a peer, once at a time, and goes on with what it held (P21)', () => {
    const { raft, outbox, spreading } = mirror()
    spreading.gossiped(batch(4, 6), 0)
    assert.deepEqual(sent(outbox), [{ kind: 'fetch', from: 1, to: 3 }])
    spreading.gossiped(batch(8, 9), 10)
    assert.deepEqual(sent(outbox), [])
    spreading.step('p', { kind: 'fetched', entries: entries(1, 3), commit: 9, firstKept: 1 }, 20)
    assert.equal(raft.commit, 6)
    assert.deepEqual(sent(outbox), [{ kind: 'fetch', from: 7, to: 7 }])
  })

  it('refuses a batch whose chain does not fit', () => {
    const { raft, spreading } = mirror()
    const forged = { ...batch(1, 2), entries: entries(1, 2).map((entry) => ({ ...entry, timeMs: 1 })) }
    assert.equal(spreading.gossiped(forged, 0), false)
    assert.equal(raft.commit, 0)
  })

  it('asks for a whole state where the others have cut their logs', () => {
    const { outbox, spreading } = mirror()
    spreading.step('p', { kind: 'digest', applied: 50, firstKept: 40 }, 0)
    assert.deepEqual(sent(outbox), [{ kind: 'fetch', from: 1, to: 50 }])
    spreading.step('p', { kind: 'fetched', entries: [], commit: 50, firstKept: 40 }, 0)
    assert.deepEqual(outbox.take().fetchSnapshot, { atLeast: 39, from: ['p'] })
  })

  it('answers a straggler with what it lacks, and says what it has cut', () => {
    const { outbox, spreading } = mirror()
    spreading.gossiped(batch(1, 5), 0)
    spreading.step('p', { kind: 'digest', applied: 2, firstKept: 1 }, 0)
    assert.deepEqual(sent(outbox), [{ kind: 'fetched', entries: entries(3, 5), commit: 5, firstKept: 1 }])
  })
})
