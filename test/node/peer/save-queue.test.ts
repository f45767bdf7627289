// Saves share syncs when they mean the same together, and a full disk is waited out in order.
import { strict as assert } from 'node:assert'
import type { Clock } from '../../../node/base/clock.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import { mergeSaves, SaveQueue } from '../../../node/peer/save-queue.ts'
import type { PeerLog } from '../../../node/peer/types.ts'
import { diskFull } from '../../../node/store/errors.ts'
import type { Save } from '../../../protocol/engine/types.ts'

const mark = { index: 1, term: 1, configuration: { voters: [], learners: [], witnesses: [] } }
const save = (sequence: number, indexes: readonly number[], more: Partial<Save> = {}): Save => ({
  sequence, hardState: undefined, entries: indexes.map((index) => ({ term: 1, index, timeMs: 0, body: { kind: 'noop' } })), compactTo: undefined, ...more,
})

describe('peer / save queue', () => {
  it('joins what is contiguous, with the newest hard state', () => {
    const merged = mergeSaves([save(1, [5], { hardState: { term: 1, vote: 'a', commit: 4 } }), save(2, []), save(3, [6, 7], { hardState: { term: 1, vote: 'a', commit: 5 } })])
    assert.equal(merged?.count, 3)
    assert.equal(merged?.save.sequence, 3)
    assert.equal(merged?.save.hardState?.commit, 5)
    assert.deepEqual(merged?.save.entries.map((entry) => entry.index), [5, 6, 7])
  })

  it('keeps apart what replaces entries, and what stands before and after a compaction', () => {
    assert.equal(mergeSaves([save(1, [5, 6]), save(2, [6])])?.count, 1)
    assert.equal(mergeSaves([save(1, [5]), save(2, [6], { compactTo: mark })])?.count, 1)
    assert.equal(mergeSaves([save(1, [], { compactTo: mark }), save(2, [6])])?.count, 1)
    assert.equal(mergeSaves([]), undefined)
  })

  it('repeats a save that a full disk refused, before any later one, and tells once that it is full and once that it is not', async () => {
    const tried: number[] = []
    const saved: number[] = []
    const told: boolean[] = []
    const clock: Clock = { wallMs: () => 0, bootMs: () => 0, after: (_delayMs, run) => { setImmediate(run); return { cancel: () => undefined } } }
    const log: Pick<PeerLog, 'append'> = {
      append: ({ sequence }) => {
        tried.push(sequence)
        return tried.length < 3 ? Promise.reject(diskFull.make({ directory: '/x' })) : Promise.resolve()
      },
    }
    const done = Promise.withResolvers<void>()
    const whole: PeerLog = {
      ...log, damage: undefined, fetchFrom: undefined, healed: () => Promise.resolve(), close: () => Promise.resolve(),
      recovered: { hardState: { term: 0, vote: undefined, commit: 0 }, snapshot: mark, entries: [], mayVote: true },
    }
    const queue = new SaveQueue({ log: whole, clock, logger: silentLogger, diskFull: (full) => told.push(full) }, (sequence) => {
      saved.push(sequence)
      if (sequence === 2) done.resolve()
    }, done.reject)
    queue.push(save(1, [5]))
    queue.push(save(2, [5]))
    await done.promise
    assert.deepEqual(tried, [1, 1, 1, 2])
    assert.deepEqual(saved, [1, 2])
    assert.deepEqual(told, [true, false])
  })
})
