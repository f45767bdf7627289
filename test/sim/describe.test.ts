// What changes something is told in words; what is said all the time has none.
import assert from 'node:assert/strict'
import { describeMessage } from '../../sim/describe.ts'

describe('sim / describe', () => {
  it('tells votes and entries, and is silent about heartbeats and probes', () => {
    const entry = { term: 2, index: 7, timeMs: 0, body: { kind: 'noop' as const } }
    const append = { kind: 'append' as const, term: 2, previousIndex: 6, previousTerm: 1, entries: [entry], commit: 5, round: 1 }
    assert.equal(describeMessage({ zone: 'consensus', body: append }), 'appends entry 7 of 2 after 6 of 1; commit 5, term 2')
    assert.equal(describeMessage({ zone: 'consensus', body: { ...append, entries: [] } }), undefined)
    assert.equal(describeMessage({ zone: 'consensus', body: { kind: 'voteReply', term: 3, granted: true } }), 'grants a vote in term 3')
    assert.equal(describeMessage({ zone: 'membership', body: { kind: 'ping', sequence: 1, rumours: [] } }), undefined)
  })
})
