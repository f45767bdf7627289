// The HTTP/2 connections to backends, one a backend, without TLS and with prior knowledge: the Service's port says so by its
// appProtocol. A connection that ends is made anew by the next request; one that its backend winds down takes no new ones.
// Source: RFC 9113, section 3.3; Kubernetes documentation, Service, "Application protocol".
import { type ClientHttp2Session, connect } from 'node:http2'
import { ingressHeaderBytes } from '../limits.ts'
import type { Backend } from '../proxy/model.ts'
import type { IngressTimes } from './times.ts'

export class Http2Sessions {
  /** Those that take requests, by `address:port`. */
  readonly #sessions = new Map<string, ClientHttp2Session>()
  /** These and those that only finish what is under way. */
  readonly #open = new Set<ClientHttp2Session>()
  readonly #times: IngressTimes

  constructor(times: IngressTimes) {
    this.#times = times
  }

  /** Calls back with a connection that takes requests, at once where there is one; with undefined when the backend refuses. */
  open(backend: Backend, opened: (session: ClientHttp2Session | undefined) => void): void {
    const key = `${backend.address}:${backend.port}`
    const session = this.#sessions.get(key) ?? this.#begin(key)
    if (!session.connecting) return opened(session)
    let isTold = false
    const tell = (result: ClientHttp2Session | undefined): void => {
      if (isTold) return
      isTold = true
      opened(result)
    }
    session.once('connect', () => tell(session))
    session.once('close', () => tell(undefined))
  }

  /** Winds down the connections to all others than these (`address:port`). */
  keepOnly(backends: ReadonlySet<string>): void {
    for (const [key, session] of this.#sessions) {
      if (backends.has(key)) continue
      this.#sessions.delete(key)
      session.close()
    }
  }

  stop(): void {
    for (const session of this.#open) session.destroy()
  }

  #begin(key: string): ClientHttp2Session {
    const session = connect(`http://${key}`, { settings: { enablePush: false, maxHeaderListSize: ingressHeaderBytes } })
    const forget = (): void => {
      if (this.#sessions.get(key) === session) this.#sessions.delete(key)
    }
    const timer = setTimeout(() => session.destroy(), this.#times.connectMs)
    session.once('connect', () => clearTimeout(timer))
    session.setTimeout(this.#times.idleMs, () => {
      forget()
      session.close()
    })
    session.on('goaway', forget)
    // Every error closes the connection, and its closing is what is acted on.
    session.on('error', () => session.destroy())
    session.once('close', () => {
      clearTimeout(timer)
      forget()
      this.#open.delete(session)
    })
    this.#sessions.set(key, session)
    this.#open.add(session)
    return session
  }
}
