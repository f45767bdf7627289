// The session of a browser: a service account's token in a cookie that scripts cannot read. Nothing is kept on the server, so
// every peer takes it, a restart ends no session, and one whose account is deleted ends at once. A cookie is sent by the browser
// whoever caused the request; so it counts only for requests that came from the dashboard's own pages.
// Source: RFC 6265bis (`__Host-`, SameSite); W3C Fetch Metadata; RFC 6455, 10.2.
import type { IncomingHttpHeaders } from 'node:http'
import type { RequestInfo } from '../request-info.ts'
import { forbiddenPath } from '../status.ts'

/** With this prefix browsers accept it over TLS only, for this host only, and for all its paths. */
const cookieName = '__Host-shoal'

/** The token of the session's cookie, or undefined when there is none. */
export function sessionToken(headers: IncomingHttpHeaders): string | undefined {
  const found = (headers.cookie ?? '').split(';').map((one) => one.trim()).find((one) => one.startsWith(`${cookieName}=`))
  const token = found?.slice(cookieName.length + 1) ?? ''
  return token === '' ? undefined : token
}

/** The header that begins a session of so many seconds, or ends it with 0. */
export function sessionCookie(token: string, lifeSeconds: number): string {
  return `${cookieName}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${lifeSeconds}`
}

/** Whether the browser says that a page of this very address sent the request, and not a link or another page. */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const host = headers.host ?? headers[':authority']
  if (headers.origin !== undefined) return typeof host === 'string' && headers.origin === `https://${host}`
  return headers['sec-fetch-site'] === 'same-origin' && headers['sec-fetch-mode'] !== 'navigate'
}

/**
 * The credentials of a request by a session, as an Authorization header; the header that was sent comes first.
 * Throws 403 when the request came from elsewhere.
 */
export function sessionAuthorization(headers: IncomingHttpHeaders, path: string): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization
  const token = sessionToken(headers)
  if (token === undefined) return undefined
  if (!isOwnPage(headers)) throw forbiddenPath(`a session of the dashboard is for the dashboard's own pages; ${JSON.stringify(path)} was asked for from elsewhere`)
  return `Bearer ${token}`
}

/** Throws 403 for what a session may not reach: a proxied page would run its scripts as the dashboard. */
export function refuseProxied(headers: IncomingHttpHeaders, info: RequestInfo): void {
  if (headers.authorization !== undefined || sessionToken(headers) === undefined) return
  if (info.kind === 'resource' && (info.subresource === 'proxy' || info.verb === 'proxy')) throw forbiddenPath('the proxy to Pods and Services is not for sessions of the dashboard')
}
