// What was recovered crosses to another thread in parts: all of it, in order, and none much larger than asked for.
import assert from 'node:assert/strict'
import { encodeEntry } from '../../../../protocol/message/codec.ts'
import { entriesOfPart, takeParts } from '../../../../node/store/log/batch.ts'
import { range } from '../../../contract/log.ts'
import type { Entry } from '../../../../protocol/message/entry.ts'
import type { StoredEntry } from '../../../../node/store/log/types.ts'

/** Entries as views of one memory, as those of a file are, with so much unused space behind them. */
function inOneFile(entries: readonly Entry[], unusedBytes: number): StoredEntry[] {
  const payloads = entries.map(encodeEntry)
  const file = new Uint8Array(payloads.reduce((sum, payload) => sum + payload.length, 0) + unusedBytes)
  let at = 0
  return entries.map(({ index }, i) => {
    const payload = payloads[i] ?? assert.fail('as many payloads as entries')
    file.set(payload, at)
    at += payload.length
    return { index, payload: file.subarray(at - payload.length, at) }
  })
}

describe('store / log / batch', () => {
  it('takes entries out in parts that together are all of them', () => {
    const entries = range(1, 100)
    const stored = entries.map((entry) => ({ index: entry.index, payload: new Uint8Array(encodeEntry(entry)) }))
    const parts = [...takeParts(stored, 1000)].map((part) => [...entriesOfPart(part)])
    assert.deepEqual(parts.flat(), entries)
    assert.equal(stored.length, 0)
  })

  it('copies entries that are the smaller part of their file, in parts of about a size', () => {
    const entries = range(1, 100)
    const stored = inOneFile(entries, 1_000_000)
    const oneBytes = stored[0]?.payload.length ?? 0
    const file = stored[0]?.payload.buffer
    const parts = [...takeParts(stored, 10 * oneBytes)]
    assert.deepEqual(parts.flatMap((part) => [...entriesOfPart(part)]), entries)
    assert.ok(parts.length >= 10 && parts.every(({ memory, places }) => memory !== file && memory.byteLength <= 11 * oneBytes && places.length <= 20))
  })

  it('hands a file over as it is when entries are most of it, and begins the next part with the next file', () => {
    const entries = range(1, 100)
    const [first, second] = [inOneFile(entries.slice(0, 40), 100), inOneFile(entries.slice(40), 100)]
    const parts = [...takeParts([...first, ...second], 500)]
    assert.deepEqual(parts.map(({ memory }) => memory), [first[0]?.payload.buffer, second[0]?.payload.buffer])
    assert.deepEqual(parts.flatMap((part) => [...entriesOfPart(part)]), entries)
  })

  it('gives nothing for nothing, and each entry that is larger than a part alone', () => {
    assert.deepEqual([...takeParts([], 1)], [])
    assert.equal([...takeParts(inOneFile(range(1, 3), 10_000), 1)].length, 3)
  })
})
