// The nemesis carries out a run's list of faults, each at its time, and ends each when its time is over. It keeps no
// majority alive: safety must hold without. But what a majority has forgotten for ever nobody could remember, so it never
// loses for good what two failures at once would lose.
// After calm() nothing new comes, everything runs again, and the cluster has to recover by itself.
import { unreachable } from '../../protocol/base/assert.ts'
import type { Cluster } from '../cluster.ts'
import type { SimPeer } from '../peer.ts'
import type { SimUs } from '../world.ts'
import { describeFault } from './fault.ts'
import type { Fault, Victim } from './fault.ts'

/** How long after a clean stop was asked for the process ends. */
const stopUs: SimUs = 300_000

export class Nemesis {
  readonly #cluster: Cluster
  readonly #faults: readonly Fault[]
  #calm = false
  /** Peers that were told to stop and still run: their processes will not go on for long. */
  readonly #ending = new Set<SimPeer>()
  /** Noise that is on now; the last one counts. */
  #noises = 0

  constructor(cluster: Cluster, faults: readonly Fault[]) {
    this.#cluster = cluster
    this.#faults = faults
  }

  start(): void {
    for (const fault of this.#faults) {
      this.#later(fault.atUs, () => {
        this.#note(describeFault(fault))
        this.#strike(fault)
      })
    }
    for (const peer of this.#cluster.peers) this.#watchDisk(peer)
    this.#cluster.onNewPeer = (peer) => this.#watchDisk(peer)
  }

  /** The end of all faults: paths open, messages arrive, disks are quick, everybody but `resting` runs. */
  calm(resting: readonly SimPeer[] = []): void {
    this.#calm = true
    const { network } = this.#cluster
    network.heal()
    network.calm({ loss: 0, duplication: 0, meanLatencyUs: 500, leastLatencyUs: 100 })
    for (const peer of this.#cluster.joined()) {
      if (this.#ending.has(peer)) this.#cluster.crash(peer)
      peer.ambush(undefined)
      peer.disk.calm({ meanSyncUs: 500, tornShare: 0 })
      peer.clock.driftTo(1)
      if (resting.includes(peer)) this.#cluster.crash(peer)
      else this.#cluster.restart(peer)
      peer.health(true)
    }
  }

  #later(afterUs: SimUs, run: () => void): void {
    this.#cluster.world.after(afterUs, () => {
      if (!this.#calm) run()
    })
  }

  #strike(fault: Fault): void {
    const { network } = this.#cluster
    switch (fault.kind) {
      case 'crash': return this.#crash(this.#met(fault.victim), fault.downUs)
      case 'crash all': return this.#crashAll(fault.downUs)
      case 'ambush': return this.#ambush(fault)
      case 'pause': return this.#met(fault.victim).pause(fault.forUs)
      case 'partition': return this.#partition(fault)
      case 'cut pair': return this.#cut([[fault.a, fault.b], [fault.b, fault.a]], fault.forUs)
      case 'one way': return this.#oneWay(fault)
      case 'swizzle':
        for (const { peer, afterUs, forUs } of fault.clogs) this.#later(afterUs, () => this.#clog(peer, forUs))
        return
      case 'noise':
        this.#noises++
        network.noise(fault)
        return this.#later(fault.forUs, () => { if (--this.#noises === 0) network.noise(undefined) })
      case 'stupor': return this.#stupor(fault)
      case 'unhealthy': return this.#unhealthy(this.#met(fault.victim), fault.forUs)
      case 'stop': return this.#stop(this.#there(fault.peer), fault.downUs)
      case 'clock jump': return this.#there(fault.peer).clock.jump(fault.byMs)
      case 'drift': return this.#drift(this.#there(fault.peer), fault.rate, fault.forUs)
      case 'failed sync': return this.#met(fault.victim).disk.fail(fault.downUs)
      case 'full disk': return this.#met(fault.victim).disk.fill(this.#cluster.world.nowUs + fault.forUs)
      case 'slow disk': return this.#slow(this.#met(fault.victim), fault.factor, fault.forUs)
      case 'damaged log': return this.#damage(this.#there(fault.peer), fault.downUs, (peer) => peer.disk.damage(fault.keep))
      case 'lost log': return this.#damage(this.#there(fault.peer), fault.downUs, (peer) => peer.disk.loseLog())
      case 'lost state': return this.#loseState(this.#there(fault.peer), fault.downUs)
      case 'remove': return this.#remove(this.#there(fault.peer), fault.leave)
      case 'wipe': return this.#wipe(this.#there(fault.peer))
      case 'join': return this.#cluster.joinSpare()
      default: return unreachable(fault, 'fault')
    }
  }

  /** Whoever leads, or the peer of that number. */
  #met(victim: Victim): SimPeer {
    const leader = victim.leader ? this.#cluster.leader() : undefined
    return leader ?? this.#there(victim.peer)
  }

  /** The peer of this number, or another that is there. */
  #there(number: number): SimPeer {
    const joined = this.#cluster.joined()
    return joined.find((peer) => peer.index === number) ?? this.#cluster.peer(joined[number % joined.length]?.index ?? 0)
  }

  #crash(peer: SimPeer, downUs: SimUs): void {
    this.#cluster.crash(peer)
    this.#later(downUs, () => this.#cluster.restart(peer))
  }

  #crashAll(downUs: readonly SimUs[]): void {
    for (const peer of this.#cluster.joined()) this.#crash(peer, downUs[peer.index] ?? 0)
  }

  /** Dies the next time that it gets there, within its life; another ambush replaces this one. */
  #ambush(fault: Fault & { readonly kind: 'ambush' }): void {
    const victim = this.#met(fault.victim)
    victim.ambush({
      point: fault.point,
      strike: () => {
        this.#note(`${fault.everybody ? 'everybody' : victim.id} dies ${fault.point} of ${victim.id}`)
        if (fault.everybody) for (const peer of this.#cluster.joined()) this.#crash(peer, fault.downUs)
        else this.#crash(victim, fault.downUs)
      },
    })
  }

  #partition(fault: Fault & { readonly kind: 'partition' }): void {
    const victim = this.#met(fault.victim).index
    const { size } = this.#cluster.network
    const inside = (peer: number): boolean => (fault.side === undefined ? peer === victim : fault.side[peer] === true)
    this.#separate(size, inside, fault.forUs)
  }

  #separate(size: number, inside: (peer: number) => boolean, forUs: SimUs): void {
    const paths: [number, number][] = []
    for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) if (inside(a) !== inside(b)) paths.push([a, b])
    this.#cut(paths, forUs)
  }

  #oneWay(fault: Fault & { readonly kind: 'one way' }): void {
    const { peer, other, way } = fault
    const paths: [number, number][] = []
    for (let third = 0; third < this.#cluster.network.size; third++) {
      if (way === 'deaf' || (way === 'path' && third === other)) paths.push([third, peer])
      if (way === 'mute') paths.push([peer, third])
    }
    this.#cut(paths, fault.forUs)
  }

  /** Stops these paths for a while. Cuts may overlap: a path is open when every one of its cuts has ended. */
  #cut(paths: readonly (readonly [from: number, to: number])[], forUs: SimUs): void {
    const { network } = this.#cluster
    for (const [from, to] of paths) network.block(from, to)
    this.#later(forUs, () => {
      for (const [from, to] of paths) network.unblock(from, to)
    })
  }

  #clog(peer: number, forUs: SimUs): void {
    const { network } = this.#cluster
    for (let other = 0; other < network.size; other++) {
      network.clog(peer, other, forUs)
      network.clog(other, peer, forUs)
    }
  }

  /**
   * A machine that stands still for longer than an election takes and is cut off as it goes on; a leader that does so together
   * with one that goes on believing in it; one that is mute and hears late.
   */
  #stupor(fault: Fault & { readonly kind: 'stupor' }): void {
    const { network } = this.#cluster
    const { way, forUs } = fault
    const victim = this.#met(way === 'together' ? { leader: true, peer: fault.victim.peer } : fault.victim)
    const inside = (peer: number): boolean => peer === victim.index || (way === 'together' && peer === fault.partner)
    const aloneUs = 14_000_000
    if (way === 'late') {
      const mute: [number, number][] = []
      for (let other = 0; other < network.size; other++) {
        if (inside(other)) continue
        mute.push([victim.index, other])
        network.clog(other, victim.index, forUs)
      }
      return this.#cut(mute, forUs + aloneUs)
    }
    victim.pause(forUs)
    if (way === 'together') this.#separate(network.size, inside, forUs + aloneUs)
    else this.#later(Math.max(0, forUs - 1000), () => this.#separate(network.size, inside, 1000 + aloneUs))
  }

  #unhealthy(peer: SimPeer, forUs: SimUs): void {
    peer.health(false)
    this.#later(forUs, () => peer.health(true))
  }

  #stop(peer: SimPeer, downUs: SimUs): void {
    peer.stop(false)
    this.#ending.add(peer)
    this.#later(stopUs, () => {
      this.#ending.delete(peer)
      this.#crash(peer, downUs)
    })
  }

  #drift(peer: SimPeer, rate: number, forUs: SimUs): void {
    peer.clock.driftTo(rate)
    this.#later(forUs, () => peer.clock.driftTo(1))
  }

  #slow(peer: SimPeer, factor: number, forUs: SimUs): void {
    peer.disk.slow(factor)
    this.#later(forUs, () => peer.disk.slow(1))
  }

  /** A sync that fails ends the process: it is never tried again by the same life. */
  #watchDisk(peer: SimPeer): void {
    peer.disk.onFailure = (downUs) => {
      this.#note(`a sync of ${peer.id} fails`)
      this.#crash(peer, downUs)
    }
  }

  /** Never two at a time, nor a lone voter's: what a majority forgot nobody can remember. */
  #damage(peer: SimPeer, downUs: SimUs, how: (peer: SimPeer) => void): void {
    if (!this.#canSpareVoter()) return
    this.#crash(peer, downUs)
    how(peer)
  }

  /** Nobody votes by its state, but one copy of it must be left to fetch: at least one other that is whole. */
  #loseState(peer: SimPeer, downUs: SimUs): void {
    const others = this.#cluster.joined().filter((other) => other !== peer && !other.disk.stateLost)
    if (!this.#canSpareVoter() || others.length < 2) return
    this.#crash(peer, downUs)
    peer.disk.loseState()
  }

  #wipe(peer: SimPeer): void {
    if (this.#cluster.joined().length >= 3 && this.#canSpareVoter()) this.#cluster.wipe(peer)
  }

  #remove(peer: SimPeer, leave: boolean): void {
    if (this.#cluster.joined().length < 4 || !this.#canSpareVoter()) return
    if (!leave) return this.#cluster.remove(peer)
    peer.stop(true)
    this.#ending.add(peer)
    this.#later(500_000, () => {
      this.#ending.delete(peer)
      if (this.#canSpareVoter()) this.#cluster.remove(peer)
      else this.#crash(peer, 0)
    })
  }

  /** Whether a voter may be lost for good: three at least, all of them there, none damaged, and no change of them under way. */
  #canSpareVoter(): boolean {
    const joined = this.#cluster.joined()
    const voters = this.#cluster.leader()?.engine.status().configuration.voters ?? []
    if (voters.length < 3 || joined.some((peer) => peer.disk.damaged || peer.disk.stateLost)) return false
    const known = [...voters].sort().join()
    // Whoever is away may have a change of its own in its log.
    const agreed = joined.every((peer) => peer.running && [...peer.engine.status().configuration.voters].sort().join() === known)
    return agreed && voters.every((voter) => joined.some((peer) => peer.id === voter))
  }

  #note(text: string): void {
    this.#cluster.world.trace.line(this.#cluster.world.nowUs, () => `--- ${text}`)
  }
}
