// Quantities against the forms of the API reference, and sums against plain numbers on random input.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addQuantities, canonicalQuantity, compareQuantities, malformedQuantity, parseQuantity, quantity, quantityMillis, quantityUnits, unknownSuffix } from '../../../node/objects/quantity.ts'

describe('objects / quantity', () => {
  it('prints the canonical form', () => {
    const forms: readonly (readonly [string, string])[] = [
      ['1500m', '1500m'], ['1000m', '1'], ['0.5', '500m'], ['1024Mi', '1Gi'], ['1000k', '1M'], ['1e6', '1e6'], ['1E', '1E'], ['1e3', '1e3'],
      ['0.5Gi', '512Mi'], ['1.5Ki', '1536'], ['100Ki', '100Ki'], ['0', '0'], ['0Mi', '0'], ['-1', '-1'], ['+5', '5'], ['1.0', '1'], ['10000', '10k'], ['12345', '12345'], ['0.1Ki', '102400m'],
    ]
    for (const [given, canonical] of forms) assert.equal(canonicalQuantity(given), canonical, given)
  })

  it('refuses what is none', () => {
    for (const text of ['', '1x', '1.5.2', 'x', '.', '1 ', '--1']) assert.equal(parseQuantity(text), malformedQuantity, text)
    for (const text of ['1KM', '1ki', '1e']) assert.equal(typeof parseQuantity(text), 'string', text)
    assert.equal(parseQuantity('1Kiki'), unknownSuffix)
  })

  it('rounds up and compares across suffixes', () => {
    assert.equal(quantityUnits(quantity('1500m')), 2)
    assert.equal(quantityMillis(quantity('0.0001')), 1)
    assert.equal(compareQuantities(quantity('1Gi'), quantity('1024Mi')), 0)
    assert.ok(compareQuantities(quantity('1G'), quantity('1Gi')) < 0)
  })

  it('adds as numbers do', () => {
    fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -1e9, max: 1e9 }), (a, b) => {
      assert.equal(quantityMillis(addQuantities(quantity(`${a}m`), quantity(`${b}m`))), a + b)
    }))
  })
})
