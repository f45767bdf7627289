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

  it('refuse a length beyond the limit before its bytes arrive', () => {
    assert.equal(new FrameReader(10).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), undefined)
    assert.deepEqual(new FrameReader(10).push(Uint8Array.of(0, 0, 0, 10)), [])
  })
})
