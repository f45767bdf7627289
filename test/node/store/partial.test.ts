// A witness's state: it stands where all others stand, and holds the protocol's own records only, also after a fetched state.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { snapshotRefused } from '../../../node/store/errors.ts'
import { openStore } from '../../../node/store/level-store.ts'
import { encodeTransaction } from '../../../protocol/message/codec.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { Condition, Write } from '../../../protocol/message/transaction.ts'

const put = (key: string): Write => ({ kind: 'put', key, value: Buffer.from('{}'), terminating: false })
const command = (index: number, conditions: readonly Condition[], ...keys: readonly string[]): Entry => ({
  term: 1, index, timeMs: 1000, body: { kind: 'command', proposal: { peer: 'a', counter: index }, command: encodeTransaction({ conditions, writes: keys.map(put) }) },
})
const entries: readonly Entry[] = [
  command(1, [], '/shoal/peers/a', '/registry/secret'),
  command(2, [{ kind: 'absent', key: '/registry/secret' }], '/registry/other'),
  command(3, [{ kind: 'absent', key: '/shoal/peers/a' }], '/shoal/peers/b'),
  command(4, [{ kind: 'present', key: '/shoal/peers/a', live: false }, { kind: 'version', key: '/shoal/peers/a', version: 1 }], '/shoal/peers/c'),
  { term: 1, index: 5, timeMs: 1000, body: { kind: 'command', proposal: { peer: 'a', counter: 5 }, command: Buffer.from('no transaction') } },
]

describe('store / partial', () => {
  const root = mkdtempSync(join(tmpdir(), 'shoal-partial-'))
  const deps = { clock: systemClock(), logger: silentLogger, metrics: noMetrics }
  const keeps = (key: string): boolean => key.startsWith('/shoal/peers/')
  after(() => rmSync(root, { recursive: true }))
  const keysOf = (store: Awaited<ReturnType<typeof openStore>>): readonly string[] => store.range('/').items.map(({ key }) => key)

  it('applies what concerns kept keys, with its conditions, and is opened again as it was', async () => {
    const directory = join(root, 'applied')
    const store = await openStore(deps, { directory, keeps })
    store.apply(entries)
    assert.deepEqual(keysOf(store), ['/shoal/peers/a', '/shoal/peers/c'])
    assert.equal(store.appliedIndex(), 5)
    await assert.rejects(store.snapshot(), snapshotRefused.is)
    await store.close()
    const again = await openStore(deps, { directory, keeps })
    assert.deepEqual([keysOf(again), again.appliedIndex()], [['/shoal/peers/a', '/shoal/peers/c'], 5])
    await again.close()
  })

  it('keeps of a fetched state the same', async () => {
    const whole = await openStore(deps, { directory: join(root, 'whole') })
    whole.apply(entries)
    const source = await whole.snapshot()
    const part = await openStore(deps, { directory: join(root, 'fetched'), keeps })
    const sink = await part.receive(source.mark)
    for (let chunk = 0; chunk < source.chunks; chunk++) await sink.add(chunk, await source.chunk(chunk))
    await sink.finish()
    assert.deepEqual([keysOf(part), part.appliedIndex()], [['/shoal/peers/a', '/shoal/peers/c'], 5])
    part.apply([command(6, [], '/registry/more', '/shoal/peers/d')])
    assert.deepEqual(keysOf(part), ['/shoal/peers/a', '/shoal/peers/c', '/shoal/peers/d'])
    await part.close()
    await whole.close()
  })
})
