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
export const valuesOf = (raw: readonly string[], name: string): readonly string[] => pairsOf(raw).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))

/** Names that `Connection` declares to be of this hop, besides those that always are. */
function declared(raw: readonly string[]): ReadonlySet<string> {
  const named = valuesOf(raw, 'connection').flatMap((value) => value.toLowerCase().split(',')).map((name) => name.trim())
  return named.every((name) => ofOneHop.has(name) || name === 'close') ? ofOneHop : new Set([...named, ...ofOneHop])
}

/** Whether a request names its host more than once and not always the same: two readers could take it for two hosts. */
export function namesTwoHosts(raw: readonly string[]): boolean {
  const hosts = valuesOf(raw, 'host')
  const authority = valuesOf(raw, ':authority')[0]
  return hosts.length > 1 || (authority !== undefined && hosts.some((host) => host !== authority))
}

/** Headers of a message for its next hop, names and values in turn, as they came. */
export function endToEnd(raw: readonly string[]): string[] {
  const hop = declared(raw)
  const kept: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (!name.startsWith(':') && !hop.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

/** The headers that reach the backend whatever protocol it speaks. */
function forBackend(raw: readonly string[], client: ClientFacts): string[] {
  const kept = endToEnd(raw)
  const own: string[] = []
  for (let at = 0; at + 1 < kept.length; at += 2) {
    const [name = '', value = ''] = [kept[at], kept[at + 1]]
    if (!ofProxies.has(name.toLowerCase())) own.push(name, value)
  }
  own.push(
    'X-Forwarded-For', client.address, 'X-Real-IP', client.address, 'X-Forwarded-Proto', client.isEncrypted ? 'https' : 'http',
    'X-Forwarded-Host', client.host, 'X-Forwarded-Port', String(client.port),
  )
  return own
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
