// Frames survive any way of cutting the stream, and a length beyond the limit ends it.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { FrameReader, joinFrames } from '../../../node/peer/frames.ts'

describe('peer / frames', () => {
  it('come back however the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
    fc.assert(fc.property(payloads, fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1 }), (sent, cuts) => {
      const block = joinFrames(sent)
      const reader = new FrameReader(300)
      const read: Uint8Array[] = []
      for (let at = 0, turn = 0; at < block.length; turn++) {
        const step = cuts[turn % cuts.length] ?? 1
        read.push(...reader.push(block.subarray(at, at + step)) ?? [])
        at += step
      }
      assert.deepEqual(read.map((payload) => [...payload]), sent.map((payload) => [...payload]))
    }), { seed: 1, numRuns: 200 })
  })

  it('come back when every byte comes alone, in a time that grows with the bytes only', () => {
    const payload = Uint8Array.from({ length: 2 ** 19 }, (_, i) => i % 251)
    const block = joinFrames([payload, payload])
    const reader = new FrameReader(2 ** 20)
    const read: Uint8Array[] = []
    for (let at = 0; at < block.length; at++) read.push(...reader.push(block.subarray(at, at + 1)) ?? [])
    assert.deepEqual(read.map((frame) => Buffer.compare(frame, payload)), [0, 0])
  })

  it('keep what they carry, whatever comes after them', () => {
    const reader = new FrameReader(100)
    const block = joinFrames([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)])
    reader.push(block.subarray(0, 5))
    const [first] = reader.push(block.subarray(5, 9)) ?? []
    reader.push(block.subarray(9))
    assert.deepEqual([...first ?? []], [1, 2, 3])
  })

  it('have a bound of their own when they come first', () => {
    assert.equal(new FrameReader(1000, 10).push(Uint8Array.of(0, 0, 0, 11)), undefined)
    const reader = new FrameReader(1000, 10)
    assert.equal(reader.push(joinFrames([new Uint8Array(10), new Uint8Array(1000)]))?.length, 2)
    assert.equal(reader.push(Uint8Array.of(0, 0, 3, 233)), undefined)
  })

  it('refuse a length beyond the limit before its bytes arrive', () => {
    assert.equal(new FrameReader(10).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), undefined)
    assert.deepEqual(new FrameReader(10).push(Uint8Array.of(0, 0, 0, 10)), [])
  })
})
