// What every store must do, whether it has a disk or not: reads, history, watches, waits, repetitions, snapshots.
// Implementations call describeStore with a way to open one; anything about disks is in their own tests.
import assert from 'node:assert/strict'
import { encodeTransaction } from '../../protocol/message/codec.ts'
import { behind, expired, snapshotRefused, storeClosed, waitedTooLong } from '../../node/store/errors.ts'
import { historyMs, watchProgressMs, watchQueueEvents } from '../../node/store/limits.ts'
import type { Entry } from '../../protocol/message/entry.ts'
import type { Transaction, Write } from '../../protocol/message/transaction.ts'
import type { StateStore } from '../../node/store/types.ts'
import { ManualClock } from '../support/manual-clock.ts'
import type { Clock } from '../../node/base/clock.ts'

/** Makes entries in order, as a log would hold them. */
export class EntryMaker {
  #index = 0
  #counter = 0
  timeMs = 5_000

  entry(body: Entry['body']): Entry {
    return { term: 1, index: ++this.#index, timeMs: this.timeMs, body }
  }

  command(transaction: Transaction, proposal = { peer: 'p1', counter: ++this.#counter }): Entry {
    return this.entry({ kind: 'command', proposal, command: encodeTransaction(transaction) })
  }

  writes(...writes: Write[]): Entry {
    return this.command({ conditions: [], writes })
  }

  put(key: string, value: string): Entry {
    return this.writes(put(key, value))
  }

  del(key: string): Entry {
    return this.writes({ kind: 'delete', key })
  }
}

export const put = (key: string, value: string): Write => ({ kind: 'put', key, value: new TextEncoder().encode(value), terminating: false })
export const text = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : new TextDecoder().decode(value))
const pods = '/registry/core/pods/'
const pod = (name: string): string => `${pods}default/${name}`

export interface StoreFactory {
  open(clock: Clock): Promise<StateStore>
}

const shown = (items: readonly { readonly key: string; readonly value: Uint8Array }[]): string[] =>
  items.map((item) => `${item.key.slice(pods.length + 8)}=${text(item.value)}`)

/** Declares the suite under the current describe. */
export function describeStore(factory: StoreFactory): void {
  let store: StateStore
  let clock: ManualClock
  let make: EntryMaker
  const apply = (...entries: Entry[]) => store.apply(entries)

  beforeEach(async () => {
    clock = new ManualClock()
    make = new EntryMaker()
    store = await factory.open(clock)
  })
  afterEach(() => store.close())

  it('begins empty', () => {
    assert.equal(store.revision(), 0)
    assert.equal(store.appliedIndex(), 0)
    assert.deepEqual(store.range(pods), { items: [], remaining: 0, revision: 0 })
  })

  it('reads what was written, with both revisions', () => {
    apply(make.put(pod('a'), '1'), make.put(pod('b'), '2'), make.put(pod('a'), '3'))
    const found = store.get(pod('a'))
    assert.equal(text(found?.value), '3')
    assert.deepEqual([found?.revision, found?.createRevision], [3, 1])
    assert.equal(store.count(pods), 2)
  })

  it('ranges in pages', () => {
    for (const name of ['d', 'a', 'c', 'b', 'e']) apply(make.put(pod(name), name))
    apply(make.put('/registry/core/podsx/default/z', 'other'))
    const first = store.range(pods, { limit: 2 })
    assert.deepEqual([shown(first.items), first.remaining], [['a=a', 'b=b'], 3])
    const second = store.range(pods, { limit: 2, after: first.items[1]?.key ?? '' })
    assert.deepEqual([shown(second.items), second.remaining], [['c=c', 'd=d'], 1])
    assert.equal(store.range(pods, { limit: 0 }).remaining, 5)
    assert.deepEqual(store.range(pods, { after: '/z' }).remaining, 0)
  })

  it('shows the past as it was, in pages too', () => {
    apply(make.put(pod('a'), '1'), make.put(pod('b'), '1'), make.put(pod('c'), '1'))
    apply(make.put(pod('b'), '2'), make.del(pod('c')), make.put(pod('aa'), 'new'))
    assert.deepEqual(shown(store.rangeAt(3, pods).items), ['a=1', 'b=1', 'c=1'])
    assert.deepEqual(shown(store.rangeAt(4, pods).items), ['a=1', 'b=2', 'c=1'])
    assert.deepEqual(shown(store.rangeAt(6, pods).items), ['a=1', 'aa=new', 'b=2'])
    const page = store.rangeAt(3, pods, { limit: 1, after: pod('a') })
    assert.deepEqual([shown(page.items), page.remaining, page.revision], [['b=1'], 1, 3])
  })

  it('forgets history by the leader\'s clock, and says so', () => {
    apply(make.put(pod('a'), '1'))
    make.timeMs += historyMs + 1
    apply(make.put(pod('a'), '2'))
    assert.equal(store.oldestRevision(), 1)
    assert.throws(() => store.watch(pods, 0), expired.is)
    assert.throws(() => store.rangeAt(0, pods), expired.is)
    assert.deepEqual(shown(store.rangeAt(1, pods).items), ['a=1'])
  })

  it('hands whole transactions to a watch, and only under its prefix (P22)', async () => {
    const watch = store.watch(pods, 0)
    apply(make.writes(put(pod('a'), '1'), put('/registry/core/secrets/default/s', 'x'), put(pod('b'), '2')))
    const batch = await watch.next()
    assert.deepEqual(batch.events.map((event) => [event.kind, event.revision]), [['put', 1], ['put', 3]])
    assert.equal(batch.revision, 3)
  })

  it('resumes a watch from history without loss or repetition (P22)', async () => {
    apply(make.put(pod('a'), '1'), make.writes(put(pod('a'), '2'), put(pod('b'), '3')), make.del(pod('a')))
    const watch = store.watch(pods, 2)
    const first = await watch.next()
    const second = await watch.next()
    apply(make.put(pod('c'), '5'))
    const third = await watch.next()
    assert.deepEqual([first, second, third].map((batch) => batch.events.map((event) => event.revision)), [[3], [4], [5]])
    const gone = second.events[0]
    assert.equal(gone?.kind === 'delete' && text(gone.previous.value), '2')
  })

  it('tells an idle watch how far it has seen everything', async () => {
    const watch = store.watch(pods, 0)
    const next = watch.next()
    apply(make.put('/registry/core/secrets/default/s', 'x'))
    clock.advance(watchProgressMs)
    assert.deepEqual(await next, { events: [], revision: 1 })
  })

  it('tells a consumer that it fell behind', async () => {
    const watch = store.watch(pods, 0)
    const many = Array.from({ length: 1000 }, (_, i) => put(pod(`p${i}`), 'x'))
    for (let i = 0; i <= watchQueueEvents / 1000; i++) apply(make.writes(...many))
    await assert.rejects(watch.next(), behind.is)
  })

  it('ends a closed watch', async () => {
    const watch = store.watch(pods, 0)
    const next = watch.next()
    watch.close()
    watch.close()
    await assert.rejects(next, storeClosed.is)
    await assert.rejects(watch.next(), storeClosed.is)
  })

  it('shows changes of internal keys, which take no revision', async () => {
    const watch = store.watch('/shoal/peers/', store.revision())
    apply(make.put('/shoal/peers/p1', '{}'))
    const batch = await watch.next()
    assert.equal(batch.events.length, 1)
    assert.equal(store.revision(), 0)
    assert.equal(store.appliedIndex(), 1)
  })

  it('waits for a revision and an index', async () => {
    const revision = store.waitForRevision(1, 1000)
    const index = store.waitForIndex(2, 1000)
    apply(make.entry({ kind: 'noop' }), make.put(pod('a'), '1'))
    await revision
    await index
    await store.waitForRevision(1, 0)
    const late = store.waitForRevision(9, 1000)
    clock.advance(1000)
    await assert.rejects(late, waitedTooLong.is)
    const controller = new AbortController()
    const aborted = store.waitForRevision(9, 1000, controller.signal)
    controller.abort(new RangeError('enough'))
    await assert.rejects(aborted, RangeError)
  })

  it('refuses whole transactions and answers repetitions as the first time', () => {
    const first = make.command({ conditions: [{ kind: 'absent', key: pod('a') }], writes: [put(pod('a'), '1')] }, { peer: 'p2', counter: 7 })
    const again = make.command({ conditions: [{ kind: 'absent', key: pod('a') }], writes: [put(pod('a'), '1')] }, { peer: 'p2', counter: 7 })
    const other = make.command({ conditions: [{ kind: 'absent', key: pod('a') }], writes: [put(pod('b'), '1')] }, { peer: 'p2', counter: 8 })
    const results = apply(first, again, other).map((command) => command.result)
    assert.deepEqual(results, [
      { kind: 'applied', revision: 1 },
      { kind: 'applied', revision: 1 },
      { kind: 'refused', condition: 0, revision: 1 },
    ])
    assert.equal(store.get(pod('b')), undefined)
  })

  describe('snapshot', () => {
    let other: StateStore
    beforeEach(async () => {
      other = await factory.open(clock)
    })
    afterEach(() => other.close())

    const fill = (count: number): void => {
      apply(...Array.from({ length: count }, (_, i) => make.put(pod(`n${i}`), `${i}`.padStart(3000, 'x'))))
    }

    it('carries the state, the mark and the remembered results to another store', async () => {
      fill(400)
      const configuration = { voters: ['p1'], learners: [], witnesses: [] }
      apply(make.entry({ kind: 'configuration', configuration }))
      const source = await store.snapshot()
      assert.ok(source.chunks > 1)
      apply(make.put(pod('later'), 'not in it'))
      const sink = await other.receive(source.mark)
      for (let i = 0; i < source.chunks; i++) {
        await sink.add(i, await source.chunk(i))
        await sink.add(i, await source.chunk(i))
      }
      assert.equal(other.revision(), 0)
      const watch = other.watch(pods, 0)
      await sink.finish()
      await assert.rejects(watch.next(), behind.is)
      assert.deepEqual(other.mark(), { index: 401, term: 1, configuration })
      assert.deepEqual(other.durableMark(), other.mark())
      assert.equal(other.count(pods), 400)
      assert.equal(other.oldestRevision(), 400)
      const next = { ...make.command({ conditions: [], writes: [put(pod('x'), '1')] }, { peer: 'p1', counter: 400 }), index: 402 }
      assert.deepEqual(other.apply([next])[0]?.result, { kind: 'applied', revision: 400 })
    })

    it('ends with the same hash', async () => {
      fill(3)
      apply(make.del(pod('n1')))
      const source = await store.snapshot()
      const sink = await other.receive(source.mark)
      for (let i = 0; i < source.chunks; i++) await sink.add(i, await source.chunk(i))
      await sink.finish()
      assert.equal(other.hash(), store.hash())
    })

    it('is made of the same chunks by whoever has the state', async () => {
      for (const peer of ['p9', 'p1', 'p5']) apply(make.command({ conditions: [], writes: [put(pod(peer), 'x'.repeat(300_000))] }, { peer, counter: 1 }))
      const source = await store.snapshot()
      const sink = await other.receive(source.mark)
      for (let i = 0; i < source.chunks; i++) await sink.add(i, await source.chunk(i))
      await sink.finish()
      const again = await other.snapshot()
      assert.equal(again.name, source.name)
      for (let i = 0; i < source.chunks; i++) assert.deepEqual(await again.chunk(i), await source.chunk(i))
      apply(make.put(pod('later'), 'x'))
      assert.notEqual((await store.snapshot()).name, source.name)
    })

    it('refuses what is damaged, missing or older', async () => {
      fill(200)
      const source = await store.snapshot()
      const sink = await other.receive(source.mark)
      await assert.rejects(sink.add(1, await source.chunk(1)), snapshotRefused.is)
      await assert.rejects(sink.finish(), snapshotRefused.is)
      const damaged = new Uint8Array(await source.chunk(0)).slice(0, -5)
      await assert.rejects(sink.add(0, damaged), snapshotRefused.is)
      const whole = await other.receive(source.mark)
      for (let i = 0; i < source.chunks; i++) await whole.add(i, await source.chunk(i))
      other.apply(Array.from({ length: 202 }, (_, i) => ({ term: 1, index: i + 1, timeMs: 1, body: { kind: 'noop' as const } })))
      await assert.rejects(whole.finish(), snapshotRefused.is)
      assert.equal(other.revision(), 0)
    })
  })
}
