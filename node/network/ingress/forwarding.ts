// The headers that travel through the Ingress proxy: those of one hop stay behind, and the backend learns who asked. What a
// client says of itself in these headers is not believed. Pure. Sources: RFC 9110, section 7.6.1; RFC 9113, section 8.2.2.

/** What is known of the client's connection. */
export interface ClientFacts {
  readonly address: string
  readonly isEncrypted: boolean
  /** As the client wrote it. */
  readonly host: string
  readonly port: number
}

const ofOneHop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'transfer-encoding', 'upgrade', 'expect', 'http2-settings'])
const ofProxies: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-real-ip'])

/** Names and values that come in turn, two by two. */
export function pairsOf(raw: readonly string[]): readonly [name: string, value: string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''])
}

/** All values of a name, which is given in lower case. */
export function valuesOf(raw: readonly string[], name: string): readonly string[] {
  let found: string[] | undefined
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const key = raw[at] ?? ''
    // Most names differ in length already; every request is read several times.
    if (key.length === name.length && key.toLowerCase() === name) (found ??= []).push(raw[at + 1] ?? '')
  }
  return found ?? none
}

const none: readonly string[] = []

/** Names that `Connection` declares to be of this hop, besides those that always are. */
function declared(raw: readonly string[]): ReadonlySet<string> {
  const values = valuesOf(raw, 'connection')
  if (values.every((value) => value === 'keep-alive' || value === 'close')) return ofOneHop
  return new Set([...values.flatMap((value) => value.toLowerCase().split(',')).map((name) => name.trim()), ...ofOneHop])
}

/** Whether a request names its host more than once and not always the same: two readers could take it for two hosts. */
export function namesTwoHosts(raw: readonly string[]): boolean {
  const hosts = valuesOf(raw, 'host')
  if (hosts.length > 1) return true
  const authority = valuesOf(raw, ':authority')[0]
  return authority !== undefined && hosts.some((host) => host !== authority)
}

/** Headers of a message for its next hop, names and values in turn, as they came, without those that are dropped. */
function kept(raw: readonly string[], dropped: ReadonlySet<string>): string[] {
  const hop = declared(raw)
  const left: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    const lower = name.toLowerCase()
    if (!hop.has(lower) && !dropped.has(lower) && !name.startsWith(':')) left.push(name, value)
  }
  return left
}

const nothing: ReadonlySet<string> = new Set()

/** Headers of a message for its next hop, names and values in turn, as they came. */
export const endToEnd = (raw: readonly string[]): string[] => kept(raw, nothing)

/** The headers that reach the backend whatever protocol it speaks. */
function forBackend(raw: readonly string[], client: ClientFacts): string[] {
  const headers = kept(raw, ofProxies)
  headers.push(
    'X-Forwarded-For', client.address, 'X-Real-IP', client.address, 'X-Forwarded-Proto', client.isEncrypted ? 'https' : 'http',
    'X-Forwarded-Host', client.host, 'X-Forwarded-Port', String(client.port),
  )
  return headers
}

/** Headers of a request for a backend of HTTP/1.1. `upgrade` is kept for what changes the protocol of the connection. */
export function requestHeaders(raw: readonly string[], client: ClientFacts, upgrade: string | undefined): string[] {
  const headers = forBackend(raw, client)
  // A body of unknown length keeps its framing: node:http writes it in chunks of its own.
  if (valuesOf(raw, 'transfer-encoding').some((value) => value.toLowerCase().includes('chunked'))) headers.push('Transfer-Encoding', 'chunked')
  if (upgrade !== undefined) headers.push('Connection', 'Upgrade', 'Upgrade', upgrade)
  return headers
}

/** Fields of a request for a backend of HTTP/2 without TLS. A client that takes trailers says so; gRPC demands it. */
export function requestFields(method: string, target: string, raw: readonly string[], client: ClientFacts): string[] {
  const fields = [':method', method, ':scheme', 'http', ':authority', client.host, ':path', target]
  for (const [name, value] of pairsOf(forBackend(raw, client))) if (name.toLowerCase() !== 'host') fields.push(name.toLowerCase(), value)
  if (valuesOf(raw, 'te').some((value) => value.toLowerCase().includes('trailers'))) fields.push('te', 'trailers')
  return fields
}
