// The stage of storms and scripts: some Rafts, the messages between them, and the checkers of Raft's figure 3.2, with a
// check of ReadIndex: a confirmed read shows at least what anybody knew as committed when it was asked.
// It does nothing by itself; a storm or a script says what happens next.
import { required } from '../../protocol/base/assert.ts'
import type { LogIndex, PeerId } from '../../protocol/base/ids.ts'
import { seededRandom } from '../../protocol/base/random.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { RaftMessage } from '../../protocol/consensus/raft.ts'
import type { Outgoing, ReadResult } from '../../protocol/consensus/types.ts'
import type { Configuration } from '../../protocol/message/entry.ts'
import { electionSafety } from '../checkers/elections.ts'
import { leaderCompleteness, logMatching } from '../checkers/logs.ts'
import { stateMachineSafety } from '../checkers/states.ts'
import { demand } from '../violation.ts'
import { allWatchers } from '../watcher.ts'
import { StormPeer } from './peer.ts'

/** Messages on their way; beyond it the oldest are lost. */
export const maxUnderWay = 2000
/** Lines of the timeline that are kept. */
export const maxLines = 400

/** A message on its way. */
export interface UnderWay {
  readonly from: PeerId
  readonly to: PeerId
  readonly message: RaftMessage
}

export interface StageOptions {
  readonly seed: number
  readonly configuration: Configuration
  readonly keptEntries: number
  readonly recording: boolean
}

export class Stage {
  readonly random: Random
  readonly peers: readonly StormPeer[]
  readonly lines: string[] = []
  underWay: UnderWay[] = []
  steps = 0
  reads = 0
  readonly #recording: boolean
  readonly #states = stateMachineSafety()
  #proposals = 0
  /** What was known as committed when each read was asked. */
  readonly #readFloors = new Map<number, LogIndex>()

  constructor(options: StageOptions) {
    const { seed, configuration, keptEntries, recording } = options
    this.#recording = recording
    this.random = seededRandom(seed)
    const world = {
      watcher: allWatchers([electionSafety(), logMatching(), leaderCompleteness(), this.#states]),
      keptEntries,
      send: (from: PeerId, outgoing: Outgoing): void => this.#send(from, outgoing),
      read: (_peer: StormPeer, result: ReadResult): void => this.#readDone(result),
      source: (from: readonly PeerId[], atLeast: LogIndex): StormPeer | undefined =>
        this.peers.find((peer) => from.includes(peer.id) && peer.state.mark.index >= atLeast),
      note: (text: () => string): void => this.note(text),
    }
    const ids = [...configuration.voters, ...configuration.learners]
    this.peers = ids.map((id) => new StormPeer(id, configuration, world, this.random.fork()))
  }

  peer(id: PeerId): StormPeer {
    return required(this.peers.find((peer) => peer.id === id), 'peer of the stage')
  }

  /** The greatest index that anybody knows as committed. */
  highest(): LogIndex {
    return Math.max(...this.peers.map((peer) => peer.raft.commit), this.#states.highest())
  }

  /** One of those who believe that they lead. */
  leader(): StormPeer | undefined {
    const leaders = this.peers.filter((peer) => peer.raft.isLeader)
    return leaders.length === 0 ? undefined : this.random.pick(leaders)
  }

  arrive({ from, to, message }: UnderWay): void {
    const target = this.peer(to)
    this.note(() => `${from} -> ${to} ${brief(message)}`)
    target.raft.step(from, message)
    target.drive()
  }

  /** Everything on its way that `which` wants arrives, also what that causes, until nothing is left. */
  deliver(which: (one: UnderWay) => boolean): void {
    for (;;) {
      const at = this.underWay.findIndex(which)
      const [one] = at < 0 ? [] : this.underWay.splice(at, 1)
      if (one === undefined) return
      this.arrive(one)
    }
  }

  propose(leader: StormPeer): void {
    this.#proposals++
    leader.raft.propose({ peer: leader.id, counter: this.#proposals }, new Uint8Array([this.#proposals & 255]))
    leader.drive()
  }

  read(leader: StormPeer): void {
    const context = this.#readFloors.size + 1
    this.#readFloors.set(context, this.highest())
    this.note(() => `${leader.id} is asked to read when ${this.highest()} is committed`)
    leader.raft.read({ from: leader.id, context, purpose: 'read', applied: 0 })
    leader.drive()
  }

  note(text: () => string): void {
    if (!this.#recording) return
    this.lines.push(`${String(this.steps).padStart(6)} ${text()}`)
    if (this.lines.length > maxLines) this.lines.shift()
  }

  #send(from: PeerId, { to, message }: Outgoing): void {
    if (message.kind === 'propose' || message.kind === 'proposed' || message.kind === 'read' || message.kind === 'readReply') return
    this.underWay.push({ from, to, message })
    if (this.underWay.length > maxUnderWay) this.underWay.shift()
  }

  #readDone({ request, index }: ReadResult): void {
    if (index === undefined) return
    // What a damaged peer asks to know how far it must catch up goes by the name of a lease here.
    if (request.purpose === 'lease') return this.peer(request.from).raft.catchUpTo(index)
    const floor = required(this.#readFloors.get(request.context), 'floor of a read')
    this.reads++
    demand(index >= floor, 'linearizability', () => `a read shows ${index} though ${floor} was committed when it was asked`)
  }
}

/** A message on one line, entries as their number. */
function brief(message: RaftMessage): string {
  return JSON.stringify(message, (key, value: unknown) => (key === 'entries' && Array.isArray(value) ? `${value.length} entries` : value))
}
