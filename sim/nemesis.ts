// The nemesis brings faults by chance: crashes of one and of all, standing still, partitions, one-way cuts, swizzled clogs
// and exiles, each at its own mean time and healed after a while. It keeps no majority alive: safety must hold without.
// After calm() nothing new comes, everything runs again, and the cluster has to recover by itself.
import type { Random } from '../protocol/base/random.ts'
import type { Cluster } from './cluster.ts'
import type { SimPeer } from './peer.ts'
import { exponentialUs } from './world.ts'
import type { SimUs } from './world.ts'

export class Nemesis {
  readonly #cluster: Cluster
  readonly #random: Random
  #calm = false
  #removed = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#random = cluster.world.random.fork()
  }

  start(): void {
    this.#cluster.onSave = (peer) => this.#ambush(peer)
    const { faults } = this.#cluster.options
    this.#every(faults.crashUs, () => this.#crash(this.#victim()))
    this.#every(faults.crashAllUs, () => this.#crashMany())
    this.#every(faults.pauseUs, () => this.#pause())
    this.#every(faults.partitionUs, () => this.#partition())
    this.#every(faults.oneWayUs, () => this.#oneWay())
    this.#every(faults.swizzleUs, () => this.#swizzle())
    this.#every(faults.exileUs, () => this.#exile())
    this.#every(faults.damageUs, () => this.#damage())
    this.#every(faults.stopUs, () => this.#stop())
    this.#every(faults.removeUs, () => this.#remove(false))
    this.#every(faults.stuporUs, () => this.#stupor())
    this.#every(faults.unhealthyUs, () => this.#unhealthy())
    this.#every(faults.leaveUs, () => this.#remove(true))
    this.#every(faults.wipeUs, () => this.#wipe())
  }

  /** The end of all faults: paths open, messages arrive, disks are quick, everybody runs. */
  calm(): void {
    this.#calm = true
    const { network } = this.#cluster
    network.heal()
    network.calm({ loss: 0, duplication: 0, meanLatencyUs: 500, leastLatencyUs: 100 })
    for (const peer of this.#cluster.joined()) {
      peer.disk.calm({ meanSyncUs: 500, tornShare: 0 })
      this.#cluster.restart(peer)
      peer.health(true)
    }
  }

  #every(meanUs: SimUs, strike: () => void): void {
    if (meanUs === 0) return
    this.#cluster.world.after(exponentialUs(this.#random, meanUs), () => {
      if (this.#calm) return
      strike()
      this.#every(meanUs, strike)
    })
  }

  #later(meanUs: SimUs, heal: () => void): void {
    this.#cluster.world.after(exponentialUs(this.#random, meanUs), () => {
      if (!this.#calm) heal()
    })
  }

  #crash(peer: SimPeer): void {
    this.#cluster.crash(peer)
    this.#later(this.#cluster.options.downUs, () => this.#cluster.restart(peer))
  }

  #pause(): void {
    const victim = this.#victim()
    if (victim.running) victim.pause(exponentialUs(this.#random, 3_000_000))
  }

  /** Two sides by chance; often one peer alone, and often the leader, which hurts the most. */
  #partition(): void {
    const count = this.#cluster.options.peers
    const lonely = this.#random.chance(0.5)
    const leader = this.#cluster.leader()?.index
    const one = leader !== undefined && this.#random.chance(0.5) ? leader : this.#random.integer(count)
    const side = Array.from({ length: count }, (_, i) => (lonely ? i === one : this.#random.chance(0.5)))
    this.#note(`partition ${side.map((inside) => (inside ? 1 : 0)).join('')}`)
    for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) if (side[a] !== side[b]) this.#cluster.network.block(a, b)
    this.#later(this.#cluster.options.apartUs, () => this.#heal())
  }

  /** One peer goes deaf, or mute, or one path is cut in one direction. */
  #oneWay(): void {
    const count = this.#cluster.options.peers
    const one = this.#random.integer(count)
    const kind = this.#random.pick(['deaf', 'mute', 'path'] as const)
    this.#note(`one way: p${one} ${kind}`)
    const other = this.#random.integer(count)
    for (let peer = 0; peer < count; peer++) {
      if (kind === 'deaf' || (kind === 'path' && peer === other)) this.#cluster.network.block(peer, one)
      if (kind === 'mute') this.#cluster.network.block(one, peer)
    }
    this.#later(this.#cluster.options.apartUs, () => this.#heal())
  }

  /** Clogs the paths of some peers one after the other and lets them go in another order (FoundationDB's swizzle-clogging). */
  #swizzle(): void {
    const count = this.#cluster.options.peers
    const chosen = this.#random.shuffle(Array.from({ length: count }, (_, i) => i)).slice(0, 1 + this.#random.integer(count))
    this.#note(`swizzle ${chosen.join(' ')}`)
    for (const one of chosen) {
      this.#cluster.world.after(exponentialUs(this.#random, 500_000), () => {
        if (this.#calm) return
        const forUs = exponentialUs(this.#random, 2_000_000)
        for (let other = 0; other < count; other++) {
          this.#cluster.network.clog(one, other, forUs)
          this.#cluster.network.clog(other, one, forUs)
        }
      })
    }
  }

  /** One peer is away for long, so that the others cut their logs behind it. */
  #exile(): void {
    const peer = this.#random.pick(this.#cluster.joined())
    this.#cluster.crash(peer)
    this.#later(9_000_000, () => this.#cluster.restart(peer))
  }

  /** One log loses a synced tail. Never two at a time, nor a lone voter's: what a majority forgot nobody can remember. */
  #damage(): void {
    const joined = this.#cluster.joined()
    if (!this.#canSpareVoter(joined)) return
    const peer = this.#random.pick(joined)
    this.#note(`${peer.id} loses a part of its log`)
    this.#crash(peer)
    peer.disk.damage()
  }

  /** A clean stop, and a start some time later. */
  #stop(): void {
    const running = this.#cluster.running().filter((peer) => !peer.paused)
    if (running.length === 0) return
    const peer = this.#random.pick(running)
    this.#note(`${peer.id} is stopped`)
    peer.stop(false)
    this.#cluster.world.after(300_000, () => {
      if (!this.#calm) this.#crash(peer)
    })
  }

  /**
   * What leases must withstand: a machine that stands still for longer than an election takes and is cut off as it goes on;
   * a leader that does so together with one that goes on believing in it; one that is mute and hears late.
   */
  #stupor(): void {
    const { network, options, world } = this.#cluster
    const kind = this.#random.pick(['alone', 'together', 'late'] as const)
    const leader = this.#cluster.leader() ?? this.#victim()
    const victim = kind === 'together' ? leader : this.#victim()
    const partner = kind === 'together' ? this.#random.integer(options.peers) : victim.index
    if (!victim.running) return
    const forUs = 4_000_000 + exponentialUs(this.#random, 2_000_000)
    this.#note(`stupor ${kind}: p${victim.index} and p${partner} for ${Math.round(forUs / 1000)} ms`)
    const inside = (peer: number): boolean => peer === victim.index || peer === partner
    const cut = (): void => {
      if (this.#calm) return
      for (let a = 0; a < options.peers; a++) for (let b = 0; b < options.peers; b++) if (inside(a) !== inside(b)) network.block(a, b)
    }
    if (kind === 'late') {
      for (let other = 0; other < options.peers; other++) {
        if (inside(other)) continue
        network.block(victim.index, other)
        network.clog(other, victim.index, forUs)
      }
    } else victim.pause(forUs)
    if (kind !== 'late') world.after(kind === 'together' ? 0 : Math.max(0, forUs - 1000), cut)
    world.after(forUs + 14_000_000, () => { if (!this.#calm) this.#heal() })
  }

  /** A main thread that does not beat. */
  #unhealthy(): void {
    const peer = this.#victim()
    this.#note(`${peer.id} is not well`)
    peer.health(false)
    this.#later(this.#cluster.options.apartUs, () => peer.health(true))
  }

  /** A machine comes back with an empty disk, and so as another peer. */
  #wipe(): void {
    const joined = this.#cluster.joined()
    if (this.#removed || joined.length < 3 || !this.#canSpareVoter(joined)) return
    this.#removed = true
    const peer = this.#random.pick(joined)
    this.#note(`the disk of ${peer.id} is wiped`)
    this.#cluster.wipe(peer)
  }

  /** One peer is gone for good and removed; with `leave` it says so before it goes. */
  #remove(leave: boolean): void {
    const joined = this.#cluster.joined()
    if (this.#removed || joined.length < 4 || !this.#canSpareVoter(joined)) return
    this.#removed = true
    const peer = this.#random.pick(joined)
    this.#note(`${peer.id} ${leave ? 'leaves' : 'is gone for good'}`)
    if (leave) peer.stop(true)
    this.#cluster.world.after(leave ? 500_000 : 0, () => this.#cluster.remove(peer))
  }

  /** Whether a voter may be lost for good: three at least, all of them members, and no log damaged. */
  #canSpareVoter(joined: readonly SimPeer[]): boolean {
    const voters = this.#cluster.leader()?.engine.status().configuration.voters ?? []
    if (voters.length < 3 || joined.some((peer) => peer.disk.damaged)) return false
    return voters.every((voter) => joined.some((peer) => peer.id === voter))
  }

  #crashMany(): void {
    for (const peer of this.#cluster.joined()) this.#crash(peer)
  }

  /** Often the leader: whoever leads has the most to lose. */
  #victim(): SimPeer {
    const leader = this.#cluster.leader()
    return leader !== undefined && this.#random.chance(0.5) ? leader : this.#random.pick(this.#cluster.joined())
  }

  /** A save begins at a peer: with the drawn odds it, or everybody, dies before the save can be synced. */
  #ambush(peer: SimPeer): void {
    const { ambush, disk } = this.#cluster.options
    if (this.#calm || ambush === 0 || !this.#random.chance(ambush)) return
    this.#cluster.world.after(exponentialUs(this.#random, disk.meanSyncUs), () => {
      if (this.#calm) return
      if (this.#random.chance(0.4)) this.#crashMany()
      else this.#crash(peer)
    })
  }

  #heal(): void {
    this.#note('the network heals')
    this.#cluster.network.heal()
  }

  #note(text: string): void {
    this.#cluster.world.trace.line(this.#cluster.world.nowUs, () => `nemesis: ${text}`)
  }
}
