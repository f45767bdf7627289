// A storm: some Rafts whose every step is chosen by chance. After the steps comes a calm in which a leader must commit
// again. It knows nothing of membership, spreading or state; those are the cluster runs'.
import type { PeerId } from '../../protocol/base/ids.ts'
import { electionMaxMs } from '../../protocol/consensus/limits.ts'
import { demand } from '../violation.ts'
import type { StormPeer } from './peer.ts'
import type { StormOptions } from './options.ts'
import { Stage } from './stage.ts'

/** Rounds of the calm in which a leader must commit an entry of its own. */
export const calmRounds = 400

export interface StormResult {
  readonly seed: number
  readonly violation: Error | undefined
  readonly steps: number
  readonly committed: number
  readonly reads: number
  readonly timeline: readonly string[]
}

/** Runs a storm; never throws for what it finds. */
export function runStorm(options: StormOptions, recording: boolean): StormResult {
  const ids = Array.from({ length: options.voters + options.learners }, (_, i) => `p${i}`)
  const configuration = { voters: ids.slice(0, options.voters), learners: ids.slice(options.voters), witnesses: [] }
  const stage = new Stage({ seed: options.seed, configuration, keptEntries: options.keptEntries, recording })
  const storm = new Storm(options, stage)
  let violation: Error | undefined
  try {
    storm.blow()
    storm.calm()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    violation = error
  }
  return { seed: options.seed, violation, steps: stage.steps, committed: storm.committed, reads: stage.reads, timeline: stage.lines }
}

class Storm {
  committed = 0
  readonly #options: StormOptions
  readonly #stage: Stage
  readonly #actions: readonly (readonly [weight: number, act: () => void])[]

  constructor(options: StormOptions, stage: Stage) {
    this.#options = options
    this.#stage = stage
    const { deliver, tick, sync, propose, read, crash, crashAll, change, transfer, compact, damage, silence } = options
    this.#actions = [
      [deliver, () => this.#deliver()],
      [tick, () => this.#tick()],
      [sync, () => this.#pick().sync()],
      [propose, () => this.#propose()],
      [read, () => this.#read()],
      [crash, () => this.#pick().crash()],
      [crashAll, () => { for (const peer of stage.peers) peer.crash() }],
      [change, () => this.#change()],
      [transfer, () => this.#transfer()],
      [compact, () => this.#pick().saveState()],
      [damage, () => this.#damage()],
      [silence, () => this.#silence()],
    ]
  }

  /** All the steps that chance decides. */
  blow(): void {
    const stage = this.#stage
    const total = this.#actions.reduce((sum, [weight]) => sum + weight, 0)
    while (stage.steps < this.#options.steps) {
      stage.steps++
      let at = stage.random.float() * total
      const chosen = this.#actions.find(([weight]) => (at -= weight) < 0)
      chosen?.[1]()
    }
    this.committed = stage.highest()
  }

  /** Everything arrives in order, disks answer, clocks go on evenly: most peers must apply something new. */
  calm(): void {
    const stage = this.#stage
    const before = stage.highest()
    for (let round = 0; round < calmRounds; round++) {
      for (const peer of stage.peers) {
        peer.tick(50)
        this.#helpDamaged(peer)
        while (peer.pending > 0) peer.sync()
      }
      const arriving = stage.underWay
      stage.underWay = []
      for (const one of arriving) stage.arrive(one)
      for (const peer of stage.peers) while (peer.pending > 0) peer.sync()
      this.#propose()
      if (stage.peers.filter((peer) => peer.state.mark.index > before).length * 2 > stage.peers.length) return
    }
    demand(false, 'liveness', () => `nothing was committed in ${calmRounds} calm rounds: ${JSON.stringify(stage.peers.map((peer) => peer.raft.status()))}`)
  }

  #pick(): StormPeer {
    return this.#stage.random.pick(this.#stage.peers)
  }

  #deliver(): void {
    const { inOrder, loss, duplication } = this.#options
    const { underWay, random } = this.#stage
    if (underWay.length === 0) return
    const at = random.chance(inOrder) ? 0 : random.integer(underWay.length)
    const one = underWay[at]
    if (one === undefined) return
    if (!random.chance(duplication)) underWay.splice(at, 1)
    if (!random.chance(loss)) this.#stage.arrive(one)
  }

  #tick(): void {
    const { random } = this.#stage
    const peer = this.#pick()
    const long = random.chance(this.#options.longTick)
    const byMs = long ? electionMaxMs + random.integer(500) : 10 + random.integer(150)
    if (long) this.#stage.note(() => `${peer.id} waits ${byMs} ms`)
    peer.tick(byMs)
    this.#helpDamaged(peer)
  }

  #propose(): void {
    const leader = this.#stage.leader()
    if (leader !== undefined) this.#stage.propose(leader)
  }

  #read(): void {
    const leader = this.#stage.leader()
    if (leader !== undefined) this.#stage.read(leader)
  }

  /** One learner more or less, or one voter. */
  #change(): void {
    const leader = this.#stage.leader()
    if (leader === undefined) return
    const { voters, learners } = leader.raft.configuration
    const one = this.#pick().id
    const without = (list: readonly PeerId[]): PeerId[] => list.filter((peer) => peer !== one)
    const next = learners.includes(one)
      ? { voters: [...voters, one], learners: without(learners), witnesses: [] }
      : { voters: without(voters), learners: [...learners, one], witnesses: [] }
    const refusal = leader.raft.proposeConfiguration(next)
    if (refusal === undefined) this.#stage.note(() => `${leader.id} changes to ${next.voters.join(' ')} + ${next.learners.join(' ')}`)
    leader.drive()
  }

  #transfer(): void {
    const leader = this.#stage.leader()
    leader?.raft.transfer(this.#pick().id)
    leader?.drive()
  }

  /** One log at a time, and never of fewer than three voters: what a majority forgot nobody can remember. */
  #damage(): void {
    const stage = this.#stage
    const peer = this.#pick()
    const voters = stage.leader()?.raft.configuration.voters.length ?? 0
    if (voters < 3 || this.#options.change > 0 || stage.peers.some((other) => other.damaged)) return
    stage.note(() => `${peer.id} loses a part of its log`)
    // It waits before it asks how far it must catch up, until nothing of its earlier life is on its way.
    stage.underWay = stage.underWay.filter((one) => one.from !== peer.id)
    peer.damage()
  }

  #helpDamaged(peer: StormPeer): void {
    if (!peer.raft.wantsCatchUp) return
    const leader = this.#stage.leader()
    leader?.raft.read({ from: peer.id, context: 0, purpose: 'lease', applied: 0 })
    leader?.drive()
  }

  #silence(): void {
    const { id } = this.#pick()
    this.#stage.underWay = this.#stage.underWay.filter((one) => one.from !== id && one.to !== id)
  }
}
