// The sockets of the API server: TLS with client certificates that are asked for and not required, HTTP/2 and HTTP/1.1 on
// one port, and upgrades for streams. Stopping ends every connection at once.
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { cannotListen } from '../errors.ts'
import { exchangeOfHttp1, exchangeOfHttp2 } from './exchange.ts'
import type { Exchange } from './exchange.ts'

export interface ServingCertificate {
  /** PEM: the certificate and those that signed it. */
  readonly certificate: string
  readonly privateKey: string
  /** PEM of the authorities whose client certificates are believed. */
  readonly clientCa: string
}

export interface ListenerHandlers {
  readonly serve: (exchange: Exchange) => Promise<void>
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

export class Listener {
  readonly #server: Http2SecureServer
  readonly #sockets = new Set<Socket>()
  readonly #sessions = new Set<ServerHttp2Session>()

  constructor(serving: ServingCertificate, handlers: ListenerHandlers) {
    this.#server = createSecureServer({
      ...secureContext(serving), allowHTTP1: true, requestCert: true, rejectUnauthorized: false,
      maxSessionMemory: 64, settings: { maxConcurrentStreams: 250, initialWindowSize: 1 << 20 },
    })
    const server = this.#server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void handlers.serve(exchangeOfHttp1(request, response))
    })
    // Listening for `request` made Node add its compatibility layer for HTTP/2; streams are served directly instead.
    server.removeAllListeners('stream')
    server.on('stream', (stream, headers) => {
      void handlers.serve(exchangeOfHttp2(stream, headers))
    })
    server.on('upgrade', handlers.upgrade)
    server.on('connection', (socket: Socket) => this.#track(socket))
    server.on('secureConnection', (socket) => this.#track(socket))
    server.on('session', (session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session))
      session.on('error', () => session.destroy())
    })
    // Broken clients are their own trouble.
    server.on('tlsClientError', () => undefined)
    server.on('sessionError', () => undefined)
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  /** Begins to listen; answers the port. Throws `cannotListen`. */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = this.#server
      const failed = (error: Error): void => reject(cannotListen.make({ address, port, why: error.message }, error))
      server.once('error', failed)
      server.listen(port, address, () => {
        server.off('error', failed)
        const bound = server.address()
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
      })
    })
  }

  /** Takes another certificate for new connections. */
  renew(serving: ServingCertificate): void {
    this.#server.setSecureContext(secureContext(serving))
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      for (const session of this.#sessions) session.destroy()
      for (const socket of this.#sockets) socket.destroy()
      if (!this.#server.listening) resolve()
      else this.#server.close(() => resolve())
    })
  }
}

function secureContext(serving: ServingCertificate): { cert: string; key: string; ca: string; minVersion: 'TLSv1.2' } {
  return { cert: serving.certificate, key: serving.privateKey, ca: serving.clientCa, minVersion: 'TLSv1.2' }
}
