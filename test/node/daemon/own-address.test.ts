// The address of this machine: the named one, or one that others could reach.
import { equal, ok } from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { noAddress } from '../../../node/daemon/errors.ts'
import { ownAddress } from '../../../node/daemon/own-address.ts'

describe('daemon / own address', () => {
  it('is the named one', () => equal(ownAddress('192.0.2.7'), '192.0.2.7'))

  it('is otherwise one of the interfaces, never the loopback; without any it says so', () => {
    const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter((address) => address.family === 'IPv4' && !address.internal).map(({ address }) => address)
    try {
      ok(outside.includes(ownAddress('')))
    } catch (error) {
      ok(outside.length === 0 && noAddress.is(error))
    }
  })
})
