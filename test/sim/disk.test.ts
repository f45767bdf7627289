// The disk's one promise: what was reported as saved survives a crash; the rest may be lost or torn, in order.
import assert from 'node:assert/strict'
import type { Entry } from '../../protocol/message/entry.ts'
import { Disk } from '../../sim/disk.ts'
import { World } from '../../sim/world.ts'

function entry(index: number, term: number): Entry {
  return { index, term, timeMs: 0, body: { kind: 'noop' } }
}

describe('sim / disk', () => {
  it('keeps what was synced and at most a head of the rest', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const world = new World(seed, false)
      const disk = new Disk(world, { meanSyncUs: 1000, tornShare: 0.7 })
      let synced = 0
      for (let i = 1; i <= 20; i++) {
        world.after(i * 300, () => {
          const hardState = { term: i, vote: undefined, commit: 0 }
          disk.write({ sequence: i, hardState, entries: [entry(2 * i - 1, i), entry(2 * i, i)], compactTo: undefined }, () => { synced = i })
        })
      }
      world.run(3000 + world.random.integer(4000))
      disk.crash()
      const { log } = disk.recovered()
      assert.ok(log.entries.length >= 2 * synced)
      assert.deepEqual(log.entries.map((one) => one.index), Array.from({ length: log.entries.length }, (_, i) => i + 1))
      assert.ok(log.hardState.term >= (log.entries.at(-1)?.term ?? 0))
    }
  })
  it('an append replaces what lies behind it', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const write = (sequence: number, entries: Entry[]): void => disk.write({ sequence, hardState: undefined, entries, compactTo: undefined }, () => {})
    write(1, [entry(1, 1), entry(2, 1), entry(3, 1)])
    write(2, [entry(2, 2)])
    assert.deepEqual(disk.written().map((one) => one.term), [1, 2])
    world.run(1_000_000)
    assert.deepEqual(disk.recovered().log.entries.map((one) => one.term), [1, 2])
  })
  it('a failing sync is told once, and nothing of it counts as saved (P3)', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const downs: number[] = []
    disk.onFailure = (downUs) => {
      downs.push(downUs)
      disk.crash()
    }
    disk.fail(5)
    disk.write({ sequence: 1, hardState: undefined, entries: [entry(1, 1)], compactTo: undefined }, () => assert.fail('it failed'))
    world.run(1_000_000)
    assert.deepEqual(downs, [5])
    assert.deepEqual(disk.recovered().log.entries, [])
  })
  it('what is written to a full or slow disk waits, in order (P7)', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    let savedUs = 0
    disk.fill(2_000_000)
    disk.write({ sequence: 1, hardState: undefined, entries: [entry(1, 1)], compactTo: undefined }, () => { savedUs = world.nowUs })
    world.run(1_900_000)
    assert.equal(savedUs, 0)
    world.run(10_000_000)
    assert.ok(savedUs >= 2_000_000)
    disk.slow(1000)
    disk.write({ sequence: 2, hardState: undefined, entries: [entry(2, 1)], compactTo: undefined }, () => { savedUs = 0 })
    disk.calm({ meanSyncUs: 10, tornShare: 0 })
    world.run(10_001_000)
    assert.equal(savedUs, 0)
  })
  it('a lost log may not vote; a lost state is to be fetched from where the log begins (P6)', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const configuration = { voters: ['a'], learners: [], witnesses: [] }
    const mark = { index: 2, term: 1, configuration }
    disk.installState({ header: { mark, revision: 0, timeMs: 0, hash: '' }, rows: [], results: [] })
    disk.write({ sequence: 1, hardState: undefined, entries: [entry(1, 1), entry(2, 1), entry(3, 1)], compactTo: undefined }, () => {})
    disk.write({ sequence: 2, hardState: undefined, entries: [], compactTo: mark }, () => {})
    world.run(1_000_000)
    assert.equal(disk.cutAt, 2)
    disk.loseState()
    const without = disk.recovered()
    assert.equal(without.fetchFrom, 2)
    assert.deepEqual([without.log.snapshot.index, without.log.entries.length, without.log.mayVote], [2, 1, true])
    disk.installState({ header: { mark, revision: 0, timeMs: 0, hash: '' }, rows: [], results: [] })
    disk.loseLog()
    assert.equal(disk.recovered().log.mayVote, false)
  })
  it('damage takes the terms and votes along that were written behind it (P4, P6)', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const votes = [[1, 'a'], [2, 'b'], [3, 'c']] as const
    votes.forEach(([term, vote], i) => {
      disk.write({ sequence: term, hardState: { term, vote, commit: 0 }, entries: [entry(i + 1, term)], compactTo: undefined }, () => {})
    })
    disk.write({ sequence: 4, hardState: { term: 4, vote: 'd', commit: 0 }, entries: [], compactTo: undefined }, () => {})
    world.run(1_000_000)
    assert.equal(disk.recovered().log.hardState.vote, 'd')
    disk.damage(0.99)
    assert.deepEqual([disk.recovered().log.entries.length, disk.recovered().log.hardState.vote], [3, 'c'])
    disk.damage(0.5)
    const { log } = disk.recovered()
    assert.deepEqual([log.entries.length, log.hardState.vote, log.mayVote], [2, 'b', false])
    disk.damage(0)
    assert.equal(disk.recovered().log.hardState.vote, undefined)
  })
  it('damage never reaches what was in force where the log was cut (P4)', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const mark = { index: 2, term: 2, configuration: { voters: ['a'], learners: [], witnesses: [] } }
    disk.installState({ header: { mark, revision: 0, timeMs: 0, hash: '' }, rows: [], results: [] })
    disk.write({ sequence: 1, hardState: { term: 2, vote: 'b', commit: 0 }, entries: [entry(1, 2), entry(2, 2)], compactTo: undefined }, () => {})
    disk.write({ sequence: 2, hardState: { term: 3, vote: 'c', commit: 0 }, entries: [entry(3, 3)], compactTo: mark }, () => {})
    world.run(1_000_000)
    disk.damage(0)
    assert.deepEqual([disk.recovered().log.snapshot.index, disk.recovered().log.hardState.vote], [2, 'b'])
  })
  it('does not let the log be cut beyond the saved state', () => {
    const world = new World(1, false)
    const disk = new Disk(world, { meanSyncUs: 10, tornShare: 0 })
    const compactTo = { index: 1, term: 1, configuration: { voters: [], learners: [], witnesses: [] } }
    disk.write({ sequence: 1, hardState: undefined, entries: [entry(1, 1)], compactTo }, () => {})
    assert.throws(() => world.run(1_000_000), /the log is cut/)
  })
})
