// The queue of reads: only a round that began after a read arrived confirms it (thesis, section 6.4; P11).
import { strict as assert } from 'node:assert'
import { maxPendingReads } from '../../../protocol/consensus/limits.ts'
import { ReadQueue } from '../../../protocol/consensus/reads.ts'
import type { ReadRequest } from '../../../protocol/consensus/types.ts'

function request(context: number): ReadRequest {
  return { from: 'a', context, purpose: 'read', applied: 0 }
}

function contexts(results: readonly { readonly request: ReadRequest }[]): number[] {
  return results.map((result) => result.request.context)
}

describe('protocol / consensus / reads', () => {
  it('a round that began earlier confirms nothing', () => {
    const reads = new ReadQueue()
    reads.add(request(1), 10)
    reads.assign(5)
    reads.add(request(2), 11)
    assert.deepEqual(contexts(reads.confirm(4, 20)), [])
    assert.deepEqual(contexts(reads.confirm(5, 20)), [1])
    assert.equal(reads.roundWanted, true)
    assert.deepEqual(contexts(reads.confirm(99, 20)), [])
    reads.assign(6)
    assert.deepEqual(reads.confirm(6, 20), [{ request: request(2), index: 11 }])
  })

  it('waits for the leader to know what is committed', () => {
    const reads = new ReadQueue()
    reads.add(request(1), undefined)
    reads.assign(1)
    assert.deepEqual(reads.confirm(1, undefined), [])
    assert.deepEqual(reads.confirm(1, 7), [{ request: request(1), index: 7 }])
  })

  it('is confirmed or abandoned once, and is bounded', () => {
    const reads = new ReadQueue()
    for (let i = 0; i < maxPendingReads; i++) assert.equal(reads.add(request(i), 1), true)
    assert.equal(reads.add(request(-1), 1), false)
    assert.equal(reads.abandon().length, maxPendingReads)
    assert.deepEqual(reads.confirm(9, 9), [])
    assert.equal(reads.roundWanted, false)
  })
})
