// Clients of HTTP/2, chosen by ALPN, before a backend of HTTP/1.1; trailers through every combination; and clients that take more
// than their share: floods of headers and resets, more streams than allowed, and those that are slow.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpStatusHeader, type OutgoingHttpHeaders } from 'node:http2'
import { type AddressInfo, connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createAuthority } from '../../../../node/identity/ca.ts'
import { IngressServer } from '../../../../node/network/ingress/server.ts'
import { ingressTimes } from '../../../../node/network/ingress/times.ts'

const times = { ...ingressTimes, headersMs: 200, requestMs: 600, idleMs: 600, checkEveryMs: 20, answerMs: 2_000 }
type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader

interface Answer {
  readonly headers: Headers
  readonly body: string
  readonly trailers: IncomingHttpHeaders
}

describe('network / ingress / doors', () => {
  let proxy: IngressServer
  let impatient: IngressServer
  let backend: Server
  let session: ClientHttp2Session
  let held = 0
  /** Answers of the backend that were not taken to their end. */
  let cutOff = 0

  const closing = (one: EventEmitter): Promise<void> => new Promise((resolve) => void one.on('error', () => undefined).once('close', () => resolve()))
  async function until(what: () => boolean): Promise<void> {
    for (let round = 0; round < 500 && !what(); round++) await new Promise((resolve) => setTimeout(resolve, 10))
    ok(what())
  }
  const dial = (to: IngressServer): ClientHttp2Session => {
    const made = connect(`https://127.0.0.1:${to.ports().https}`, { servername: 'web.test', rejectUnauthorized: false })
    made.on('error', () => made.destroy())
    return made
  }
  const open = (headers: OutgoingHttpHeaders, on = session): ClientHttp2Stream => on.request({ ':authority': 'web.test', ...headers }, { endStream: headers[':method'] === undefined || headers[':method'] === 'HEAD' })
  async function read(stream: ClientHttp2Stream): Promise<Answer> {
    let body = ''
    let trailers: IncomingHttpHeaders = {}
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()))
    stream.on('trailers', (received) => (trailers = received))
    const [[headers]] = (await Promise.all([once(stream, 'response'), once(stream, 'close')])) as [[Headers], unknown[]]
    return { headers, body, trailers }
  }
  /** Bytes to the plain door, one after the other, until it closes the connection. */
  async function drip(text: string): Promise<void> {
    const socket = connectPlain(impatient.ports().http, '127.0.0.1')
    const gone = closing(socket.resume())
    socket.write(text)
    const timer = setInterval(() => socket.write('x'), 20)
    await gone
    clearInterval(timer)
  }

  before(async () => {
    const pair = await createAuthority('web.test', Date.now())
    backend = createServer((incoming, outgoing) => {
      if (incoming.url === '/hold') held++
      else if (incoming.url === '/empty') outgoing.writeHead(204).end()
      else if (incoming.url === '/big') {
        outgoing.once('close', () => (cutOff += outgoing.writableFinished ? 0 : 1))
        outgoing.end(Buffer.alloc(50_000_000, 'x'))
      }
      else if (incoming.url === '/trailers') {
        incoming.resume().on('end', () => {
          outgoing.writeHead(200, { trailer: 'x-sum' })
          outgoing.write('body')
          outgoing.addTrailers({ 'x-sum': `of ${incoming.trailers['x-given'] ?? 'nothing'}` })
          outgoing.end()
        })
      } else if (incoming.url === '/twice') outgoing.writeHead(200, ['content-type', 'text/html', 'content-type', 'text/plain']).end('two types')
      else if (incoming.url === '/echo') incoming.pipe(outgoing)
      else outgoing.end(JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers }))
    })
    backend.listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const [first, second] = [new IngressServer(() => undefined), new IngressServer(() => undefined, times)]
    proxy = first
    impatient = second
    for (const one of [proxy, impatient]) {
      await one.start({ http: 0, https: 0 })
      one.use({
        routes: [{ host: 'web.test', path: '/', match: 'prefix', isDefault: false, isHttp2: false, service: 'default/web', backends: [{ address: '127.0.0.1', port: (backend.address() as AddressInfo).port }] }],
        certificates: [{ hosts: ['web.test'], certificate: pair.certificate, key: pair.privateKey }],
      })
    }
    session = dial(proxy)
  })
  after(async () => {
    session.destroy()
    await Promise.all([proxy.stop(), impatient.stop()])
    backend.closeAllConnections()
    backend.close()
  })

  it('speaks the version that the client chooses', async () => {
    const chosen = await Promise.all([['h2', 'http/1.1'], ['http/1.1'], undefined].map(async (ALPNProtocols) => {
      const socket = connectTls({ host: '127.0.0.1', port: proxy.ports().https, servername: 'web.test', rejectUnauthorized: false, ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }) })
      await once(socket, 'secureConnect')
      const { alpnProtocol } = socket
      if (alpnProtocol !== 'h2') socket.write('GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n')
      const text = alpnProtocol === 'h2' ? '' : String((await once(socket, 'data'))[0]).slice(0, 12)
      socket.destroy()
      return [alpnProtocol, text]
    }))
    deepEqual(chosen, [['h2', ''], ['http/1.1', 'HTTP/1.1 200'], [false, 'HTTP/1.1 200']])
  })

  it('brings a request of version 2 to a backend of version 1.1, one cookie and all', async () => {
    const { headers, body } = await read(open({ ':path': '/a?b=c', cookie: ['a=1', 'b=2'], 'x-forwarded-for': '10.9.9.9', te: 'trailers' }))
    const seen = JSON.parse(body) as { readonly method: string; readonly url: string; readonly headers: { readonly [name: string]: string } }
    deepEqual([headers[':status'], seen.method, seen.url], [200, 'GET', '/a?b=c'])
    deepEqual(['host', 'cookie', 'x-forwarded-for', 'x-forwarded-proto', 'te', ':path'].map((name) => seen.headers[name]), ['web.test', 'a=1; b=2', '127.0.0.1', 'https', undefined, undefined])
    equal((await read(open({ ':authority': 'other.test' }))).headers[':status'], 404)
  })

  it('passes bodies on in both directions, and answers without one', async () => {
    const stream = open({ ':method': 'POST', ':path': '/echo' })
    const parts = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(20_000, '.'))
    for (const part of parts) stream.write(part)
    stream.end()
    equal((await read(stream)).body, parts.join(''))
    const [head, empty] = await Promise.all([read(open({ ':method': 'HEAD' })), read(open({ ':path': '/empty' }))])
    deepEqual([head.headers[':status'], head.body, empty.headers[':status'], empty.body], [200, '', 204, ''])
  })

  it('carries trailers both ways, for clients of both versions', async () => {
    const stream = open({ ':method': 'POST', ':path': '/trailers' })
    stream.write('x')
    stream.end()
    const answer = await read(stream)
    deepEqual([answer.body, answer.trailers['x-sum']], ['body', 'of nothing'])
    const outgoing = request({ host: '127.0.0.1', port: proxy.ports().http, method: 'POST', path: '/trailers', headers: { host: 'web.test', 'transfer-encoding': 'chunked', trailer: 'x-given' } })
    outgoing.write('x')
    outgoing.addTrailers({ 'x-given': 'this' })
    outgoing.end()
    const [old] = await once(outgoing, 'response')
    await once(old.resume(), 'end')
    deepEqual(old.trailers, { 'x-sum': 'of this' })
  })

  it('refuses what names two hosts, tunnels, and a flood of headers, and goes on with the connection', async () => {
    equal((await read(open({ host: 'other.test' }))).headers[':status'], 400)
    const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'web.test:443' })
    tunnel.end()
    equal((await read(tunnel)).headers[':status'], 405)
    const flood = open(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-flood-${i}`, 'x'.repeat(1000)])))
    await closing(flood)
    ok(flood.rstCode !== constants.NGHTTP2_NO_ERROR)
    equal((await read(open({}))).headers[':status'], 200)
  })

  it('answers 502 for headers of a backend that version 2 cannot carry, and goes on', async () => {
    const { headers, body } = await read(open({ ':path': '/twice' }))
    deepEqual([headers[':status'], body], [502, 'The Service default/web answered with headers that cannot be passed on.\n'])
    equal((await read(open({}))).headers[':status'], 200)
  })

  it('ends a connection that takes back request after request, and harms no other', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: proxy.ports().https, servername: 'web.test', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    await once(socket, 'secureConnect')
    const gone = closing(socket.resume())
    // RFC 9113: the preface, SETTINGS, then HEADERS and RST_STREAM for one stream after the other; the fields by HPACK's static table.
    const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
      const head = Buffer.alloc(9)
      head.writeUIntBE(payload.length, 0, 3)
      head.writeUInt8(type, 3)
      head.writeUInt8(flags, 4)
      head.writeUInt32BE(stream, 5)
      return Buffer.concat([head, payload])
    }
    const fields = Buffer.concat([Buffer.from([0x82, 0x84, 0x87, 0x41, 8]), Buffer.from('web.test')])
    const cancelled = Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL])
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))]))
    for (let stream = 1; stream < 4_000; stream += 2) socket.write(Buffer.concat([frame(1, 5, stream, fields), frame(3, 0, stream, cancelled)]))
    await gone
    equal((await read(open({}))).headers[':status'], 200)
  })

  it('keeps a client to the streams that it is allowed', async () => {
    const busy = dial(proxy)
    await once(busy, 'remoteSettings')
    equal(busy.remoteSettings.maxConcurrentStreams, 128)
    held = 0
    const streams = Array.from({ length: 200 }, () => open({ ':path': '/hold' }, busy))
    for (const stream of streams) stream.on('error', () => undefined)
    await until(() => held === 128)
    equal((await read(open({}))).headers[':status'], 200)
    busy.destroy()
  })

  it('does not wait long for slow clients', async () => {
    await drip('GET / HTTP/1.1\r\nHost: web.test\r\nX-Slow: ')
    await drip('POST /echo HTTP/1.1\r\nHost: web.test\r\nContent-Length: 1000\r\n\r\n')
    const mute = connectTls({ host: '127.0.0.1', port: impatient.ports().https, servername: 'web.test', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    await closing(mute.resume())
    await closing(connectPlain(impatient.ports().https, '127.0.0.1').resume())
  })

  it('lets go of a client that asks for much and takes nothing', async () => {
    const socket = connectPlain(impatient.ports().http, '127.0.0.1')
    const gone = closing(socket)
    socket.pause()
    socket.write('GET /big HTTP/1.1\r\nHost: web.test\r\n\r\n')
    const waiting = dial(impatient)
    const left = closing(waiting)
    open({ ':path': '/big' }, waiting).on('error', () => undefined)
    // The one is cut off as an idle connection, the other as one whose answer is not taken.
    await left
    await until(() => cutOff === 2)
    socket.resume()
    await gone
    ok(socket.bytesRead < 50_000_000, `${socket.bytesRead} bytes`)
  })
})
