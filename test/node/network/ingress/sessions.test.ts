// gRPC through the proxy as its users have it: their client over TLS, their server behind a Service whose port says h2c. Calls of
// all four kinds, their statuses and metadata, cancellation, and another endpoint in place of one that refuses.
import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttp2Server, type Http2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type ClientDuplexStream, Client, credentials, Metadata, Server, ServerCredentials, type ServerDuplexStream, type ServerUnaryCall, type ServiceError, status } from '@grpc/grpc-js'
import { createAuthority, createPrivateKeyPem } from '../../../../node/identity/ca.ts'
import { createCsr, issueCertificate, servingRequest } from '../../../../node/identity/certificates.ts'
import { IngressServer } from '../../../../node/network/ingress/server.ts'

const bytes = (text: string): Buffer => Buffer.from(text)
const asIs = (value: Buffer): Buffer => value
const method = (name: string, requestStream: boolean, responseStream: boolean) =>
  ({ path: `/echo.Echo/${name}`, requestStream, responseStream, requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs })
const echo = { Say: method('Say', false, false), Talk: method('Talk', true, true) }

describe('network / ingress / sessions', () => {
  const seen: { cancelled: number; metadata: Metadata | undefined } = { cancelled: 0, metadata: undefined }
  let proxy: IngressServer
  let backend: Server
  let port = 0
  /** A port that nobody listens on. */
  let closed = 0
  let client: Client

  const use = (ports: readonly number[], isHttp2 = true): void => proxy.use({
    routes: [{ host: 'grpc.test', path: '/', match: 'prefix', isDefault: false, isHttp2, service: 'default/grpc', backends: ports.map((one) => ({ address: '127.0.0.1', port: one })) }],
    certificates: [certificate],
  })
  let certificate = { hosts: ['grpc.test'], certificate: '', key: '' }

  interface Said {
    readonly text: string
    readonly error: ServiceError | undefined
    readonly trailer: string | undefined
  }
  function say(text: string, metadata = new Metadata()): Promise<Said> {
    return new Promise((resolve) => {
      let trailer: string | undefined
      const call = client.makeUnaryRequest('/echo.Echo/Say', asIs, asIs, bytes(text), metadata, { deadline: Date.now() + 5_000 }, (error, answer) => {
        setImmediate(() => resolve({ text: answer?.toString() ?? '', error: error ?? undefined, trailer }))
      })
      call.on('status', (ended) => (trailer = ended.metadata.get('x-last')[0]?.toString()))
    })
  }
  const talk = (): ClientDuplexStream<Buffer, Buffer> => client.makeBidiStreamRequest('/echo.Echo/Talk', asIs, asIs, new Metadata())

  before(async () => {
    const authority = await createAuthority('test', Date.now())
    const key = createPrivateKeyPem()
    certificate = { hosts: ['grpc.test'], certificate: await issueCertificate(authority, servingRequest('grpc.test', ['127.0.0.1'], await createCsr(key)), Date.now()), key }
    backend = new Server()
    backend.addService(echo, {
      Say: (call: ServerUnaryCall<Buffer, Buffer>, done: (error: Partial<ServiceError> | null, answer?: Buffer, trailer?: Metadata) => void) => {
        seen.metadata = call.metadata
        const trailer = new Metadata()
        trailer.set('x-last', 'word')
        if (call.request.toString() === 'wrong') done({ code: status.FAILED_PRECONDITION, details: 'not so' })
        else done(null, bytes(`heard ${call.request.toString()}`), trailer)
      },
      Talk: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (data: Buffer) => call.write(bytes(`heard ${data.length > 100 ? data.length : data.toString()}`)))
        call.on('end', () => call.end())
        call.on('cancelled', () => seen.cancelled++)
      },
    })
    port = await new Promise((resolve, reject) => backend.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error))))
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    closed = (gone.address() as AddressInfo).port
    gone.close()
    proxy = new IngressServer(() => undefined)
    await proxy.start({ http: 0, https: 0 })
    client = new Client(`127.0.0.1:${proxy.ports().https}`, credentials.createSsl(bytes(authority.certificate)), { 'grpc.ssl_target_name_override': 'grpc.test', 'grpc.default_authority': 'grpc.test' })
  })
  after(async () => {
    client.close()
    await proxy.stop()
    backend.forceShutdown()
  })

  it('a call, its metadata both ways, and who asked', async () => {
    use([port])
    const metadata = new Metadata()
    metadata.set('x-mine', 'yes')
    const said = await say('hello', metadata)
    deepEqual([said.text, said.error?.message, said.trailer], ['heard hello', undefined, 'word'])
    deepEqual(['x-mine', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'].map((name) => seen.metadata?.get(name)[0]), ['yes', '127.0.0.1', 'https', 'grpc.test'])
  })

  it('a status that is an error arrives as it was sent', async () => {
    use([port])
    const { error } = await say('wrong')
    deepEqual([error?.code, error?.details], [status.FAILED_PRECONDITION, 'not so'])
  })

  it('both sides speak while the call is open, and much', async () => {
    use([port])
    const call = talk()
    for (const word of ['one', 'two']) {
      call.write(bytes(word))
      const [data] = (await once(call, 'data')) as [Buffer]
      equal(data.toString(), `heard ${word}`)
    }
    let heard = 0
    call.on('data', () => heard++)
    for (let i = 0; i < 50; i++) call.write(Buffer.alloc(50_000, 'x'))
    call.end()
    const [ended] = (await once(call, 'status')) as [{ readonly code: number }]
    deepEqual([heard, ended.code], [50, status.OK])
  })

  it('a call that the client gives up ends at the backend', async () => {
    use([port])
    const call = talk()
    call.on('error', () => undefined)
    call.write(bytes('one'))
    await once(call, 'data')
    const before = seen.cancelled
    call.cancel()
    for (let round = 0; round < 500 && seen.cancelled === before; round++) await new Promise((resolve) => setTimeout(resolve, 10))
    equal(seen.cancelled, before + 1)
  })

  it('goes to another endpoint when one refuses, and is UNAVAILABLE when all do or none is there', async () => {
    use([closed, port])
    for (let i = 0; i < 4; i++) equal((await say(`${i}`)).text, `heard ${i}`)
    use([closed])
    equal((await say('x')).error?.code, status.UNAVAILABLE)
    use([])
    equal((await say('x')).error?.code, status.UNAVAILABLE)
  })

  it('makes a new connection after its backend wound the old one down', async () => {
    const sessions: Http2Session[] = []
    const short = createHttp2Server()
    short.on('session', (session) => void sessions.push(session))
    short.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 2, 104, 105]))
    })
    short.listen(0, '127.0.0.1')
    await once(short, 'listening')
    use([(short.address() as AddressInfo).port])
    try {
      for (let i = 0; i < 3; i++) {
        equal((await say('x')).text, 'hi')
        const session = sessions.at(-1)
        if (session === undefined) continue
        const ended = once(session, 'close')
        session.close()
        await ended
      }
      equal(sessions.length, 3)
    } finally {
      for (const session of sessions) session.destroy()
      use([])
      short.close()
    }
  })

  it('a backend that speaks no HTTP/2 is a broken one', async () => {
    const old = createServer((_, outgoing) => outgoing.end('x')).listen(0, '127.0.0.1')
    await once(old, 'listening')
    use([(old.address() as AddressInfo).port])
    const { error } = await say('x')
    equal(error?.code, status.UNAVAILABLE)
    match(error?.details ?? '', /502/)
    old.closeAllConnections()
    old.close()
  })
})
