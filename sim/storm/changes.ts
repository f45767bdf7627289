// Changes of members that are interrupted at every step. A change is played on the stage of storms, message by message and
// write by write; at one of these steps a peer dies, comes back or not, and whoever leads then goes on with the plan. Trying
// all steps and all victims is exhaustive where chance only samples: before and after the append, the commit, the no-op.
import type { PeerId } from '../../protocol/base/ids.ts'
import { membersOf } from '../../protocol/consensus/configuration.ts'
import type { Configuration } from '../../protocol/message/entry.ts'
import { demand } from '../violation.ts'
import type { StormPeer } from './peer.ts'
import { Stage } from './stage.ts'

/** Configurations to go through, from the first one on; each follows from the one before by one allowed change. */
export interface Change {
  readonly name: string
  readonly steps: readonly Configuration[]
}

/** What happens to the victim. Torn: its hard state survives from the write under way, and nothing else of it. */
export type Accident = 'crash' | 'torn' | 'gone'

export interface Interruption {
  readonly victim: PeerId
  readonly accident: Accident
  /** After so many steps since the change began. */
  readonly at: number
}

const configuration = (voters: string, learners = '', witnesses = ''): Configuration => ({ voters: [...voters], learners: [...learners], witnesses: [...witnesses] })

export const changes: readonly Change[] = [
  { name: 'one voter to three', steps: [configuration('a', 'bc'), configuration('ab', 'c'), configuration('abc')] },
  { name: 'three voters to one and a standby', steps: [configuration('abc'), configuration('ab'), configuration('a'), configuration('a', 'b')] },
  { name: 'a dead voter is replaced', steps: [configuration('abc', 'd'), configuration('abcd'), configuration('abd')] },
  { name: 'three voters to five', steps: [configuration('abc', 'de'), configuration('abcd', 'e'), configuration('abcde')] },
  { name: 'the leader itself is removed', steps: [configuration('abcd'), configuration('bcd')] },
  { name: 'a witness joins two voters', steps: [configuration('ab', 'w'), configuration('abw', '', 'w')] },
]

/** Rounds in which everything must be whole again. */
const calmRounds = 400
/** More steps than any change takes. */
const mostSteps = 2_000

/** Plays a change with an interruption; answers false when it had ended before that step. Throws a violation. */
export function playChange(change: Change, interruption: Interruption): boolean {
  const first = change.steps[0] ?? configuration('a')
  const stage = new Stage({ seed: 1, configuration: first, keptEntries: 1000, recording: false })
  const play = new Play(stage, change.steps)
  play.settle()
  for (let step = 0; step < mostSteps && !play.done(); step++) {
    if (step === interruption.at) {
      play.strike(interruption)
      play.settle()
      return true
    }
    play.turn(step)
  }
  return false
}

class Play {
  readonly #stage: Stage
  readonly #steps: readonly Configuration[]
  #gone: PeerId | undefined
  #started = false

  constructor(stage: Stage, steps: readonly Configuration[]) {
    this.#stage = stage
    this.#steps = steps
  }

  get #alive(): readonly StormPeer[] {
    return this.#stage.peers.filter(({ id }) => id !== this.#gone)
  }

  /** The last configuration is in force and known as committed by all of its members that live. */
  done(): boolean {
    const last = this.#steps.at(-1)
    return last !== undefined && this.#alive.filter(({ id }) => membersOf(last).includes(id)).every(({ raft, state }) => same(raft.configuration, last) && same(state.mark.configuration, last))
  }

  /** One message or one write; when there is neither, time goes on. */
  turn(step: number): void {
    const stage = this.#stage
    this.#plan()
    const writing = this.#alive.find(({ pending }) => pending > 0)
    const message = stage.underWay[0]
    if (writing !== undefined && (message === undefined || step % 2 === 1)) writing.sync()
    else if (message === undefined) for (const peer of this.#alive) peer.tick(60)
    else {
      stage.underWay.shift()
      this.#arrive(message)
    }
  }

  strike({ victim, accident }: Interruption): void {
    const peer = this.#stage.peer(victim)
    if (accident === 'gone') this.#gone = victim
    else if (accident === 'torn') peer.crashAfter(0)
    else peer.crash()
  }

  /** Everything arrives until the plan is carried out; before the change began, until somebody leads. */
  settle(): void {
    const stage = this.#stage
    for (let round = 0; round < calmRounds; round++) {
      if (this.#started ? this.done() : this.#led()) {
        this.#started = true
        return
      }
      for (const peer of this.#alive) {
        peer.tick(50)
        while (peer.pending > 0) peer.sync()
      }
      const arriving = stage.underWay
      stage.underWay = []
      for (const one of arriving) this.#arrive(one)
      for (const peer of this.#alive) while (peer.pending > 0) peer.sync()
      if (this.#started) this.#plan()
    }
    demand(false, 'liveness', () => `the change did not end: ${JSON.stringify(this.#alive.map(({ raft }) => raft.status()))}`)
  }

  #led(): boolean {
    const leader = this.#alive.find(({ raft }) => raft.isLeader)
    return leader !== undefined && this.#alive.every(({ state }) => state.mark.index > 0 && state.mark.index === leader.raft.commit)
  }

  #arrive(one: Stage['underWay'][number]): void {
    if (one.to !== this.#gone && one.from !== this.#gone) this.#stage.arrive(one)
  }

  /** Whoever leads proposes what follows the configuration that it has; a leader that is to go hands over. */
  #plan(): void {
    for (const peer of this.#alive.filter(({ raft }) => raft.isLeader)) {
      const at = this.#steps.findIndex((step) => same(step, peer.raft.configuration))
      const next = this.#steps[at + 1]
      if (at < 0 || next === undefined) continue
      const removed = peer.raft.configuration.voters.find((id) => !next.voters.includes(id))
      if (removed === peer.id && peer.raft.configuration.voters.length > 1 && this.#handsOver(peer)) continue
      peer.raft.proposeConfiguration(next)
      peer.drive()
    }
  }

  #handsOver(peer: StormPeer): boolean {
    const to = peer.raft.bestSuccessor()
    if (to === undefined) return false
    peer.raft.transfer(to)
    peer.drive()
    return true
  }
}

function same(a: Configuration, b: Configuration): boolean {
  const list = (peers: readonly PeerId[]): string => [...peers].sort().join(' ')
  return list(a.voters) === list(b.voters) && list(a.learners) === list(b.learners) && list(a.witnesses) === list(b.witnesses)
}
