// The headers that travel through the Ingress proxy: those of one hop stay behind, and the backend learns who asked. What a
// client says of itself in these headers is not believed. Pure. Source: RFC 9110, section 7.6.1.

/** What is known of the client's connection. */
export interface ClientFacts {
  readonly address: string
  readonly isEncrypted: boolean
  readonly host: string
  readonly port: number
}

const ofOneHop: readonly string[] = ['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']
const ofProxies: readonly string[] = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-real-ip']

function pairs(raw: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const)
}

/** Names that `Connection` declares to be of this hop. */
function declared(raw: readonly string[]): ReadonlySet<string> {
  const named = pairs(raw).filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.toLowerCase().split(','))
  return new Set([...named.map((name) => name.trim()), ...ofOneHop])
}

/** Whether a request names its host more than once: two readers could take it for two hosts. */
export const namesTwoHosts = (raw: readonly string[]): boolean => pairs(raw).filter(([name]) => name.toLowerCase() === 'host').length > 1

/** Headers of a message for its next hop, names and values in turn, as they came. */
export function endToEnd(raw: readonly string[]): readonly string[] {
  const hop = declared(raw)
  return pairs(raw).filter(([name]) => !hop.has(name.toLowerCase())).flat()
}

/** Headers of a request for the backend. `upgrade` is kept for what changes the protocol of the connection. */
export function requestHeaders(raw: readonly string[], client: ClientFacts, upgrade: string | undefined): readonly string[] {
  const kept = endToEnd(raw)
  const own = pairs(kept).filter(([name]) => !ofProxies.includes(name.toLowerCase())).flat()
  // A body of unknown length keeps its framing: node:http writes it in chunks of its own.
  const isChunked = pairs(raw).some(([name, value]) => name.toLowerCase() === 'transfer-encoding' && value.toLowerCase().includes('chunked'))
  return [
    ...own,
    'X-Forwarded-For', client.address, 'X-Real-IP', client.address, 'X-Forwarded-Proto', client.isEncrypted ? 'https' : 'http',
    'X-Forwarded-Host', client.host, 'X-Forwarded-Port', String(client.port),
    ...(isChunked ? ['Transfer-Encoding', 'chunked'] : []),
    ...(upgrade === undefined ? [] : ['Connection', 'Upgrade', 'Upgrade', upgrade]),
  ]
}
