// Duplicate keys of JSON text: nesting, lists, escapes, strings that look like structure.
import assert from 'node:assert/strict'
import { duplicateFields } from '../../../node/objects/duplicates.ts'

describe('objects / duplicates', () => {
  it('finds them in order and in depth', () => {
    assert.deepEqual(duplicateFields('{"data":{"a":"1","a":"2"},"data":{"b":"1"},"l":[{"x":1},{"y":{"z":1,"z":2},"y":3}]}', 10), ['data.a', 'data', 'l[1].y.z', 'l[1].y'])
  })

  it('is not fooled by strings and escapes', () => {
    assert.deepEqual(duplicateFields('{"a":"{\\"a\\":1,","b":["a","a",","],"\\u0061":2}', 10), ['a'])
    assert.deepEqual(duplicateFields('{"a":{"b":1},"c":{"b":1}}', 10), [])
  })

  it('stops at the limit', () => {
    assert.equal(duplicateFields(`{${'"a":1,'.repeat(50)}"a":1}`, 7).length, 7)
  })
})
