// The proxy over real sockets of this machine: backends that answer, refuse, stream and change the protocol; TLS by name; and
// clients that mean harm.
import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect as connectPlain, createServer as createNetServer } from 'node:net'
import { connect } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import { createAuthority } from '../../../../node/identity/ca.ts'
import { IngressServer } from '../../../../node/network/ingress/server.ts'
import { ingressTimes } from '../../../../node/network/ingress/times.ts'
import type { Route, ServedCertificate } from '../../../../node/network/ingress/routing.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: readonly string[]
}

describe('network / ingress / server', () => {
  const broken: (readonly string[])[] = []
  let proxy: IngressServer
  let backend: Server
  let sockets: WebSocketServer
  let agent: Agent
  /** A port that nobody listens on. */
  let closed = 0

  const portOf = (server: Server): number => (server.address() as AddressInfo).port
  const route = (host: string, ports: readonly number[]): Route => ({ host, path: '/', match: 'prefix', isDefault: false, isHttp2: false, service: 'default/web', backends: ports.map((port) => ({ address: '127.0.0.1', port })) })
  const use = (routes: readonly Route[], certificates: readonly ServedCertificate[] = []): void => proxy.use({ routes, certificates })

  function ask(host: string, options: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const read = (answer: IncomingMessage): void => {
        let body = ''
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
        answer.on('error', reject)
      }
      const outgoing = request({ host: '127.0.0.1', port: proxy.ports().http, method: options.method ?? 'GET', path: options.path ?? '/', headers: { host, ...options.headers }, agent }, read)
      outgoing.on('error', reject)
      for (const part of options.body ?? []) outgoing.write(part)
      outgoing.end()
    })
  }

  /** Bytes as they are, and all that comes back. */
  async function raw(text: string): Promise<string> {
    const socket = connectPlain(proxy.ports().http, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', () => socket.destroy())
    socket.write(text)
    await once(socket, 'close')
    return answer
  }

  before(async () => {
    agent = new Agent()
    backend = createServer((incoming, outgoing) => {
      if (incoming.url === '/break') {
        outgoing.writeHead(200, { 'content-length': '100' })
        outgoing.write('half')
        setImmediate(() => outgoing.destroy())
      } else if (incoming.url === '/echo') incoming.pipe(outgoing)
      else outgoing.end(JSON.stringify({ url: incoming.url, headers: incoming.headers }))
    })
    sockets = new WebSocketServer({ server: backend })
    sockets.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(`heard ${data.toString()}`)))
    backend.listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    closed = portOf(gone)
    gone.close()
    proxy = new IngressServer((hosts) => broken.push(hosts))
    await proxy.start({ http: 0, https: 0 })
  })
  after(async () => {
    agent.destroy()
    sockets.close()
    await proxy.stop()
    backend.closeAllConnections()
    backend.close()
  })

  it('answers by host name, says who asked, and 404 for what no rule names', async () => {
    use([route('web.test', [portOf(backend)])])
    const answer = await ask('web.test', { path: '/a?b=c', headers: { 'x-forwarded-for': '10.9.9.9' } })
    const seen = JSON.parse(answer.body) as { readonly url: string; readonly headers: { readonly [name: string]: string } }
    deepEqual([answer.status, seen.url, seen.headers['host'], seen.headers['x-forwarded-for'], seen.headers['x-forwarded-proto']], [200, '/a?b=c', 'web.test', '127.0.0.1', 'http'])
    equal((await ask('other.test')).status, 404)
  })
  it('503 without an endpoint, 502 when all refuse, and another endpoint when one does', async () => {
    use([route('none.test', []), route('gone.test', [closed]), route('half.test', [closed, portOf(backend)])])
    deepEqual([(await ask('none.test')).status, (await ask('gone.test')).status], [503, 502])
    for (let i = 0; i < 6; i++) equal((await ask('half.test', { method: 'POST', path: '/echo', body: ['once'] })).body, 'once')
  })
  it('504 when a backend says nothing for too long, in either protocol', async () => {
    const hasty = new IngressServer(() => undefined, { ...ingressTimes, answerMs: 100 })
    await hasty.start({ http: 0, https: 0 })
    const mute = createNetServer((socket) => void socket.on('error', () => socket.destroy()).resume()).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    hasty.use({ routes: [route('old.test', [port]), { ...route('new.test', [port]), isHttp2: true }], certificates: [] })
    const statuses = await Promise.all(['old.test', 'new.test'].map(async (host) => {
      const [answer] = (await once(request({ host: '127.0.0.1', port: hasty.ports().http, headers: { host } }).end(), 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    }))
    deepEqual(statuses, [504, 504])
    await hasty.stop()
    mute.close()
  })
  it('passes bodies on in both directions', async () => {
    use([route('web.test', [portOf(backend)])])
    const parts = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(20_000, '.'))
    equal((await ask('web.test', { method: 'POST', path: '/echo', body: parts })).body, parts.join(''))
  })
  it('an answer that breaks off does not look whole', async () => {
    use([route('web.test', [portOf(backend)])])
    equal(await ask('web.test', { path: '/break' }).then(() => 'whole', () => 'broken'), 'broken')
  })
  it('lets a connection become a WebSocket, on an endpoint that does not refuse', async () => {
    use([route('web.test', [closed, portOf(backend)])])
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.ports().http}/`, { headers: { host: 'web.test' } })
    await once(socket, 'open')
    socket.send('hello')
    const [data] = (await once(socket, 'message')) as [Buffer]
    equal(data.toString(), 'heard hello')
    socket.terminate()
  })
  it('refuses a request of two framings, one without a host or with two, and a flood of headers', async () => {
    use([route('web.test', [portOf(backend)])])
    match(await raw('POST /echo HTTP/1.1\r\nHost: web.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: web.test\r\n\r\n'), /^HTTP\/1\.1 400 /)
    match(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /)
    match(await raw('GET / HTTP/1.1\r\nHost: web.test\r\nHost: other.test\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /)
    match(await raw(`GET / HTTP/1.1\r\nHost: web.test\r\n${`X-Flood: ${'x'.repeat(1000)}\r\n`.repeat(60)}\r\n`), /^HTTP\/1\.1 431 /)
    equal((await ask('web.test')).status, 200)
  })
  it('shows each name its certificate, takes a new one at once, and a broken one harms nobody', async () => {
    const [one, two, three] = await Promise.all(['one', 'two', 'three'].map((name) => createAuthority(name, Date.now())))
    const served = (pair: typeof one, ...hosts: readonly string[]): ServedCertificate => ({ hosts, certificate: pair?.certificate ?? '', key: pair?.privateKey ?? '' })
    const shown = async (servername: string): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: proxy.ports().https, servername, rejectUnauthorized: false })
      try {
        await once(socket, 'secureConnect')
        return socket.getPeerX509Certificate()?.toString().replaceAll(/\s/g, '') ?? ''
      } catch {
        return 'refused'
      } finally {
        socket.destroy()
      }
    }
    const bare = (pair: typeof one): string => (pair?.certificate ?? '').replaceAll(/\s/g, '')
    use([route('a.test', [portOf(backend)])], [served(one, 'a.test'), served(two, '*.b.test'), { hosts: ['c.test'], certificate: 'no', key: 'no' }])
    deepEqual(broken.splice(0), [['c.test']])
    deepEqual(await Promise.all(['a.test', 'x.b.test', 'c.test', 'd.test'].map(shown)), [bare(one), bare(two), 'refused', 'refused'])
    use([route('a.test', [portOf(backend)])], [served(three, 'a.test')])
    deepEqual(await Promise.all(['a.test', 'x.b.test'].map(shown)), [bare(three), 'refused'])
  })
})
