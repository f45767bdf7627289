// A state that goes on under another name: entries on top, a higher revision, another configuration, and the source untouched.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../node/base/logger.ts'
import { noMetrics } from '../../../node/base/metrics.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { branchState } from '../../../node/store/branch.ts'
import { openStore } from '../../../node/store/level-store.ts'
import { encodeTransaction } from '../../../protocol/message/codec.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

const put = (index: number, key: string): Entry => ({
  term: 1, index, timeMs: 1000 + index,
  body: { kind: 'command', proposal: { peer: 'a', counter: index }, command: encodeTransaction({ conditions: [], writes: [{ kind: 'put', key, value: Buffer.from('{}'), terminating: false }] }) },
})

describe('store / branch', () => {
  const root = mkdtempSync(join(tmpdir(), 'shoal-branch-'))
  const open = (name: string) => openStore({ clock: systemClock(), logger: silentLogger, metrics: noMetrics }, { directory: join(root, name) })
  after(() => rmSync(root, { recursive: true }))

  it('applies what was not committed, raises the revision, and leaves the source as it was', async () => {
    const before = await open('from')
    before.apply([put(1, '/registry/a'), put(2, '/registry/b')])
    await before.flush()
    const hash = before.hash()
    await before.close()
    const configuration = { voters: ['a'], learners: [], witnesses: [] }
    const mark = await branchState(join(root, 'from'), join(root, 'to'), {
      entries: [put(2, '/registry/b'), put(3, '/registry/c')], raise: 1_000,
      closing: ({ index }) => [{ term: 9, index: index + 1, timeMs: 5_000, body: { kind: 'configuration', configuration } }],
    })
    assert.deepEqual(mark, { index: 4, term: 9, configuration })
    const after_ = await open('to')
    assert.deepEqual(after_.range('/registry/').items.map(({ key, revision }) => [key, revision]), [['/registry/a', 1], ['/registry/b', 2], ['/registry/c', 3]])
    assert.equal(after_.revision(), 1_003)
    assert.equal(after_.oldestRevision(), 1_003)
    assert.deepEqual(after_.mark(), mark)
    assert.equal(after_.apply([{ ...put(5, '/registry/d'), term: 9 }]).length, 1)
    assert.equal(after_.get('/registry/d')?.revision, 1_004)
    await after_.close()
    const source = await open('from')
    assert.deepEqual([source.hash(), source.appliedIndex()], [hash, 2])
    await source.close()
  })
})
