// The retained log: positions, slices, truncation and compaction, also at their edges.
import { strict as assert } from 'node:assert'
import { entryBytes, RaftLog } from '../../../protocol/consensus/log.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

function entry(index: number, term = 1, sizeBytes = 0): Entry {
  return { term, index, timeMs: index, body: { kind: 'command', proposal: { peer: 'a', counter: index }, command: new Uint8Array(sizeBytes) } }
}

function logOf(count: number, mark = 0): RaftLog {
  const log = new RaftLog(mark, mark === 0 ? 0 : 1)
  for (let i = 1; i <= count; i++) log.append(entry(mark + i))
  return log
}

describe('protocol / consensus / log', () => {
  it('knows the terms of what it retains and of its mark, and of nothing else', () => {
    const log = logOf(3, 10)
    assert.deepEqual([9, 10, 11, 13, 14].map((index) => log.termAt(index)), [undefined, 1, 1, 1, undefined])
    assert.equal(log.firstIndex, 11)
    assert.equal(log.lastIndex, 13)
  })

  it('refuses gaps and falling terms', () => {
    const log = new RaftLog(0, 0)
    log.append(entry(1, 3))
    assert.throws(() => log.append(entry(3, 3)))
    assert.throws(() => log.append(entry(2, 2)))
  })

  it('slices by entries and bytes, but gives at least one', () => {
    const log = new RaftLog(0, 0)
    for (let i = 1; i <= 5; i++) log.append(entry(i, 1, 1000))
    assert.deepEqual(log.slice(2, 5, 2, 1e9).map((e) => e.index), [2, 3])
    assert.deepEqual(log.slice(2, 5, 100, 10).map((e) => e.index), [2])
    assert.deepEqual(log.slice(2, 3, 100, 1e9).map((e) => e.index), [2, 3])
    assert.deepEqual(log.slice(6, 9, 100, 1e9), [])
  })

  it('counts its bytes through truncation and compaction', () => {
    const log = logOf(10)
    log.truncate(8)
    log.compact(3)
    assert.equal(log.firstIndex, 4)
    assert.equal(log.lastIndex, 7)
    assert.equal(log.sizeBytes, 4 * entryBytes(entry(1)))
    assert.throws(() => log.truncate(3))
  })

  it('compacts in strides, never beyond the limit', () => {
    const log = logOf(130)
    assert.equal(log.compactionPoint(130, 110, 1e9), undefined)
    assert.equal(log.compactionPoint(130, 100, 1e9), 30)
    assert.equal(log.compactionPoint(12, 100, 1e9), 12)
    assert.equal(log.compactionPoint(0, 100, 1e9), undefined)
    assert.equal(log.compactionPoint(130, 1000, 64 * 65), 65)
  })
})
