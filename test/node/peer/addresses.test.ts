// What users write as addresses, and what is read out of multiaddrs.
import { strict as assert } from 'node:assert'
import { hostsOf, peerIdOf, toMultiaddr } from '../../../node/peer/addresses.ts'

describe('peer / addresses', () => {
  it('takes addresses, ports and multiaddrs, and nothing else', () => {
    assert.equal(toMultiaddr('192.0.2.1'), '/ip4/192.0.2.1/tcp/7447')
    assert.equal(toMultiaddr('192.0.2.1:99'), '/ip4/192.0.2.1/tcp/99')
    assert.equal(toMultiaddr('2001:db8::1'), '/ip6/2001:db8::1/tcp/7447')
    assert.equal(toMultiaddr('[2001:db8::1]:99'), '/ip6/2001:db8::1/tcp/99')
    assert.equal(toMultiaddr('/ip4/192.0.2.1/tcp/7447'), '/ip4/192.0.2.1/tcp/7447')
    for (const wrong of ['ant.example', '/dns4/a/tcp/1', '300.1.1.1', '']) assert.equal(toMultiaddr(wrong), undefined)
  })

  it('reads hosts and peer ids out of multiaddrs', () => {
    assert.deepEqual(hostsOf(['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.1/tcp/2', '/ip6/::1/tcp/1', '/dns4/a/tcp/1']), ['192.0.2.1', '::1'])
    assert.equal(peerIdOf('/ip4/192.0.2.1/tcp/1/p2p/12D3Koo'), '12D3Koo')
    assert.equal(peerIdOf('/ip4/192.0.2.1/tcp/1'), undefined)
  })
})
