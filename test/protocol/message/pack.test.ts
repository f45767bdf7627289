// The walk over bytes before they are decoded: everything that pack makes passes, and nothing that lies does.
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { MessageError } from '../../../protocol/message/errors.ts'
import { pack, unpack } from '../../../protocol/message/pack.ts'

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.string(), fc.boolean(), fc.constant(null), fc.string({ minLength: 300, maxLength: 400 })),
    fc.array(tie('value'), { maxLength: 20 }),
  ),
})).value

describe('protocol / message / pack', () => {
  it('brings plain values back', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const back = unpack(pack([value]))
        assert.deepEqual(JSON.stringify(back), JSON.stringify([value]))
      }),
    )
  })

  it('refuses every prefix and every surplus byte', () => {
    const bytes = Uint8Array.from(pack([1, 'two', [3.5, Uint8Array.of(4)], null, 70_000, 'x'.repeat(300)]))
    for (let length = 0; length < bytes.length; length++) assert.throws(() => unpack(bytes.subarray(0, length)), MessageError)
    assert.throws(() => unpack(Uint8Array.of(...bytes, 0)), MessageError)
  })

  it('refuses extension types', () => {
    for (const type of [0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]) {
      assert.throws(() => unpack(Uint8Array.of(type, 0, 0, 0, 0, 0)), MessageError)
    }
  })
})
