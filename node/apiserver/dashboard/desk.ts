// What is served under /dashboard/: the page's files, to everybody, and the session: begun with a service account's token, shown,
// and ended. All that the page shows and does goes through the API itself, with the rights of the session's user.
import { tokenIssuer } from '../../identity/tokens.ts'
import type { Tokens } from '../../identity/tokens.ts'
import type { Clock } from '../../base/clock.ts'
import { timestamp } from '../../base/clock.ts'
import type { Exchange, Headers } from '../http/exchange.ts'
import { maxSessionBodyBytes, maxSessionSeconds } from '../limits.ts'
import { PageFiles } from './files.ts'
import { isOwnPage, sessionCookie, sessionToken } from './session.ts'

export interface DeskDeps {
  readonly tokens: Tokens
  readonly clock: Clock
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

  constructor(deps: DeskDeps) {
    this.#deps = deps
  }

  /** Serves one request below /dashboard; answers the status. Rejects when the body is too large. */
  async serve(exchange: Exchange, path: string): Promise<number> {
    if (path === '/dashboard') return send(exchange, 308, { location: '/dashboard/' })
    if (path === '/dashboard/session') return this.#session(exchange)
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return say(exchange, 405, 'The dashboard\'s files are only read.')
    const file = this.#files.find(path === '/dashboard/' ? 'index.html' : path.slice('/dashboard/'.length))
    if (file === undefined) return say(exchange, 404, 'The dashboard has no such file.')
    const headers = { 'content-type': file.contentType, 'cache-control': 'no-cache', etag: file.etag, vary: 'Accept-Encoding' }
    if (exchange.headers['if-none-match'] === file.etag) return send(exchange, 304, headers)
    const zipped = /\bgzip\b/.test(String(exchange.headers['accept-encoding'] ?? ''))
    return send(exchange, 200, zipped ? { ...headers, 'content-encoding': 'gzip' } : headers, zipped ? file.gzipped : file.bytes)
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
    const token = tokenIn(await exchange.body(maxSessionBodyBytes))
    if (token === undefined) return say(exchange, 400, 'A sign-in sends {"token": "…"}.')
    return this.#show(exchange, token, true)
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

function tokenIn(bytes: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const token: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'token') : undefined
    // What a JSON web token is made of: nothing else can become part of a header.
    return typeof token === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.trim()) ? token.trim() : undefined
  } catch {
    // Whatever else was sent is no sign-in; the caller says so.
    return undefined
  }
}
