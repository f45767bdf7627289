// The libp2p host of a peer: TCP, Noise, yamux, identify and gossipsub, with limits set from what a cluster needs.
// It knows connections and streams; who is trusted and what is said is decided by its callers.
// Gossipsub sees trusted peers only: the registrar that it is given holds everybody else back.
import { createLibp2p, type Libp2p } from 'libp2p'
import { gossipsub, type GossipSub, type GossipSubComponents } from '@chainsafe/libp2p-gossipsub'
import { identify, type Identify } from '@libp2p/identify'
import type { Connection, Ed25519PrivateKey, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createHash } from 'node:crypto'
import type { PeerId } from '../../protocol/base/ids.ts'
import { listenFailed } from './errors.ts'
import { gateRegistrar } from './gate.ts'
import {
  addressDialTimeoutMs, dialTimeoutMs, frameMaxBytes, gossipInlineBytes, inboundPerSecond, maxConnections, maxPendingInbound, maxStrangers, maxStreamsPerProtocol,
  requestTimeoutMs,
} from './limits.ts'
import { lazyWindow } from './lazy-window.ts'
import { oneWrite } from './one-write.ts'
import { Strangers } from './strangers.ts'
import type { Trust } from './trust.ts'

type Node = Libp2p<{ readonly identify: Identify; readonly gossip: GossipSub }>

export interface HostOptions {
  readonly key: Ed25519PrivateKey
  readonly listen: readonly string[]
  /** The one topic that may be subscribed to. */
  readonly topic: string
  /** A stranger's connection was closed, since too many of them are connected. */
  readonly crowded?: (peer: PeerId) => void
}

/** What happens on the host's connections. */
export interface HostEvents {
  /** A connection opened; there may be several with one peer. */
  readonly connected: (peer: PeerId) => void
  /** The last connection with a peer is gone. */
  readonly disconnected: (peer: PeerId) => void
}

export class Host {
  readonly #node: Node

  private constructor(node: Node) {
    this.#node = node
  }

  /** Makes and starts a host. Throws SHOAL_LISTEN_FAILED. */
  static async create(trust: Trust, options: HostOptions): Promise<Host> {
    const node = await createLibp2p({
      privateKey: options.key,
      addresses: { listen: [...options.listen] },
      transports: [(components) => oneWrite(tcp({ dialOpts: { noDelay: true, keepAlive: true }, listenOpts: { noDelay: true, keepAlive: true } })(components))],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux({ maxInboundStreams: maxStreamsPerProtocol, maxOutboundStreams: maxStreamsPerProtocol })],
      connectionManager: {
        maxConnections, inboundConnectionThreshold: inboundPerSecond, maxIncomingPendingConnections: maxPendingInbound,
        dialTimeout: dialTimeoutMs, addressDialTimeout: addressDialTimeoutMs, reconnectRetries: 0,
      },
      // Membership is the failure detector; a second one with times of its own would only disagree with it.
      connectionMonitor: { enabled: false },
      services: { identify: identify(), gossip: (components: GossipSubComponents) => gossip(components, trust, options.topic) },
      start: false,
    })
    boundStrangers(node, trust, options.crowded ?? (() => undefined))
    try {
      await node.start()
    } catch (error) {
      await node.stop()
      throw listenFailed.make({ addresses: options.listen }, error)
    }
    return new Host(node)
  }

  get gossip(): GossipSub {
    return this.#node.services.gossip
  }

  /** Where it listens, as multiaddrs without the peer id. */
  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map((address) => address.toString().replace(/\/p2p\/[^/]+$/, ''))
  }

  subscribe(events: HostEvents): void {
    this.#node.addEventListener('connection:open', (event) => events.connected(event.detail.remotePeer.toString()))
    this.#node.addEventListener('peer:disconnect', (event) => events.disconnected(event.detail.toString()))
  }

  /** Answers streams of a protocol. */
  handle(protocol: string, handler: (from: PeerId, stream: Stream) => void): Promise<void> {
    const limits = { maxInboundStreams: maxStreamsPerProtocol, maxOutboundStreams: maxStreamsPerProtocol }
    return this.#node.handle(protocol, (stream: Stream, connection: Connection) => handler(connection.remotePeer.toString(), lazyWindow(stream)), limits)
  }

  connected(peer: PeerId): boolean {
    return this.#connections(peer).length > 0
  }

  /** A new stream on the newest connection, dialling when there is none. */
  async open(peer: PeerId, addresses: readonly string[], protocol: string): Promise<Stream> {
    const connection = this.#connections(peer)[0] ?? await this.#dial(peer, addresses)
    return connection.newStream(protocol, { signal: AbortSignal.timeout(requestTimeoutMs), maxOutboundStreams: maxStreamsPerProtocol })
  }

  /** Closes all connections with a peer but the oldest; what used the others opens its streams anew. */
  keepOne(peer: PeerId): void {
    for (const connection of this.#connections(peer).slice(0, -1)) connection.abort(new Error('another connection is kept'))
  }

  /** Ends all connections with a peer at once. */
  drop(peer: PeerId): void {
    for (const connection of this.#connections(peer)) connection.abort(new Error('dropped'))
  }

  stop(): Promise<void> {
    return Promise.resolve(this.#node.stop())
  }

  #dial(peer: PeerId, addresses: readonly string[]): Promise<Connection> {
    const targets = addresses.map((address) => multiaddr(`${address}/p2p/${peer}`))
    return this.#node.dial(targets.length === 0 ? peerIdFromString(peer) : targets, { signal: AbortSignal.timeout(dialTimeoutMs) })
  }

  /** Open connections with a peer, the newest first. */
  #connections(peer: PeerId): Connection[] {
    const open = this.#node.getConnections(peerIdFromString(peer)).filter((connection) => connection.status === 'open')
    return open.sort((a, b) => b.timeline.open - a.timeline.open)
  }
}

/** Strangers neither crowd members out nor leave a trace: what libp2p notes of a peer it would keep for hours. */
function boundStrangers(node: Node, trust: Trust, crowded: (peer: PeerId) => void): void {
  const strangers = new Strangers(trust, maxStrangers, crowded)
  node.addEventListener('connection:open', ({ detail }) => strangers.opened(detail.remotePeer.toString(), detail))
  node.addEventListener('connection:close', ({ detail }) => strangers.closed(detail))
  node.addEventListener('peer:disconnect', ({ detail }) => {
    if (!trust.trusted(detail.toString())) void node.peerStore.delete(detail)
  })
}

function gossip(components: GossipSubComponents, trust: Trust, topic: string): GossipSub {
  const create = gossipsub({
    globalSignaturePolicy: 'StrictNoSign',
    msgIdFn: (message) => createHash('sha256').update(message.data).digest().subarray(0, 20),
    allowedTopics: [topic],
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    fallbackToFloodsub: false,
    doPX: false,
    maxInboundDataLength: gossipInlineBytes + 4_096,
    maxOutboundBufferSize: frameMaxBytes,
    maxInboundStreams: maxStreamsPerProtocol,
    maxOutboundStreams: maxStreamsPerProtocol,
  })
  const { privateKey, peerId, peerStore, connectionManager, logger } = components
  return create({ privateKey, peerId, peerStore, connectionManager, logger, registrar: gateRegistrar(components.registrar, trust) })
}
