// One HTTP exchange, the same over HTTP/1.1 and HTTP/2: what the client sent, and how to answer. HTTP/2 is served from stream
// events, which is half again as fast as Node's compatibility layer. Nothing here knows of Kubernetes.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders as Http2Headers, ServerHttp2Stream } from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { ClientCertificate } from '../../identity/authentication.ts'

export type Headers = { readonly [name: string]: string | readonly string[] }

/** The body was larger than the limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** The client closed its connection or reset its stream. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** What resets a stream whose answer cannot be finished. */
class AnswerCutOff extends Error {
  override readonly name = 'AnswerCutOff'
}

export interface Exchange {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  readonly certificate: ClientCertificate | undefined
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  body(limitBytes: number): Promise<Uint8Array>
  /** The whole answer. Has one begun already, it is cut off: the client must not wait for the rest, nor take it for whole. */
  respond(code: number, headers: Headers, parts: readonly Uint8Array[]): void
  /** Begins an answer that is written in pieces. */
  begin(code: number, headers: Headers): Sink
}

/** Where the pieces of a long answer go. */
export interface Sink {
  /** Resolves when more may be written; false once the client is gone. */
  write(bytes: Uint8Array): Promise<boolean>
  end(): void
}

/** The reason of every abort by a client; made once, since each request ends with one. */
const clientGone = new ClientGone('the client is gone')

const certificates = new WeakMap<object, { readonly certificate: ClientCertificate | undefined }>()

/** The verified client certificate of a connection; read once per connection. */
export function clientCertificate(socket: TLSSocket): ClientCertificate | undefined {
  const known = certificates.get(socket)
  if (known !== undefined) return known.certificate
  const certificate = readCertificate(socket)
  certificates.set(socket, { certificate })
  return certificate
}

function readCertificate(socket: TLSSocket): ClientCertificate | undefined {
  if (!socket.authorized) return undefined
  const { subject, valid_to: validTo } = socket.getPeerCertificate()
  if (subject === undefined || typeof subject.CN !== 'string') return undefined
  const organizations: unknown = subject.O
  return { commonName: subject.CN, expiresMs: Date.parse(validTo), organizations: Array.isArray(organizations) ? organizations.map(String) : typeof organizations === 'string' ? [organizations] : [] }
}

/** An exchange over HTTP/1.1. */
export function exchangeOfHttp1(request: IncomingMessage, response: ServerResponse): Exchange {
  const gone = new AbortController()
  response.on('close', () => gone.abort(clientGone))
  response.on('error', () => gone.abort(clientGone))
  const socket = request.socket
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    certificate: isTls(socket) ? clientCertificate(socket) : undefined,
    signal: gone.signal,
    body: (limitBytes) => readAll(request, limitBytes),
    respond: (code, headers, parts) => {
      if (response.headersSent) {
        if (!response.writableEnded) response.destroy()
        return
      }
      if (response.destroyed) return
      response.writeHead(code, { ...mutable(headers), 'content-length': String(sizeOf(parts)) })
      if (request.method === 'HEAD') response.end()
      else response.end(parts.length === 1 ? parts[0] : Buffer.concat(parts))
    },
    begin: (code, headers) => {
      response.writeHead(code, mutable(headers))
      response.flushHeaders()
      return sinkOf(response)
    },
  }
}

/** An exchange over a stream of HTTP/2. */
export function exchangeOfHttp2(stream: ServerHttp2Stream, headers: Http2Headers): Exchange {
  const gone = new AbortController()
  stream.on('close', () => gone.abort(clientGone))
  // A reset by the client is an end like any other.
  stream.on('error', () => gone.abort(clientGone))
  const socket = stream.session?.socket
  return {
    method: headers[':method'] ?? 'GET',
    target: headers[':path'] ?? '/',
    headers,
    certificate: socket !== undefined && isTls(socket) ? clientCertificate(socket) : undefined,
    signal: gone.signal,
    body: (limitBytes) => readAll(stream, limitBytes),
    respond: (code, given, parts) => {
      if (stream.headersSent) {
        if (!stream.writableEnded) stream.destroy(new AnswerCutOff('the answer failed after it had begun'))
        return
      }
      if (stream.destroyed) return
      stream.respond({ ':status': code, ...mutable(given), 'content-length': String(sizeOf(parts)) })
      if (headers[':method'] === 'HEAD') stream.end()
      else stream.end(parts.length === 1 ? parts[0] : Buffer.concat(parts))
    },
    begin: (code, given) => {
      if (!stream.destroyed) stream.respond({ ':status': code, ...mutable(given) })
      return sinkOf(stream)
    },
  }
}

/** Asked by reading, not by `in`: the socket of an HTTP/2 session is a proxy. */
function isTls(socket: object): socket is TLSSocket {
  return typeof Reflect.get(socket, 'getPeerCertificate') === 'function'
}

const mutable = (headers: Headers): { [name: string]: string | string[] } =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]))

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

async function readAll(source: Readable, limitBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk)
    sizeBytes += bytes.length
    // What comes beyond the limit is read and dropped, so that the client gets to see the answer.
    if (sizeBytes <= limitBytes) chunks.push(bytes)
    else if (sizeBytes > limitBytes * 4) break
  }
  if (sizeBytes > limitBytes) throw new BodyTooLarge()
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

function sinkOf(target: Writable): Sink {
  return {
    write: (bytes) => new Promise((resolve) => {
      if (target.destroyed || target.writableEnded) {
        resolve(false)
        return
      }
      if (target.write(bytes)) {
        resolve(true)
        return
      }
      const done = (more: boolean) => (): void => {
        target.off('drain', drained)
        target.off('close', closed)
        resolve(more)
      }
      const drained = done(true)
      const closed = done(false)
      target.on('drain', drained)
      target.on('close', closed)
    }),
    end: () => {
      if (!target.destroyed) target.end()
    },
  }
}
