// Consumers that follow changes: each asks one peer again and again what came after the last it saw, moves to another peer
// now and then, and sometimes resumes from the version of a single object, in the middle of a transaction. Who is told that
// history no longer reaches that far lists again. It checks nothing itself; the checker of watches does.
import type { Revision } from '../protocol/base/ids.ts'
import type { Random } from '../protocol/base/random.ts'
import type { WatchChecker } from './checkers/watches.ts'
import type { Cluster } from './cluster.ts'
import type { SimPeer } from './peer.ts'
import { exponentialUs } from './world.ts'

/** Mean pause of a consumer between two looks. */
const lookUs = 100_000

const prefixes = ['/registry/', '/registry/core/configmaps/', '/registry/core/secrets/default/k0']

export class Watches {
  readonly #cluster: Cluster
  readonly #checker: WatchChecker
  readonly #random: Random
  /** Changes that consumers were told of. */
  seen = 0

  constructor(cluster: Cluster, checker: WatchChecker) {
    this.#cluster = cluster
    this.#checker = checker
    this.#random = cluster.world.random.fork()
  }

  start(): void {
    for (let i = 0; i < this.#cluster.options.watches; i++) this.#later(this.#random.pick(prefixes), 0, undefined)
  }

  #later(prefix: string, from: Revision, at: SimPeer | undefined): void {
    this.#cluster.world.after(1 + exponentialUs(this.#random, lookUs), () => this.#look(prefix, from, at))
  }

  #look(prefix: string, from: Revision, at: SimPeer | undefined): void {
    const running = this.#cluster.running().filter((peer) => !peer.paused)
    if (running.length === 0) return this.#later(prefix, from, undefined)
    const peer = at === undefined || !running.includes(at) || this.#random.chance(0.1) ? this.#random.pick(running) : at
    const upTo = peer.machine.revision
    // A peer that is behind the consumer keeps it waiting; time never goes back for it.
    if (upTo < from) return this.#later(prefix, from, undefined)
    const batches = peer.changes(prefix, from)
    // A list begins anew where this peer is.
    if (batches === undefined) return this.#later(prefix, upTo, peer)
    this.#checker.told(peer.id, prefix, from, upTo, batches)
    for (const batch of batches) this.seen += batch.events.length
    const events = batches.flatMap((batch) => batch.events)
    if (events.length > 0 && this.#random.chance(0.2)) return this.#later(prefix, this.#random.pick(events).revision, peer)
    this.#later(prefix, batches.at(-1)?.revision ?? from, peer)
  }
}
