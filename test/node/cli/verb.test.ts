// Numbers from flags: within bounds, or refused with the bounds named.
import { equal, throws } from 'node:assert/strict'
import { badArgument } from '../../../node/cli/errors.ts'
import { integerFlag } from '../../../node/cli/verb.ts'

describe('cli / verb', () => {
  it('reads a whole number within bounds', () => {
    equal(integerFlag({ peers: '5' }, 'peers', 3, 1, 50), 5)
    equal(integerFlag({ peers: '50' }, 'peers', 3, 1, 50), 50)
    equal(integerFlag({}, 'peers', 3, 1, 50), 3)
  })

  it('refuses anything else and names the bounds', () => {
    for (const peers of ['0', '51', '2.5', 'two']) throws(() => integerFlag({ peers }, 'peers', 3, 1, 50), (error) => badArgument.is(error) && error.exitStatus === 2)
  })
})
