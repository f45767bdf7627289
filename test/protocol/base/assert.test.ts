// Assertions throw what the code can name, and nothing when all is well.
import { equal, throws } from 'node:assert/strict'
import { assert, AssertionError, required } from '../../../protocol/base/assert.ts'

describe('protocol / base / assert', () => {
  it('is silent when the condition holds', () => assert(1 + 1 === 2, 'arithmetic'))
  it('throws an AssertionError with the message', () => throws(() => assert(false, 'it must not be'), new AssertionError('it must not be')))
  it('required hands a value through and names a missing one', () => {
    equal(required(0, 'a number'), 0)
    throws(() => required(undefined, 'the leader'), /the leader is missing/)
  })
})
