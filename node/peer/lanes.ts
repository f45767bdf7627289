// The lanes to all other peers, and the streams on which they speak to us. Each stream begins with a hello that names the
// cluster and carries a certificate; a stranger whose certificate does not convince is heard no further.
// What the messages mean is not known here.
import type { Stream } from '@libp2p/interface'
import type { ClusterId, PeerId } from '../../protocol/base/ids.ts'
import type { ConnectionLoss } from '../../protocol/membership/types.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { FrameReader, joinFrames } from './frames.ts'
import type { Host } from './host.ts'
import { lossOf } from './dial-failure.ts'
import { frameMaxBytes, fullMeshPeers, helloMaxBytes, helloTimeoutMs, mergeDelayMs } from './limits.ts'
import { Lane } from './lane.ts'
import { readLineage, type LeftIncarnation, type Lineage } from './lineage.ts'
import { parseObject } from './records.ts'
import type { Refusals } from './refusals.ts'
import type { Trust } from './trust.ts'

/** Messages between members flow on streams of this protocol. */
export const messageProtocol = '/shoal/peer/1'

export interface LanesDeps {
  readonly host: Host
  readonly trust: Trust
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly refusals: Refusals
  /** Best guesses first. */
  readonly addressesOf: (peer: PeerId) => readonly string[]
}

export interface LanesOptions {
  readonly self: PeerId
  readonly cluster: ClusterId
  /** The incarnations before this one; whoever is still at one of them hears of it in the hello. */
  readonly left: readonly LeftIncarnation[]
  /** This node's, PEM; shown to whoever does not know us. */
  readonly certificate: string
}

export interface LanesEvents {
  /** Messages of a trusted peer, as they came in one read. */
  readonly frames: (from: PeerId, frames: readonly Uint8Array[]) => void
  readonly lost: (peer: PeerId, loss: ConnectionLoss) => void
  /** A member is at another incarnation of this cluster. It is heard no further. */
  readonly otherIncarnation: (from: PeerId, lineage: Lineage) => void
  /** A trusted peer says that we were removed from the cluster. */
  readonly removed: (by: PeerId) => void
}

type Verdict = 'member' | 'removed' | 'stranger'

/** The one thing that is ever written back on a stream: why nothing is heard on it. */
const removedAnswer = { refused: 'removed' } as const

export class Lanes {
  readonly #deps: LanesDeps
  readonly #events: LanesEvents
  readonly #self: PeerId
  readonly #cluster: ClusterId
  readonly #left: readonly LeftIncarnation[]
  readonly #lanes = new Map<PeerId, Lane>()
  readonly #inbound = new Map<PeerId, Stream>()
  readonly #merges = new Map<PeerId, Timer>()
  #certificate: string
  /** A save that ends after the stop still has something to send; a lane for it would dial for ever. */
  #stopped = false

  constructor(deps: LanesDeps, options: LanesOptions, events: LanesEvents) {
    this.#deps = deps
    this.#events = events
    this.#self = options.self
    this.#cluster = options.cluster
    this.#left = options.left
    this.#certificate = options.certificate
  }

  async start(): Promise<void> {
    const { host, trust } = this.#deps
    host.subscribe({
      connected: (peer) => {
        this.#lanes.get(peer)?.wake()
        this.#mergeLater(peer)
      },
      disconnected: (peer) => {
        if (trust.trusted(peer)) this.#events.lost(peer, 'lost')
      },
    })
    trust.onChange((peer, trusted) => {
      if (trusted) this.#ensure(peer)
      else this.#forget(peer)
    })
    await host.handle(messageProtocol, (from, stream) => this.#accept(from, stream))
    for (const peer of trust.peers()) this.#ensure(peer)
  }

  send(to: PeerId, frame: Uint8Array): void {
    if (to !== this.#self && !this.#stopped && this.#deps.trust.trusted(to)) this.#lane(to).send(frame)
  }

  tick(): void {
    for (const lane of this.#lanes.values()) lane.tick()
  }

  /** Shown in hellos from now on. */
  renew(certificate: string): void {
    this.#certificate = certificate
  }

  stop(): void {
    this.#stopped = true
    for (const merge of this.#merges.values()) merge.cancel()
    this.#merges.clear()
    for (const lane of this.#lanes.values()) lane.close()
    this.#lanes.clear()
  }

  /** Two peers that dial each other at once have two connections, and on each every message one way costs a packet of its own back. */
  #mergeLater(peer: PeerId): void {
    // One side decides, or both would close the other's choice.
    if (this.#self > peer || this.#stopped) return
    this.#merges.get(peer)?.cancel()
    this.#merges.set(peer, this.#deps.clock.after(mergeDelayMs, () => {
      this.#merges.delete(peer)
      this.#deps.host.keepOne(peer)
    }))
  }

  #ensure(peer: PeerId): void {
    if (peer !== this.#self && !this.#stopped && this.#lanes.size < fullMeshPeers) this.#lane(peer)
  }

  #lane(peer: PeerId): Lane {
    let lane = this.#lanes.get(peer)
    if (lane === undefined) {
      const { clock, random, host, addressesOf } = this.#deps
      lane = new Lane({
        clock, random,
        open: () => host.open(peer, addressesOf(peer), messageProtocol),
        hello: () => this.#hello(),
        lost: (error) => {
          if (!host.connected(peer)) this.#events.lost(peer, lossOf(error))
        },
        drop: () => host.drop(peer),
        answered: (frame) => {
          if (parseObject(frame)?.['refused'] === removedAnswer.refused) this.#events.removed(peer)
        },
      }, peer, this.#lanes.size < fullMeshPeers)
      this.#lanes.set(peer, lane)
    }
    return lane
  }

  #forget(peer: PeerId): void {
    this.#lanes.get(peer)?.close()
    this.#lanes.delete(peer)
    this.#deps.host.drop(peer)
  }

  #hello(): Uint8Array {
    return Buffer.from(JSON.stringify({ version: 1, ...this.#cluster, left: this.#left, certificate: this.#certificate }))
  }

  #accept(from: PeerId, stream: Stream): void {
    const { clock, trust, refusals } = this.#deps
    const reader = new FrameReader(frameMaxBytes, helloMaxBytes)
    let greeted = false
    const silence = clock.after(helloTimeoutMs, () => {
      refusals.refused('silent', from)
      stream.abort(new Error('no hello'))
    })
    stream.addEventListener('close', () => silence.cancel())
    stream.addEventListener('message', (event) => {
      let frames = reader.push(event.data.subarray())
      if (frames === undefined) refusals.refused('frame', from)
      if (frames !== undefined && !greeted && frames[0] !== undefined) {
        silence.cancel()
        const verdict = this.#greet(from, frames[0])
        if (verdict === 'removed') return this.#turnAway(stream)
        greeted = verdict === 'member'
        if (greeted) {
          this.#replace(from, stream)
          // Our own dial may have come before it answered, and no further connection opens to wake the lane.
          this.#lanes.get(from)?.wake()
        }
        frames = greeted ? frames.slice(1) : undefined
      }
      if (frames === undefined || !(trust.trusted(from) || !greeted)) {
        stream.abort(new Error('refused'))
        return
      }
      if (greeted && frames.length > 0) this.#events.frames(from, frames)
    })
    // A stream that cannot be closed any more is closed.
    stream.addEventListener('remoteCloseWrite', () => { stream.close().catch(() => undefined) })
  }

  /** A removed peer is told, or it would dial for ever and never know why. */
  #turnAway(stream: Stream): void {
    stream.send(joinFrames([Buffer.from(JSON.stringify(removedAnswer))]))
    stream.close().catch(() => stream.abort(new Error('refused')))
  }

  /** One stream a peer: an older one is from before its restart. */
  #replace(from: PeerId, stream: Stream): void {
    this.#inbound.get(from)?.abort(new Error('replaced'))
    this.#inbound.set(from, stream)
    stream.addEventListener('close', () => {
      if (this.#inbound.get(from) === stream) this.#inbound.delete(from)
    })
  }

  /** What a hello proves its sender to be: a member of this very cluster and incarnation, a removed one, or nobody of ours. */
  #greet(from: PeerId, frame: Uint8Array): Verdict {
    const { refusals } = this.#deps
    const hello = parseObject(frame)
    if (hello === undefined || hello['cluster'] !== this.#cluster.cluster) {
      refusals.refused('otherCluster', from, { cluster: hello?.['cluster'] })
      return 'stranger'
    }
    const verdict = this.#admit(from, typeof hello['certificate'] === 'string' ? hello['certificate'] : '')
    if (verdict !== 'member' || hello['incarnation'] === this.#cluster.incarnation) return verdict
    refusals.refused('otherIncarnation', from, { incarnation: hello['incarnation'] })
    const lineage = readLineage(hello)
    if (lineage !== undefined) this.#events.otherIncarnation(from, lineage)
    return 'stranger'
  }

  /** Whether this is a member: known as one, or by the certificate that it shows. */
  #admit(from: PeerId, certificate: string): Verdict {
    const { trust, logger, clock, refusals } = this.#deps
    if (trust.trusted(from)) return 'member'
    try {
      const name = trust.admit(from, certificate, clock.wallMs())
      const admitted = trust.trusted(from)
      if (admitted) logger.info('a peer showed its certificate', { peer: from, name })
      else refusals.refused('removed', from, { name })
      return admitted ? 'member' : 'removed'
    } catch (error) {
      refusals.refused('stranger', from, { reason: error instanceof Error ? error.message : String(error) })
      return 'stranger'
    }
  }
}
