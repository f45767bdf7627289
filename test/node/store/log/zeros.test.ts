// Blocks of zeros: the same answers as a walk byte by byte.
import { equal } from 'node:assert/strict'
import fc from 'fast-check'
import { isZero, usedBytes } from '../../../../node/store/log/zeros.ts'

describe('store / log / zeros', () => {
  it('agrees with a walk over every byte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200_000 }), fc.array(fc.integer({ min: 0, max: 199_999 }), { maxLength: 3 }), fc.nat(200_000), (length, places, from) => {
        const bytes = Buffer.alloc(length)
        for (const place of places) if (place < length) bytes[place] = 1
        const last = Math.max(-1, ...places.filter((place) => place < length))
        equal(usedBytes(bytes), last + 1)
        equal(isZero(bytes, from), last < from)
      }),
      { numRuns: 200 },
    )
  })
})
