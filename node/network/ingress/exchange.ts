// One request and its answer as the Ingress proxy sees them, whatever version of HTTP the client speaks: who asks for what, the
// body as it comes, and the way back. Bodies and trailers flow in both directions at once. It knows no backend.
// Sources: RFC 9110 (messages), RFC 9113 section 8 (how HTTP/2 carries them).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Readable, Writable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ClientFacts } from './forwarding.ts'
import { pairsOf, valuesOf } from './forwarding.ts'

/** Names and values in turn, as they came. */
export type Fields = readonly string[]

export interface Exchange {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** The request's headers, framing included, as version 1.1 writes them. */
  readonly headers: Fields
  readonly client: ClientFacts
  readonly body: Readable
  /** Whether a body may come. */
  readonly hasBody: boolean
  /** What the client sent behind its body; complete once that has ended. */
  trailers(): Fields
  /** Where the body of the answer goes after `begin`. */
  readonly answer: Writable
  readonly isBegun: boolean
  /** The client has gone, or has its whole answer. */
  readonly isOver: boolean
  /** False when these headers cannot be written in the client's version: then nothing was, and another answer may begin. */
  begin(status: number, message: string, headers: Fields, hasBody: boolean): boolean
  /** The answer is whole. */
  end(trailers: Fields): void
  /** Breaks the answer off, so that it cannot look whole. */
  abort(): void
  /** Told once when the exchange is over, in whatever way. */
  onOver(listener: () => void): void
}

const bare = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '')

/** A request of HTTP/1.1, as node:http reads it. */
export class Exchange1 implements Exchange {
  readonly method: string
  readonly target: string
  readonly headers: Fields
  readonly client: ClientFacts
  readonly body: IncomingMessage
  readonly answer: ServerResponse

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.body = incoming
    this.answer = outgoing
    this.method = incoming.method ?? 'GET'
    this.target = incoming.url ?? '/'
    this.headers = incoming.rawHeaders
    this.client = clientOf(incoming)
  }

  get hasBody(): boolean {
    const { headers } = this.body
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  }

  get isBegun(): boolean {
    return this.answer.headersSent
  }

  get isOver(): boolean {
    return this.answer.destroyed
  }

  trailers(): Fields {
    return this.body.rawTrailers
  }

  begin(status: number, message: string, headers: Fields): boolean {
    return isWritten(() => this.answer.writeHead(status, message, [...headers]))
  }

  end(trailers: Fields): void {
    if (trailers.length === 0 || isWritten(() => this.answer.addTrailers(pairsOf(trailers)))) this.answer.end()
    else this.abort()
  }

  abort(): void {
    this.answer.destroy()
  }

  onOver(listener: () => void): void {
    this.answer.once('close', listener)
  }
}

/** What is known of the connection of a request of HTTP/1.1. */
export function clientOf({ socket, headers }: IncomingMessage): ClientFacts {
  return { address: bare(socket.remoteAddress), isEncrypted: socket instanceof TLSSocket, host: headers.host ?? '', port: socket.localPort ?? 0 }
}

/** The headers of HTTP/2 as version 1.1 writes them: a host, one cookie, and chunks for a body of unknown length. */
function asVersion1(raw: Fields, host: string, hasBody: boolean): Fields {
  const own = pairsOf(raw).filter(([name]) => !name.startsWith(':') && name !== 'host' && name !== 'cookie').flat()
  const cookies = valuesOf(raw, 'cookie')
  const isChunked = hasBody && valuesOf(raw, 'content-length').length === 0
  return ['host', host, ...own, ...(cookies.length === 0 ? [] : ['cookie', cookies.join('; ')]), ...(isChunked ? ['transfer-encoding', 'chunked'] : [])]
}

/** A stream of HTTP/2. */
export class Exchange2 implements Exchange {
  readonly method: string
  readonly target: string
  readonly headers: Fields
  readonly client: ClientFacts
  readonly answer: ServerHttp2Stream
  readonly hasBody: boolean
  #received: Fields = []
  #sent: Fields = []

  constructor(stream: ServerHttp2Stream, raw: Fields) {
    const first = (name: string): string | undefined => valuesOf(raw, name)[0]
    const host = first(':authority') ?? first('host') ?? ''
    const { remoteAddress, localPort } = stream.session?.socket ?? {}
    this.answer = stream
    this.method = first(':method') ?? 'GET'
    this.target = first(':path') ?? '/'
    this.hasBody = !stream.endAfterHeaders
    this.headers = asVersion1(raw, host, this.hasBody)
    this.client = { address: bare(remoteAddress), isEncrypted: stream.session?.encrypted === true, host, port: localPort ?? 0 }
    stream.on('trailers', (_, __, trailers) => (this.#received = trailers))
    stream.on('wantTrailers', () => {
      if (!isWritten(() => stream.sendTrailers(fieldsObject(this.#sent)))) this.abort()
    })
    if (first('expect')?.toLowerCase() === '100-continue') stream.additionalHeaders({ ':status': 100 })
  }

  get body(): ServerHttp2Stream {
    return this.answer
  }

  get isBegun(): boolean {
    return this.answer.headersSent
  }

  get isOver(): boolean {
    return this.answer.destroyed || this.answer.closed
  }

  trailers(): Fields {
    return this.#received
  }

  begin(status: number, _: string, headers: Fields, hasBody: boolean): boolean {
    if (this.isOver) return true
    const isBodiless = !hasBody || this.method === 'HEAD' || status === 204 || status === 304
    return isWritten(() => this.answer.respond([':status', String(status), ...headers], isBodiless ? { endStream: true } : { waitForTrailers: true }))
  }

  end(trailers: Fields): void {
    this.#sent = trailers
    this.answer.end()
  }

  abort(): void {
    this.answer.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  onOver(listener: () => void): void {
    this.answer.once('close', listener)
  }
}

/** node:http and node:http2 throw at what they cannot write: nobody may end the proxy of all others by two content types. */
export function isWritten(write: () => void): boolean {
  try {
    write()
    return true
  } catch {
    // The caller ends this one exchange.
    return false
  }
}

/** As node:http2 takes trailers: several values of a name in a list. */
export function fieldsObject(fields: Fields): { readonly [name: string]: string | string[] } {
  const object: { [name: string]: string | string[] } = Object.create(null)
  for (const [name, value] of pairsOf(fields)) {
    const key = name.toLowerCase()
    const before = object[key]
    object[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return object
}
