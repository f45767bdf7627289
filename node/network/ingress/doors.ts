// Where clients come in: port 80 for HTTP/1.1, and port 443 for TLS, where a client chooses HTTP/2 or 1.1 by ALPN and is shown
// the certificate of the name that it asks for. What a client may take is bounded here: headers, streams, resets, time.
// It hands each request on as an exchange and finds no routes.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttp2Server, type Http2Server } from 'node:http2'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, createServer as createTlsServer, type SecureContext, type Server as TlsServer } from 'node:tls'
import { ingressConnections, ingressHeaderBytes, ingressResetBurst, ingressResetsPerSecond, ingressStreams } from '../limits.ts'
import { type Exchange, Exchange1, Exchange2, type Fields } from './exchange.ts'
import { findCertificate, hostName, type ServedCertificate } from './routing.ts'
import type { IngressTimes } from './times.ts'

/** Ports to listen on; 0 takes a free one. */
export interface IngressPorts {
  readonly http: number
  readonly https: number
}

/** Whom the doors tell. */
export interface DoorKeeper {
  /** A request; `raw` are its fields as the client wrote them. */
  asked(exchange: Exchange, raw: Fields): void
  /** A connection that is to change its protocol. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void
  /** A certificate cannot be shown. */
  broken(hosts: readonly string[], reason: string): void
}

/** Listens on a port of all addresses; rejects when it is taken. */
function listen(server: NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function createPlain(keeper: DoorKeeper, times: IngressTimes): Server {
  const server = createServer({
    maxHeaderSize: ingressHeaderBytes, headersTimeout: times.headersMs, requestTimeout: times.requestMs, keepAliveTimeout: times.idleMs,
    connectionsCheckingInterval: times.checkEveryMs, insecureHTTPParser: false, requireHostHeader: true,
  })
  // A client that does not take what it asked for.
  server.timeout = times.requestMs
  server.on('request', (incoming, outgoing) => keeper.asked(new Exchange1(incoming, outgoing), incoming.rawHeaders))
  server.on('upgrade', (incoming, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    keeper.upgrade(incoming, socket, head)
  })
  return server
}

function createMultiplexed(keeper: DoorKeeper, times: IngressTimes): Http2Server {
  const server = createHttp2Server({
    settings: { maxConcurrentStreams: ingressStreams, maxHeaderListSize: ingressHeaderBytes }, streamResetBurst: ingressResetBurst, streamResetRate: ingressResetsPerSecond,
  })
  server.on('session', (session) => {
    // In this time nothing moved, in neither direction.
    session.setTimeout(times.idleMs, () => session.destroy())
    // Every error closes the connection; whose fault it was does not matter here.
    session.on('error', () => session.destroy())
  })
  server.on('stream', (stream, _, __, raw) => {
    stream.on('error', () => stream.destroy())
    keeper.asked(new Exchange2(stream, raw), raw)
  })
  return server
}

export class Doors {
  readonly #keeper: DoorKeeper
  readonly #plain: Server
  readonly #multiplexed: Http2Server
  readonly #secure: TlsServer
  /** Connections that came in by TLS, from the first byte on. */
  readonly #encrypted = new Set<Socket>()
  #certificates: readonly ServedCertificate[] = []
  #contexts = new Map<string, SecureContext>()

  constructor(keeper: DoorKeeper, times: IngressTimes) {
    this.#keeper = keeper
    this.#plain = createPlain(keeper, times)
    this.#multiplexed = createMultiplexed(keeper, times)
    this.#secure = createTlsServer({
      ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: times.headersMs,
      SNICallback: (name, done) => done(null, this.#context(name)),
    }, (socket) => void (socket.alpnProtocol === 'h2' ? this.#multiplexed : this.#plain).emit('connection', socket))
    // Not even the end of the time for it ends a handshake, unless it is ended here.
    this.#secure.on('tlsClientError', (_, socket) => void socket.destroy())
    this.#secure.on('connection', (socket: Socket) => {
      this.#encrypted.add(socket)
      socket.once('close', () => this.#encrypted.delete(socket))
    })
    for (const server of [this.#plain, this.#secure]) server.maxConnections = ingressConnections
  }

  /** Rejects when a port is taken. */
  async start(ports: IngressPorts): Promise<void> {
    await listen(this.#plain, ports.http)
    await listen(this.#secure, ports.https)
  }

  /** The ports that it listens on. */
  ports(): IngressPorts {
    const [http, https] = [this.#plain, this.#secure].map((server) => (server.address() as AddressInfo).port)
    return { http: http ?? 0, https: https ?? 0 }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#plain, this.#secure].map((server) => new Promise<void>((resolve) => {
      server.close(() => resolve())
      this.#plain.closeAllConnections()
      for (const socket of this.#encrypted) socket.destroy()
    })))
  }

  /** Shows these certificates from now on; those that cannot be used are told of and left out. */
  show(certificates: readonly ServedCertificate[]): void {
    const contexts = new Map<string, SecureContext>()
    this.#certificates = certificates.filter((served) => {
      const id = `${served.certificate}${served.key}`
      try {
        contexts.set(id, this.#contexts.get(id) ?? contexts.get(id) ?? createSecureContext({ cert: served.certificate, key: served.key, minVersion: 'TLSv1.2' }))
        return true
      } catch (error) {
        this.#keeper.broken(served.hosts, error instanceof Error ? error.message : String(error))
        return false
      }
    })
    this.#contexts = contexts
  }

  /** Without one the handshake is refused: no certificate of somebody else is shown. */
  #context(name: string): SecureContext | undefined {
    const served = findCertificate(this.#certificates, hostName(name))
    return served === undefined ? undefined : this.#contexts.get(`${served.certificate}${served.key}`)
  }
}
