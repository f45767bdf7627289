// The gate in front of gossipsub: its streams and its knowledge of connections are limited to trusted peers.
// Without it a stranger that can only knock would be sent committed entries, Secrets among them.
// A peer that becomes trusted while connected is announced then; one that loses trust has its connections dropped elsewhere.
import type { Connection, PeerId as Libp2pPeerId, Topology } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import type { Trust } from './trust.ts'

interface Withheld {
  readonly peer: Libp2pPeerId
  readonly connection: Connection
  readonly topology: Topology
}

/** A registrar that hides untrusted peers from whoever registers through it. */
export function gateRegistrar(registrar: Registrar, trust: Trust): Registrar {
  const withheld = new Map<string, Withheld[]>()
  trust.onChange((peer, trusted) => {
    const held = withheld.get(peer) ?? []
    withheld.delete(peer)
    if (!trusted) return
    for (const { peer: id, connection, topology } of held) {
      if (connection.status === 'open') void topology.onConnect?.(id, connection)
    }
  })
  const gated = (topology: Topology): Topology => ({
    ...topology,
    onConnect: (peer, connection) => {
      const id = peer.toString()
      if (trust.trusted(id)) return topology.onConnect?.(peer, connection)
      withheld.set(id, [...(withheld.get(id) ?? []), { peer, connection, topology }].slice(-8))
      // The end of a stranger's connection is not always told here, and there is no end of strangers.
      for (const [other, held] of withheld) if (held.every((one) => one.connection.status !== 'open')) withheld.delete(other)
    },
    onDisconnect: (peer) => {
      withheld.delete(peer.toString())
      return topology.onDisconnect?.(peer)
    },
  })
  return {
    getProtocols: () => registrar.getProtocols(),
    handle: (protocol, handler, options) => registrar.handle(protocol, (stream, connection) => {
      if (trust.trusted(connection.remotePeer.toString())) return handler(stream, connection)
      stream.abort(new Error('not a member'))
    }, options),
    unhandle: (protocol, options) => registrar.unhandle(protocol, options),
    getHandler: (protocol) => registrar.getHandler(protocol),
    use: (protocol, middleware) => registrar.use(protocol, middleware),
    unuse: (protocol) => registrar.unuse(protocol),
    getMiddleware: (protocol) => registrar.getMiddleware(protocol),
    register: (protocol, topology, options) => registrar.register(protocol, gated(topology), options),
    unregister: (id) => registrar.unregister(id),
    getTopologies: (protocol) => registrar.getTopologies(protocol),
  }
}
