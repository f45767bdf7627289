// Ranges of addresses as people write them, and the text that is none.
import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { addressNumber, addressRange, addressText, contains, overlaps } from '../../../node/objects/address-ranges.ts'

const text = (range: string): string | undefined => {
  const found = addressRange(range)
  return found === undefined ? undefined : `${addressText(found.first)}-${addressText(found.last)}`
}

describe('objects / address ranges', () => {
  it('reads networks, spans and single addresses', () => {
    deepEqual(['10.9.8.7/24', '10.0.0.10-10.0.1.2', '10.0.0.7', '0.0.0.0/0'].map(text), ['10.9.8.0-10.9.8.255', '10.0.0.10-10.0.1.2', '10.0.0.7-10.0.0.7', '0.0.0.0-255.255.255.255'])
  })
  it('refuses what is no range', () => {
    deepEqual(['', 'x', '10.0.0.256', '10.0.0.0/33', '10.0.0.9-10.0.0.8', '10.0.0.1-', '2001:db8::/64', '10.0.0.1-10.0.0.2-10.0.0.3/8'].map(text).filter((found) => found !== undefined), [])
  })
  it('every number is the address that it is the number of', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => equal(addressNumber(addressText(value)), value)))
  })
  it('knows what lies in a range and what two share', () => {
    const a = { first: 10, last: 20 }
    deepEqual([9, 10, 20, 21].map((address) => contains([a], address)), [false, true, true, false])
    deepEqual([[0, 9], [0, 10], [12, 13], [20, 30], [21, 30]].map(([first = 0, last = 0]) => overlaps(a, { first, last })), [false, true, true, true, false])
  })
})
