// What was recovered crosses to another thread in parts: all of it, in order, and none much larger than asked for.
import assert from 'node:assert/strict'
import { encodeEntry } from '../../../../protocol/message/codec.ts'
import { decodeBatch, entriesOf, takeParts } from '../../../../node/store/log/batch.ts'
import { range } from '../../../contract/log.ts'

describe('store / log / batch', () => {
  it('takes entries out in parts that together are all of them', () => {
    const entries = range(1, 100)
    const stored = entries.map((entry) => ({ index: entry.index, payload: encodeEntry(entry) }))
    const oneBytes = stored[0]?.payload.length ?? 0
    const parts = [...takeParts(stored, 10 * oneBytes)].map((part) => entriesOf(decodeBatch(part)))
    assert.deepEqual(parts.flat(), entries)
    assert.ok(parts.length >= 10 && parts.every((part) => part.length <= 10))
    assert.equal(stored.length, 0)
  })

  it('gives nothing for nothing, and each entry that is larger than a part alone', () => {
    assert.deepEqual([...takeParts([], 1)], [])
    const stored = range(1, 3).map((entry) => ({ index: entry.index, payload: encodeEntry(entry) }))
    assert.equal([...takeParts(stored, 1)].length, 3)
  })
})
