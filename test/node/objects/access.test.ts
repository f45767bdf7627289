// Readers of objects: they answer empty values for what is missing and never touch what they were given.
import assert from 'node:assert/strict'
import { isEqual, listIn, mapItems, numberIn, stringIn, valueIn, withDefaults, withFields } from '../../../node/objects/access.ts'

describe('objects / access', () => {
  const object = Object.freeze({ a: { b: [{ c: 1 }] }, n: null, s: 'x' })

  it('reads what is there and nothing that is inherited', () => {
    assert.deepEqual(valueIn(object, 'a', 'b'), [{ c: 1 }])
    assert.equal(valueIn(object, 'toString'), undefined)
    assert.deepEqual([stringIn(object, 's'), stringIn(object, 'q'), numberIn(object, 's'), listIn(object, 's')], ['x', '', undefined, []])
  })

  it('makes new objects', () => {
    assert.deepEqual(withFields(object, { s: undefined, t: 1 }), { a: { b: [{ c: 1 }] }, n: null, t: 1 })
    assert.deepEqual(withDefaults(object, { n: 2, s: 'y' }), { a: { b: [{ c: 1 }] }, n: 2, s: 'x' })
    assert.deepEqual(mapItems(object.a, 'b', (item) => ({ ...item, d: 2 })), { b: [{ c: 1, d: 2 }] })
  })

  it('compares by content', () => {
    assert.ok(isEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1, d: undefined }))
    assert.ok(!isEqual({ a: 1 }, { a: 1, b: 2 }) && !isEqual([1, 2], [2, 1]) && !isEqual({ a: null }, {}))
  })
})
