// What every log must do, in files or in memory: give back what was saved, with later entries replacing earlier ones.
import assert from 'node:assert/strict'
import { seededRandom } from '../../protocol/base/random.ts'
import { MemoryDisk } from '../../node/store/log/memory-log.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { DurableLog, LogSave, RecoveredLog } from '../../node/store/log/types.ts'

export const entry = (index: number, term = 1, sizeBytes = 8): Entry => ({
  term,
  index,
  timeMs: index,
  body: { kind: 'command', proposal: { peer: 'p', counter: index }, command: new Uint8Array(sizeBytes).fill(index) },
})
export const save = (fields: Partial<LogSave>): LogSave => ({ hardState: undefined, entries: [], compactTo: undefined, ...fields })
export const range = (from: number, to: number, term = 1): Entry[] => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term))
export const mark = (index: number, term = 1) => ({ index, term, configuration: { voters: ['p'], learners: [], witnesses: [] } })

/** Comparable: entries as index and term. */
export const shown = (recovered: RecoveredLog) => ({
  hardState: recovered.hardState,
  mark: recovered.mark,
  entries: recovered.entries.map((e) => `${e.index}@${e.term}`).join(' '),
  mayVote: recovered.mayVote,
})

/** Random saves as an engine could make them. */
export function randomSaves(seed: number, count: number): LogSave[] {
  const random = seededRandom(seed)
  let last = 0
  let first = 0
  let term = 1
  return Array.from({ length: count }, () => {
    if (random.chance(0.1)) term++
    if (random.chance(0.05)) {
      first = last = last + 1 + random.integer(5)
      return save({ compactTo: mark(last, term), hardState: { term, vote: undefined, commit: last } })
    }
    const from = random.chance(0.2) && last > first ? first + 1 + random.integer(last - first) : last + 1
    last = from + random.integer(6)
    const entries = range(from, last, term)
    if (random.chance(0.2)) first = Math.max(first, from - 1)
    return save({ entries, hardState: random.chance(0.3) ? { term, vote: 'p', commit: first } : undefined, compactTo: first > 0 && from > first ? mark(first, term) : undefined })
  })
}

/** Declares the suite under the current describe. `reopen` opens the same log again after a close. */
export function describeLog(fresh: () => Promise<{ readonly log: DurableLog; readonly reopen: () => Promise<DurableLog> }>, seeds = 20): void {
  it('begins empty and fresh, and is not fresh again', async () => {
    const { log, reopen } = await fresh()
    assert.deepEqual([log.recovered.fresh, log.recovered.mayVote, log.recovered.entries.length], [true, true, 0])
    await log.append(save({ hardState: { term: 1, vote: 'p', commit: 0 } }))
    await log.close()
    await log.close()
    const again = await reopen()
    assert.deepEqual([again.recovered.fresh, again.recovered.hardState], [false, { term: 1, vote: 'p', commit: 0 }])
    await again.close()
  })

  it('gives back what was appended, replaced and compacted', async () => {
    const { log, reopen } = await fresh()
    await Promise.all([
      log.append(save({ entries: range(1, 5) })),
      log.append(save({ entries: range(4, 6, 2), hardState: { term: 2, vote: undefined, commit: 3 } })),
      log.append(save({ compactTo: mark(3) })),
    ])
    await log.close()
    const again = await reopen()
    assert.deepEqual(shown(again.recovered), { hardState: { term: 2, vote: undefined, commit: 3 }, mark: mark(3), entries: '4@2 5@2 6@2', mayVote: true })
    assert.deepEqual(again.recovered.entries[0], entry(4, 2))
    await again.close()
  })

  it('drops entries that a snapshot contradicts', async () => {
    const { log, reopen } = await fresh()
    await log.append(save({ entries: range(1, 5) }))
    await log.append(save({ compactTo: mark(3, 2) }))
    await log.close()
    const again = await reopen()
    assert.equal(shown(again.recovered).entries, '')
    await again.append(save({ entries: range(4, 4, 2) }))
    await again.close()
  })

  it('agrees with a plain account on random histories', async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { log, reopen } = await fresh()
      const disk = new MemoryDisk(true)
      const plain = disk.open()
      for (const one of randomSaves(seed, 40)) {
        await log.append(one)
        await plain.append(one)
      }
      await log.close()
      const again = await reopen()
      assert.deepEqual(shown(again.recovered), shown(disk.open().recovered), `seed ${seed}`)
      await again.close()
    }
  })
}
