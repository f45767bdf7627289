// Single attempts of probes against real servers on this machine.
import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { grpcAttempt, httpAttempt, portNumber, tcpAttempt } from '../../../../node/kubelet/probes/attempts.ts'
import { named } from '../../../support/pod-fixtures.ts'

describe('kubelet / probes / attempts', () => {
  let server: Server
  let port: number
  let seen: { readonly [name: string]: unknown } = {}
  before(async () => {
    server = createServer((request, response) => {
      seen = { ...request.headers, url: request.url }
      if (request.url === '/slow') return
      response.writeHead(Number(/\d+/.exec(request.url ?? '')?.[0] ?? 200)).end('x'.repeat(20_000))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const get = (path: string, timeoutMs = 2_000): ReturnType<typeof httpAttempt> => httpAttempt({ port, path, httpHeaders: [{ name: 'X-Test', value: 'yes' }] }, port, '127.0.0.1', timeoutMs)

  it('takes 200 to 399 for success', async () => {
    deepEqual([(await get('/200')).ok, (await get('/302')).ok, (await get('/404')).ok], [true, true, false])
    equal((await get('/503')).message, 'HTTP probe failed with statuscode: 503')
  })
  it('says who it is and sends the probe\'s headers', async () => {
    await get('path')
    deepEqual([seen['user-agent'], seen['x-test'], seen['url']], ['kube-probe/1.32', 'yes', '/path'])
  })
  it('gives up in time', async () => match((await get('/slow', 50)).message, /deadline exceeded/))
  it('opens connections', async () => {
    equal((await tcpAttempt(port, '127.0.0.1', 1_000)).ok, true)
    match((await tcpAttempt(1, '127.0.0.1', 1_000)).message, /dial tcp 127\.0\.0\.1:1/)
  })
  it('asks gRPC health services', async () => {
    const h2 = createHttp2()
    let status = 1
    h2.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, status]))
    })
    await new Promise<void>((resolve) => h2.listen(0, '127.0.0.1', resolve))
    const address: AddressInfo | string | null = h2.address()
    const at = typeof address === 'object' && address !== null ? address.port : 0
    equal((await grpcAttempt({ port: at }, '127.0.0.1', 1_000)).ok, true)
    status = 2
    equal((await grpcAttempt({ port: at, service: 'x' }, '127.0.0.1', 1_000)).message, 'service unhealthy')
    h2.close()
  })
  it('finds ports by name', () => {
    const container = named('a', { ports: [{ name: 'http', containerPort: 8080 }] })
    deepEqual(['http', '90', 70, 'none'].map((each) => portNumber(container, each)), [8080, 90, 70, undefined])
  })
})
