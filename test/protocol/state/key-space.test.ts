// The ordered key space against a sorted array, through many splits and removals.
import assert from 'node:assert/strict'
import { seededRandom } from '../../../protocol/base/random.ts'
import { KeySpace } from '../../../protocol/state/key-space.ts'
import type { Row } from '../../../protocol/state/rows.ts'

const row = (key: string): Row => ({ key, value: new Uint8Array(), revision: 1, createRevision: 1, terminating: false })

describe('protocol / state / key space', () => {
  it('agrees with a sorted array', () => {
    for (let seed = 1; seed <= 3; seed++) {
      const random = seededRandom(seed)
      const keys = new KeySpace()
      const model = new Set<string>()
      for (let i = 0; i < 6000; i++) {
        const key = `/${random.pick(['a', 'b', 'bb', 'c'])}/${random.integer(4000)}`
        if (random.chance(i < 4000 ? 0.2 : 0.8)) assert.equal(keys.delete(key), model.delete(key))
        else {
          keys.put(row(key))
          model.add(key)
        }
      }
      const sorted = [...model].sort((a, b) => (a < b ? -1 : 1))
      assert.deepEqual(keys.all().map((r) => r.key), sorted)
      for (const prefix of ['', '/', '/a/', '/b', '/b/', '/bb/1', '/d', '/c/39']) {
        const expected = sorted.filter((key) => key.startsWith(prefix))
        assert.equal(keys.count(prefix), expected.length, prefix)
        const after = expected[expected.length >> 1] ?? '/b/2'
        assert.deepEqual([...keys.rows(prefix, after)].map((r) => r.key), expected.filter((key) => key > after), prefix)
        assert.equal(keys.rank(after), sorted.filter((key) => key < after).length)
      }
      for (const key of sorted) keys.delete(key)
      assert.deepEqual([keys.size, keys.all().length, keys.count('')], [0, 0, 0])
    }
  })
})
