// Leases: the holder always stops before the leader lets others take over, whatever the network does.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createLeaseGrantor, createLeaseHolder } from '../../../protocol/ownership/lease.ts'
import { leaseMs, leaseStopMs, takeoverMs } from '../../../protocol/ownership/limits.ts'

describe('protocol / ownership / lease holder', () => {
  it('asks every 2 s, and a new leader at once', () => {
    const holder = createLeaseHolder()
    assert.equal(holder.due(undefined, [], 0), undefined)
    assert.equal(holder.due('l', [], 0)?.kind, 'leaseAsk')
    assert.equal(holder.due('l', [], 1999), undefined)
    assert.equal(holder.due('l', [], 2000)?.kind, 'leaseAsk')
    assert.equal(holder.due('m', [], 2010)?.kind, 'leaseAsk')
  })
  it('counts 8 s from asking, not from the answer (P12, P24)', () => {
    const holder = createLeaseHolder()
    const asked = holder.due('l', [], 1000)
    assert.ok(asked)
    holder.granted({ kind: 'leaseGrant', sequence: asked.sequence, term: 1 }, 1700)
    assert.equal(holder.validUntilMs(), 1000 + leaseMs)
    holder.granted({ kind: 'leaseGrant', sequence: 99, term: 1 }, 1700)
    holder.granted({ kind: 'leaseGrant', sequence: asked.sequence, term: 1 }, 1800)
    assert.equal(holder.validUntilMs(), 1000 + leaseMs)
  })
})

describe('protocol / ownership / lease grantor', () => {
  it('answers only requests from before the round that a majority confirmed', () => {
    const grantor = createLeaseGrantor()
    grantor.elected(['a', 'b'], 0, 3)
    grantor.asked('a', { kind: 'leaseAsk', sequence: 1, reports: [] }, 100)
    grantor.asked('b', { kind: 'leaseAsk', sequence: 5, reports: [] }, 200)
    assert.deepEqual(grantor.majorityHeard(99, 300), [])
    assert.deepEqual(grantor.majorityHeard(150, 300), [{ to: 'a', message: { kind: 'leaseGrant', sequence: 1, term: 3 } }])
    assert.deepEqual(grantor.majorityHeard(250, 310).map((grant) => grant.to), ['b'])
    assert.equal(grantor.expired('a', 299 + takeoverMs), false)
    assert.equal(grantor.expired('a', 300 + takeoverMs), true)
  })
  it('a new leader lets every lease run from its own election (P24)', () => {
    const grantor = createLeaseGrantor()
    assert.equal(grantor.expired('a', 1e9), false)
    grantor.elected(['a'], 50_000)
    assert.equal(grantor.expired('a', 50_000 + takeoverMs - 1), false)
    assert.equal(grantor.expired('unknown', 50_000 + takeoverMs - 1), false)
    assert.equal(grantor.expired('unknown', 50_000 + takeoverMs), true)
    grantor.deposed()
    assert.equal(grantor.expired('a', 1e9), false)
  })
  it('never expires before the holder has had its 2 s to stop, with delays and clocks 5 % apart (P12, P24)', () => {
    const delay = fc.integer({ min: 0, max: 9000 })
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4000 }), delay, delay, fc.boolean()), { maxLength: 20 }), fc.double({ min: 0.95, max: 1.05, noNaN: true }), (asks, drift) => {
      const holder = createLeaseHolder()
      const grantor = createLeaseGrantor()
      grantor.elected(['h'], 0)
      const events: { atMs: number; run: () => void }[] = []
      let nowMs = 0
      for (const [pauseMs, thereMs, backMs, answered] of asks) {
        nowMs += pauseMs
        const askedAt = nowMs
        const message = holder.due('l', [], askedAt * drift)
        if (message?.kind !== 'leaseAsk') continue
        events.push({ atMs: askedAt + thereMs, run: () => grantor.asked('h', message, askedAt + thereMs) })
        if (!answered) continue
        const answerMs = askedAt + thereMs + 1
        events.push({ atMs: answerMs, run: () => {
          for (const grant of grantor.majorityHeard(answerMs, answerMs)) holder.granted(grant.message, (answerMs + backMs) * drift)
        } })
      }
      for (const event of events.sort((a, b) => a.atMs - b.atMs)) event.run()
      const stoppedByMs = (holder.validUntilMs() + leaseStopMs) / drift
      if (holder.validUntilMs() > 0) assert.equal(grantor.expired('h', Math.floor(stoppedByMs)), false)
    }), { numRuns: 300 })
  })
})
