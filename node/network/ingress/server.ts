// The HTTP and HTTPS reverse proxy of Ingress: finds the route, asks a backend, and passes bodies on as they come in both
// directions. A backend that refuses the connection is passed over for another, before anything was sent. Framing is never
// passed through: node:http reads each message strictly and writes it anew, so that no two readers can disagree.
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Backend } from '../proxy/model.ts'
import {
  ingressAnswerTimeoutMs, ingressConnections, ingressConnectTimeoutMs, ingressHeaderBytes, ingressHeadersTimeoutMs, ingressIdleTimeoutMs, ingressRequestTimeoutMs, ingressTries,
} from '../limits.ts'
import { endToEnd, namesTwoHosts, requestHeaders } from './forwarding.ts'
import { findCertificate, findRoute, hostName, indexRoutes, type Route, type RouteIndex, type RouteTable, type ServedCertificate } from './routing.ts'

/** Ports to listen on; 0 takes a free one. */
export interface IngressPorts {
  readonly http: number
  readonly https: number
}

/** What went wrong with a connection to a backend. */
type BackendFailure = 'refused' | 'broken' | 'silent'

const limits = {
  maxHeaderSize: ingressHeaderBytes, headersTimeout: ingressHeadersTimeoutMs, requestTimeout: ingressRequestTimeoutMs, keepAliveTimeout: ingressIdleTimeoutMs,
  insecureHTTPParser: false, requireHostHeader: true,
}

/** Listens on a port of all addresses; rejects when it is taken. */
function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '0.0.0.0', () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

export class IngressServer {
  readonly #broken: (hosts: readonly string[], reason: string) => void
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 64, timeout: ingressAnswerTimeoutMs })
  readonly #servers: readonly [Server, Server]
  #index: RouteIndex = new Map()
  #certificates: readonly ServedCertificate[] = []
  #contexts = new Map<string, SecureContext>()
  /** The backend where the next request begins, so that all get their share. */
  #turn = 0

  /** `broken` is told of a certificate that cannot be shown. */
  constructor(broken: (hosts: readonly string[], reason: string) => void) {
    this.#broken = broken
    const secure = { ...limits, SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => done(null, this.#context(name)) }
    this.#servers = [createServer(limits), createSecureServer(secure)]
    for (const server of this.#servers) {
      server.maxConnections = ingressConnections
      server.on('request', (incoming, outgoing) => this.#answer(incoming, outgoing))
      server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head))
    }
  }

  /** Rejects when a port is taken. */
  async start(ports: IngressPorts): Promise<void> {
    const [plain, secure] = this.#servers
    await listen(plain, ports.http)
    await listen(secure, ports.https)
  }

  /** The ports that it listens on. */
  ports(): IngressPorts {
    const [http, https] = this.#servers.map((server) => (server.address() as AddressInfo).port)
    return { http: http ?? 0, https: https ?? 0 }
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await Promise.all(this.#servers.map((server) => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })))
  }

  /** Puts a table into force for what is asked from now on. */
  use(table: RouteTable): void {
    this.#index = indexRoutes(table.routes)
    const contexts = new Map<string, SecureContext>()
    this.#certificates = table.certificates.filter((served) => {
      const id = `${served.certificate}${served.key}`
      try {
        contexts.set(id, this.#contexts.get(id) ?? contexts.get(id) ?? createSecureContext({ cert: served.certificate, key: served.key, minVersion: 'TLSv1.2' }))
        return true
      } catch (error) {
        this.#broken(served.hosts, error instanceof Error ? error.message : String(error))
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

  #route(incoming: IncomingMessage): Route | undefined {
    return findRoute(this.#index, hostName(incoming.headers.host), incoming.url ?? '/')
  }

  /** The backends in the order in which this request tries them. */
  #order(backends: readonly Backend[]): readonly Backend[] {
    const start = this.#turn++ % Math.max(1, backends.length)
    return [...backends.slice(start), ...backends.slice(0, start)].slice(0, ingressTries)
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (namesTwoHosts(incoming.rawHeaders)) return refuse(outgoing, 400, 'The request names more than one host.')
    const route = this.#route(incoming)
    if (route === undefined) refuse(outgoing, 404, 'No rule of an Ingress is for this host and path.')
    else if (route.backends.length === 0) refuse(outgoing, 503, `The Service ${route.service} has no endpoint that is ready.`)
    else this.#try(incoming, outgoing, route, this.#order(route.backends))
  }

  #try(incoming: IncomingMessage, outgoing: ServerResponse, route: Route, [backend, ...others]: readonly Backend[]): void {
    if (backend === undefined) return refuse(outgoing, 502, `No endpoint of the Service ${route.service} accepts connections.`)
    const upstream = this.#connect(incoming, backend, undefined, () => incoming.pipe(upstream), (failure) => {
      if (outgoing.destroyed) return
      if (failure === 'refused') return this.#try(incoming, outgoing, route, others)
      if (outgoing.headersSent) return void outgoing.destroy()
      refuse(outgoing, failure === 'silent' ? 504 : 502, failure === 'silent' ? `The Service ${route.service} did not answer in time.` : `The Service ${route.service} broke the connection off.`)
    })
    // A client that goes away takes its request with it.
    outgoing.once('close', () => upstream.destroy())
    upstream.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', [...endToEnd(answer.rawHeaders)])
      answer.pipe(outgoing)
      // An answer that ends too early must not look whole.
      answer.once('aborted', () => outgoing.destroy())
    })
  }

  /** A request to a backend: `connected` once its socket is there, so that what was not sent can be sent to another. */
  #connect(incoming: IncomingMessage, backend: Backend, upgrade: string | undefined, connected: () => void, failed: (failure: BackendFailure) => void) {
    const { socket } = incoming
    const isEncrypted = socket instanceof TLSSocket
    const client = { address: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''), isEncrypted, host: incoming.headers.host ?? '', port: socket.localPort ?? 0 }
    const upstream = request({
      host: backend.address, port: backend.port, method: incoming.method ?? 'GET', path: incoming.url ?? '/', setHost: false,
      headers: [...requestHeaders(incoming.rawHeaders, client, upgrade)], ...(upgrade === undefined ? { agent: this.#agent } : { agent: false }),
    })
    let isConnected = false
    let isSilent = false
    const timer = setTimeout(() => upstream.destroy(), ingressConnectTimeoutMs)
    const ready = (): void => {
      clearTimeout(timer)
      isConnected = true
      connected()
    }
    upstream.once('socket', (own: Socket) => (own.connecting ? own.once('connect', ready) : ready()))
    upstream.setTimeout(ingressAnswerTimeoutMs, () => {
      isSilent = true
      upstream.destroy()
    })
    upstream.once('close', () => clearTimeout(timer))
    upstream.once('error', () => {
      // A kept connection that its other end had closed meanwhile: nothing of this request was read.
      const isStale = upstream.reusedSocket && ['GET', 'HEAD', 'OPTIONS'].includes(incoming.method ?? '')
      failed(isSilent ? 'silent' : !isConnected || isStale ? 'refused' : 'broken')
    })
    return upstream
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const route = this.#route(incoming)
    socket.on('error', () => socket.destroy())
    const protocol = incoming.headers.upgrade
    if (route === undefined || protocol === undefined || namesTwoHosts(incoming.rawHeaders)) return refuseSocket(socket, '404 Not Found')
    this.#tryUpgrade(incoming, socket, head, protocol, this.#order(route.backends))
  }

  #tryUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, protocol: string, [backend, ...others]: readonly Backend[]): void {
    if (backend === undefined) return refuseSocket(socket, '503 Service Unavailable')
    const upstream = this.#connect(incoming, backend, protocol, () => upstream.end(), (failure) => {
      if (failure === 'refused') this.#tryUpgrade(incoming, socket, head, protocol, others)
      else refuseSocket(socket, '502 Bad Gateway')
    })
    upstream.once('upgrade', (answer, own, ownHead) => {
      upstream.setTimeout(0)
      own.setTimeout(0)
      own.on('error', () => socket.destroy())
      own.once('close', () => socket.destroy())
      socket.once('close', () => own.destroy())
      socket.write(headOf(answer))
      if (ownHead.length > 0) socket.write(ownHead)
      if (head.length > 0) own.write(head)
      own.pipe(socket).pipe(own)
    })
    upstream.once('response', (answer) => {
      socket.write(headOf(answer, endToEnd(answer.rawHeaders)))
      answer.pipe(socket)
    })
  }
}

function headOf(answer: IncomingMessage, headers: readonly string[] = answer.rawHeaders): string {
  const lines = Array.from({ length: headers.length / 2 }, (_, i) => `${headers[2 * i] ?? ''}: ${headers[2 * i + 1] ?? ''}\r\n`)
  const isFinal = answer.statusCode !== 101
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n${lines.join('')}${isFinal ? 'Connection: close\r\n' : ''}\r\n`
}

function refuse(outgoing: ServerResponse, status: number, why: string): void {
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
  outgoing.end(`${why}\n`)
}

function refuseSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
