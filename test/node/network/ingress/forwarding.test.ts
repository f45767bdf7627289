// What a hop may pass on: its own headers stay behind, and what a client says about proxies is not believed.
import { deepEqual } from 'node:assert/strict'
import { endToEnd, namesTwoHosts, requestFields, requestHeaders } from '../../../../node/network/ingress/forwarding.ts'

const client = { address: '192.0.2.9', isEncrypted: true, host: 'web.test', port: 443 }
const tail = ['X-Forwarded-For', '192.0.2.9', 'X-Real-IP', '192.0.2.9', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'web.test', 'X-Forwarded-Port', '443']

describe('network / ingress / forwarding', () => {
  it('keeps what goes from end to end, and drops what Connection names', () => {
    deepEqual(endToEnd(['Host', 'a', 'Connection', 'close, X-Hop', 'x-hop', '1', 'Keep-Alive', '5', 'TE', 'trailers', 'Cookie', 'a=b', 'Cookie', 'c=d']), ['Host', 'a', 'Cookie', 'a=b', 'Cookie', 'c=d'])
  })
  it('says who asked, and forgets what the client claimed', () => {
    deepEqual(requestHeaders(['Host', 'web.test', 'X-Forwarded-For', '10.0.0.1', 'x-real-ip', '10.0.0.1', 'Forwarded', 'for=x'], client, undefined), ['Host', 'web.test', ...tail])
  })
  it('frames a body of unknown length anew, and asks for another protocol by itself', () => {
    deepEqual(requestHeaders(['Host', 'h', 'Transfer-Encoding', 'chunked'], client, undefined), ['Host', 'h', ...tail, 'Transfer-Encoding', 'chunked'])
    deepEqual(requestHeaders(['Host', 'h', 'Connection', 'Upgrade', 'Upgrade', 'websocket'], client, 'websocket'), ['Host', 'h', ...tail, 'Connection', 'Upgrade', 'Upgrade', 'websocket'])
  })
  it('writes the fields of version 2: names in lower case, no host beside the authority, trailers when they are taken', () => {
    const fields = requestFields('GET', '/a', ['Host', 'web.test', 'Connection', 'close', 'X-A', '1', 'TE', 'trailers', 'Transfer-Encoding', 'chunked'], client)
    deepEqual(fields, [':method', 'GET', ':scheme', 'http', ':authority', 'web.test', ':path', '/a', 'x-a', '1', ...tail.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text)), 'te', 'trailers'])
  })
  it('sees that a request names two hosts', () => {
    deepEqual([['Host', 'a'], ['Host', 'a', 'host', 'b'], [':authority', 'a', 'host', 'a'], [':authority', 'a', 'host', 'b']].map(namesTwoHosts), [false, true, false, true])
  })
})
