// The transport over the network, against a plain server of this process: answers, refusals, watches that come in pieces,
// and several addresses of which some are dead.
import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import { ApiError } from '../../../node/client/errors.ts'
import { createClient } from '../../../node/client/client.ts'
import { type HttpTransport, httpTransport } from '../../../node/client/http-transport.ts'
import { configMaps } from '../../../node/client/resource-types.ts'

describe('client / http transport', () => {
  let server: Server
  let transport: HttpTransport
  let answer: RequestListener
  const requests: string[] = []

  beforeEach(async () => {
    requests.length = 0
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`)
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    // Port 1 refuses: the first address is tried and left.
    transport = httpTransport({ servers: ['http://127.0.0.1:1', `http://127.0.0.1:${address.port}`], ca: '' })
  })

  afterEach(async () => {
    await transport.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('sends a write to the next address when the first refuses connections', async () => {
    answer = (request, response) => {
      assert.equal(request.headers['content-type'], 'application/json')
      response.end(JSON.stringify({ kind: 'ConfigMap', metadata: { name: 'a', resourceVersion: '7' } }))
    }
    const created = await createClient(transport).resource(configMaps).create({ metadata: { name: 'a', namespace: 'n' } })
    assert.equal(created.metadata.resourceVersion, '7')
    assert.deepEqual(requests, ['POST /api/v1/namespaces/n/configmaps'])
  })

  it('throws the Status of a refusal, and makes one of what is none', async () => {
    answer = (_, response) => response.writeHead(409).end(JSON.stringify({ kind: 'Status', code: 409, reason: 'Conflict', message: 'changed' }))
    await assert.rejects(transport.send({ method: 'GET', path: '/api' }), (error) => error instanceof ApiError && error.reason === 'Conflict' && error.message === 'changed')
    answer = (_, response) => response.writeHead(502).end('bad gateway')
    await assert.rejects(transport.send({ method: 'GET', path: '/api' }), (error) => error instanceof ApiError && error.code === 502 && error.message === 'bad gateway')
  })

  it('reads a watch in whatever pieces it comes, and ends with its Status', async () => {
    const lines = ['ADDED', 'MODIFIED'].map((type) => JSON.stringify({ type, object: { metadata: { name: 'ä' } } }))
    const last = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
    const bytes = Buffer.from(`${lines.join('\n')}\n${last}\n`)
    answer = (_, response) => {
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7))
      response.end()
    }
    const seen: string[] = []
    const watching = (async () => {
      for await (const event of transport.watch({ method: 'GET', path: '/w', query: { watch: 'true' } }, new AbortController().signal)) seen.push(`${event.type} ${event.object.metadata.name}`)
    })()
    await assert.rejects(watching, (error) => error instanceof ApiError && error.code === 410)
    assert.deepEqual(seen, ['ADDED ä', 'MODIFIED ä'])
    assert.deepEqual(requests, ['GET /w?watch=true'])
  })

  it('names all addresses when none answers', async () => {
    const lonely = httpTransport({ servers: ['http://127.0.0.1:1'], ca: '' })
    await assert.rejects(lonely.send({ method: 'GET', path: '/api' }), /no API server answered at http:\/\/127\.0\.0\.1:1/)
    await lonely.close()
  })
})
