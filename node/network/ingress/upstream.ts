// Requests to backends: over kept connections of HTTP/1.1, or as streams of one HTTP/2 connection a backend where the Service
// says so (sessions.ts). What was never sent counts as refused, so that it can go to another endpoint. It chooses no backend.
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Backend } from '../proxy/model.ts'
import { clientOf, type Exchange, type Fields, fieldsObject, isWritten } from './exchange.ts'
import { endToEnd, pairsOf, requestFields, requestHeaders, valuesOf } from './forwarding.ts'
import { Http2Sessions } from './sessions.ts'
import type { IngressTimes } from './times.ts'

/** Why a backend gave no answer: nothing was sent yet, it broke off, it said nothing, or the request cannot be sent to anybody. */
export type BackendFailure = 'refused' | 'broken' | 'silent' | 'unusable'

export interface BackendAnswer {
  readonly status: number
  readonly message: string
  readonly headers: Fields
  readonly body: Readable
  /** False when the headers end the answer, as gRPC ends calls that fail at once. */
  readonly hasBody: boolean
  /** Complete once the body has ended. */
  trailers(): Fields
}

/** Who waits for an answer. After `answered`, `failed` means that the body broke off. */
export interface Asker {
  answered(answer: BackendAnswer): void
  failed(failure: BackendFailure): void
}

/** Takes a request back. */
export type Cancel = () => void

/** Methods that may be sent again over another connection when a kept one turns out to be closed. RFC 9110, section 9.2.1. */
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export class Upstreams {
  readonly #times: IngressTimes
  readonly #agent: Agent
  readonly #sessions: Http2Sessions

  constructor(times: IngressTimes) {
    this.#times = times
    this.#agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: times.answerMs })
    this.#sessions = new Http2Sessions(times)
  }

  /** Sends the request of an exchange; `isHttp2` as the Service says. */
  ask(exchange: Exchange, backend: Backend, isHttp2: boolean, asker: Asker): Cancel {
    return isHttp2 ? this.#ask2(exchange, backend, asker) : this.#ask1(exchange, backend, asker)
  }

  /** Asks a backend to change the protocol of a connection. The listeners of the answer are the caller's. */
  upgrade(incoming: IncomingMessage, backend: Backend, protocol: string, failed: (failure: BackendFailure) => void): ClientRequest | undefined {
    const headers = requestHeaders(incoming.rawHeaders, clientOf(incoming), protocol)
    return this.#request({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers, agent: false }, backend, (upstream) => upstream.end(), failed)
  }

  /** Lets connections go whose backends are in no table any more; what is under way on them goes on. */
  keepOnly(backends: ReadonlySet<string>): void {
    this.#sessions.keepOnly(backends)
  }

  stop(): void {
    this.#agent.destroy()
    this.#sessions.stop()
  }

  #ask1(exchange: Exchange, backend: Backend, asker: Asker): Cancel {
    const headers = requestHeaders(exchange.headers, exchange.client, undefined)
    const send = (upstream: ClientRequest): void => {
      if (!exchange.hasBody) return void upstream.end()
      exchange.body.pipe(upstream, { end: false })
      exchange.body.once('end', () => {
        const trailers = endToEnd(exchange.trailers())
        if (trailers.length === 0 || isWritten(() => upstream.addTrailers(pairsOf(trailers)))) upstream.end()
        else upstream.destroy()
      })
    }
    const upstream = this.#request({ method: exchange.method, target: exchange.target, headers, agent: this.#agent }, backend, send, (failure) => {
      // A kept connection that its other end had closed meanwhile: nothing of this request was read.
      const isStale = upstream?.reusedSocket === true && failure === 'broken' && !exchange.hasBody && repeatable.has(exchange.method)
      asker.failed(isStale ? 'refused' : failure)
    })
    upstream?.once('response', (body) => {
      body.once('aborted', () => asker.failed('broken'))
      asker.answered({ status: body.statusCode ?? 502, message: body.statusMessage ?? '', headers: body.rawHeaders, body, hasBody: true, trailers: () => body.rawTrailers })
    })
    return () => upstream?.destroy()
  }

  /** A request of HTTP/1.1; `connected` once its socket is there, so that what was not sent can be sent to another. */
  #request(
    asked: { readonly method: string; readonly target: string; readonly headers: string[]; readonly agent: Agent | false },
    { address: host, port }: Backend, connected: (upstream: ClientRequest) => void, failed: (failure: BackendFailure) => void,
  ): ClientRequest | undefined {
    const { method, target: path, headers, agent } = asked
    let upstream: ClientRequest
    try {
      upstream = request({ host, port, method, path, setHost: false, headers, agent, timeout: this.#times.answerMs })
    } catch {
      // Characters that version 1.1 has no way to write.
      failed('unusable')
      return undefined
    }
    let isConnected = false
    let isSilent = false
    const ready = (): void => {
      isConnected = true
      connected(upstream)
    }
    upstream.once('socket', (own: Socket) => {
      if (!own.connecting) return ready()
      const timer = setTimeout(() => upstream.destroy(), this.#times.connectMs)
      upstream.once('close', () => clearTimeout(timer))
      own.once('connect', () => {
        clearTimeout(timer)
        ready()
      })
    })
    upstream.once('timeout', () => {
      isSilent = true
      upstream.destroy()
    })
    upstream.once('error', () => failed(isSilent ? 'silent' : isConnected ? 'broken' : 'refused'))
    return upstream
  }

  #ask2(exchange: Exchange, backend: Backend, asker: Asker): Cancel {
    let cancel: Cancel | undefined
    let isCancelled = false
    this.#sessions.open(backend, (session) => {
      if (session === undefined) return asker.failed('refused')
      if (isCancelled) return
      const fields = requestFields(exchange.method, exchange.target, exchange.headers, exchange.client)
      let stream
      try {
        stream = session.request(fields, exchange.hasBody ? { waitForTrailers: true } : { endStream: true })
      } catch {
        // Fields that HTTP/2 has no way to write, such as two content types.
        return asker.failed('unusable')
      }
      let [isWhole, isAnswered, isSilent] = [false, false, false]
      let trailers: Fields = []
      stream.setTimeout(this.#times.answerMs, () => {
        isSilent = true
        stream.close(constants.NGHTTP2_CANCEL)
      })
      stream.on('response', (_, flags, raw) => {
        isAnswered = true
        asker.answered({ status: Number(valuesOf(raw, ':status')[0] ?? 502), message: '', headers: raw, body: stream, hasBody: (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0, trailers: () => trailers })
      })
      stream.on('trailers', (_, __, raw) => (trailers = raw))
      stream.once('end', () => (isWhole = true))
      // What is wrong with a stream is told by its closing.
      stream.on('error', () => stream.destroy())
      stream.once('close', () => {
        if (isAnswered && isWhole) return
        const isRefused = !isAnswered && !exchange.hasBody && stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
        asker.failed(isSilent ? 'silent' : isRefused ? 'refused' : 'broken')
      })
      cancel = () => stream.close(constants.NGHTTP2_CANCEL)
      if (!exchange.hasBody) return
      stream.on('wantTrailers', () => {
        if (!isWritten(() => stream.sendTrailers(fieldsObject(endToEnd(exchange.trailers()))))) cancel?.()
      })
      exchange.body.pipe(stream, { end: false })
      exchange.body.once('end', () => stream.end())
    })
    return () => {
      isCancelled = true
      cancel?.()
    }
  }
}
