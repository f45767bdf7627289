// What is served under /dashboard/: the page's files, to everybody, and the session: begun with a service account's token or a
// one-time code, shown, and ended. Codes are for who shows a client certificate, so for a command and not for a browser. All that the page shows and does goes through the API itself, with the rights of the session's user.
import { tokenIssuer } from '../../identity/tokens.ts'
import type { Tokens } from '../../identity/tokens.ts'
import { authenticated } from '../../identity/users.ts'
import type { Clock } from '../../base/clock.ts'
import { timestamp } from '../../base/clock.ts'
import type { Exchange, Headers } from '../http/exchange.ts'
import { defaultSessionSeconds, maxSessionBodyBytes, maxSessionSeconds } from '../limits.ts'
import { OneTimeCodes } from './codes.ts'
import { PageFiles } from './files.ts'
import { isOwnPage, sessionCookie, sessionToken } from './session.ts'

export interface DeskDeps {
  readonly tokens: Tokens
  readonly clock: Clock
  /** A text that nobody can guess. */
  readonly secret: () => string
}

/** Nothing inline, nothing from other hosts, no frame around it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const guarded: Headers = {
  'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin',
}

/** Whether a path belongs to the dashboard. */
export const isDashboard = (path: string): boolean => path === '/dashboard' || path.startsWith('/dashboard/')

export class DashboardDesk {
  readonly #deps: DeskDeps
  readonly #files = new PageFiles()
  readonly #codes: OneTimeCodes

  constructor(deps: DeskDeps) {
    this.#deps = deps
    this.#codes = new OneTimeCodes(deps.clock, deps.secret)
  }

  /** Serves one request below /dashboard; answers the status. Rejects when the body is too large. */
  async serve(exchange: Exchange, path: string): Promise<number> {
    if (path === '/dashboard') return send(exchange, 308, { location: '/dashboard/' })
    if (path === '/dashboard/session') return this.#session(exchange)
    if (path === '/dashboard/code') return this.#code(exchange)
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return say(exchange, 405, 'The dashboard\'s files are only read.')
    const file = this.#files.find(path === '/dashboard/' ? 'index.html' : path.slice('/dashboard/'.length))
    if (file === undefined) return say(exchange, 404, 'The dashboard has no such file.')
    const headers = { 'content-type': file.contentType, 'cache-control': 'no-cache', etag: file.etag, vary: 'Accept-Encoding' }
    if (exchange.headers['if-none-match'] === file.etag) return send(exchange, 304, headers)
    const zipped = /\bgzip\b/.test(String(exchange.headers['accept-encoding'] ?? ''))
    return send(exchange, 200, zipped ? { ...headers, 'content-encoding': 'gzip' } : headers, zipped ? file.gzipped : file.bytes)
  }

  /** A one-time code for the holder of the connection's certificate, whose session ends before the certificate does. */
  async #code(exchange: Exchange): Promise<number> {
    const { certificate, headers, method } = exchange
    if (method !== 'POST') return say(exchange, 405, 'A code is asked for with POST.')
    // A page that makes a browser ask, with a certificate of the browser's, would not see the answer; it need not even ask.
    if (headers.origin !== undefined) return say(exchange, 403, 'A code is for a command, not for a page.')
    if (certificate === undefined || certificate.commonName === '') return say(exchange, 401, 'A code is given to who shows a client certificate.')
    const asked = Number(fieldIn(await exchange.body(maxSessionBodyBytes), 'ttlSeconds') ?? defaultSessionSeconds)
    const leftSeconds = Math.floor((certificate.expiresMs - this.#deps.clock.wallMs()) / 1000)
    const seconds = Math.min(Number.isInteger(asked) && asked > 0 ? asked : defaultSessionSeconds, maxSessionSeconds, leftSeconds)
    const code = this.#codes.give({ user: authenticated({ name: certificate.commonName, groups: certificate.organizations }), seconds })
    const body = { code, expires: timestamp(this.#deps.clock.wallMs() + seconds * 1000) }
    return send(exchange, 200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, Buffer.from(JSON.stringify(body)))
  }

  #session(exchange: Exchange): Promise<number> | number {
    switch (exchange.method) {
      case 'GET': return this.#show(exchange, sessionToken(exchange.headers))
      case 'POST': return isOwnPage(exchange.headers) ? this.#begin(exchange) : say(exchange, 403, 'Sign-in is for the dashboard\'s own page.')
      case 'DELETE': return isOwnPage(exchange.headers) ? send(exchange, 204, { 'set-cookie': sessionCookie('', 0) }) : say(exchange, 403, 'Signing out is for the dashboard\'s own page.')
      default: return say(exchange, 405, 'A session is begun, shown or ended.')
    }
  }

  async #begin(exchange: Exchange): Promise<number> {
    const sent = await exchange.body(maxSessionBodyBytes)
    const code = fieldIn(sent, 'code')
    if (typeof code === 'string') return this.#beginByCode(exchange, code)
    const token = fieldIn(sent, 'token')
    // What a JSON web token is made of: nothing else can become part of a header.
    if (typeof token !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.trim())) return say(exchange, 400, 'A sign-in sends {"token": "…"} or {"code": "…"}.')
    return this.#show(exchange, token.trim(), true)
  }

  async #beginByCode(exchange: Exchange, code: string): Promise<number> {
    const coming = this.#codes.take(code)
    if (coming === undefined) return say(exchange, 401, 'This address has been used or is older than a minute. `shoal dashboard` makes another.')
    const issued = await this.#deps.tokens.issueSession(coming.user, coming.seconds)
    return issued === undefined ? say(exchange, 503, 'No peer can sign a session now; the cluster may be without a majority.') : this.#show(exchange, issued.token, true)
  }

  /** Who the token stands for and how long; with `begin` the cookie goes along. */
  async #show(exchange: Exchange, token: string | undefined, begin = false): Promise<number> {
    const found = token === undefined ? undefined : await this.#deps.tokens.verify(token, [tokenIssuer])
    if (token === undefined || found === undefined) {
      const ended = token === undefined ? {} : { 'set-cookie': sessionCookie('', 0) }
      return say(exchange, 401, begin ? 'This token is not valid, or not any more.' : 'Nobody is signed in, or the session has expired.', ended)
    }
    const lifeMs = Math.min(found.expiresMs - this.#deps.clock.wallMs(), maxSessionSeconds * 1000)
    const body = { user: found.user.name, expires: timestamp(this.#deps.clock.wallMs() + lifeMs), lifeMs }
    const cookie = begin ? { 'set-cookie': sessionCookie(token, Math.floor(lifeMs / 1000)) } : {}
    return send(exchange, 200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...cookie }, Buffer.from(JSON.stringify(body)))
  }
}

function send(exchange: Exchange, code: number, headers: Headers, bytes: Uint8Array = new Uint8Array()): number {
  exchange.respond(code, { ...guarded, ...headers }, [bytes])
  return code
}

const say = (exchange: Exchange, code: number, message: string, headers: Headers = {}): number =>
  send(exchange, code, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, Buffer.from(JSON.stringify({ message })))

function fieldIn(bytes: Uint8Array, name: string): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  } catch {
    // Whatever else was sent has no such field; the caller says so.
    return undefined
  }
}
