// Addresses of peers: multiaddrs for libp2p, and the plain hosts in them for certificates and for people. Pure.
// Only IP over TCP is used; names would make joining depend on a name server.
import { isIP } from 'node:net'

/** The default port of libp2p between peers. */
export const peerPort = 7447

/** The IP addresses in multiaddrs, without duplicates. */
export function hostsOf(addresses: readonly string[]): readonly string[] {
  const hosts = addresses.map((address) => /^\/ip[46]\/([^/]+)\//.exec(address)?.[1]).filter((host) => host !== undefined && isIP(host) !== 0)
  return [...new Set(hosts)].filter((host) => host !== undefined)
}

/** A multiaddr from what a user writes: a multiaddr, an IP address, or an address with a port. Undefined when it is none. */
export function toMultiaddr(text: string): string | undefined {
  if (text.startsWith('/')) return /^\/ip[46]\/[^/]+\/tcp\/\d+(\/p2p\/[A-Za-z0-9]+)?$/.test(text) ? text : undefined
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text)
  const plain = isIP(text) === 6 ? [text, text] : /^([^:]+)(?::(\d+))?$/.exec(text)
  const host = bracketed?.[1] ?? plain?.[1]
  const port = bracketed?.[2] ?? (isIP(text) === 6 ? undefined : plain?.[2])
  if (host === undefined || isIP(host) === 0) return undefined
  return `/ip${isIP(host)}/${host}/tcp/${port ?? peerPort}`
}

/** The peer id at the end of a multiaddr. */
export function peerIdOf(address: string): string | undefined {
  return /\/p2p\/([A-Za-z0-9]+)$/.exec(address)?.[1]
}
