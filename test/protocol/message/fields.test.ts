// Single fields: what each check lets through and what it refuses.
import { strict as assert } from 'node:assert'
import { MessageError } from '../../../protocol/message/errors.ts'
import { anyText, bytes, count, flag, list, listOf, named, surplus, text, word } from '../../../protocol/message/fields.ts'

function refused(action: () => unknown): void {
  assert.throws(action, MessageError)
}

describe('protocol / message / fields', () => {
  it('counts are whole, safe and not negative', () => {
    assert.deepEqual([0, 1, 2 ** 53 - 1].map((value) => count(value, 'n')), [0, 1, 2 ** 53 - 1])
    for (const value of [-1, -0, 0.5, 2 ** 53, NaN, Infinity, '1', null, undefined, 1n]) refused(() => count(value, 'n'))
  })

  it('texts have a length, bytes a size, flags two values', () => {
    assert.equal(text('abc', 't', 3), 'abc')
    assert.equal(anyText('', 't', 3), '')
    assert.equal(flag(false, 'f'), false)
    assert.deepEqual(bytes(Uint8Array.of(1), 'b', 1), Uint8Array.of(1))
    for (const action of [() => text('', 't', 3), () => text('abcd', 't', 3), () => anyText('abcd', 't', 3), () => named(7)]) refused(action)
    for (const action of [() => flag(0, 'f'), () => bytes('a', 'b', 9), () => bytes(Uint8Array.of(1, 2), 'b', 1)]) refused(action)
  })

  it('lists may be longer than known, words may not be others', () => {
    assert.deepEqual(surplus(list([1, 2, 3], 'l', 2), 2), [3])
    assert.equal(surplus([1], 1), undefined)
    assert.equal(word(1, 'w', ['a', 'b']), 'b')
    for (const action of [() => list([1], 'l', 2), () => list({ length: 9 }, 'l', 0), () => word(2, 'w', ['a', 'b']), () => word('a', 'w', ['a'])]) refused(action)
    refused(() => listOf([1, 2], 'l', 1, (item) => item))
  })
})
