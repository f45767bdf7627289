// Conversations between three Raft peers as text, a line a message, for people to read and for the golden files to hold.
// Only the peer that a story names lets its timer run out; messages arrive at once and in order, saves succeed at once.
import { seededRandom } from '../../../protocol/base/random.ts'
import { electionMaxMs, heartbeatMs } from '../../../protocol/consensus/limits.ts'
import { Raft } from '../../../protocol/consensus/raft.ts'
import type { RaftMessage } from '../../../protocol/consensus/raft.ts'
import type { Outgoing } from '../../../protocol/consensus/types.ts'
import type { ConsensusMessage } from '../../../protocol/message/consensus.ts'
import type { Entry } from '../../../protocol/message/entry.ts'

const configuration = { voters: ['a', 'b', 'c'], learners: [], witnesses: [] }

function isRaft(message: ConsensusMessage): message is RaftMessage {
  return message.kind !== 'propose' && message.kind !== 'proposed' && message.kind !== 'read' && message.kind !== 'readReply'
}

function positions(entries: readonly Entry[]): string {
  return entries.map((entry) => `${entry.index}@t${entry.term}`).join(',')
}

function describeMessage(m: ConsensusMessage): string {
  if (m.kind === 'preVote' || m.kind === 'vote') return `${m.kind} t${m.term} log ${m.lastIndex}@t${m.lastTerm}${m.transfer ? ' transfer' : ''}`
  if (m.kind === 'preVoteReply' || m.kind === 'voteReply') return `${m.kind} t${m.term} ${m.granted ? 'granted' : 'refused'}`
  if (m.kind === 'append') return `append t${m.term} after ${m.previousIndex}@t${m.previousTerm} [${positions(m.entries)}] commit ${m.commit}`
  if (m.kind === 'appendReply') return `appendReply t${m.term} ${m.accepted ? 'has' : 'refused, try'} ${m.match}@t${m.matchTerm}`
  return m.kind
}

/** Three peers and what they say. */
class Talk {
  readonly lines: string[] = []
  readonly peers = new Map<string, Raft>()
  readonly deaf = new Set<string>()
  #nowMs = 0
  #queue: { readonly from: string; readonly sent: Outgoing }[] = []

  constructor(logs: Readonly<Record<string, readonly Entry[]>>, term: number) {
    for (const id of configuration.voters) {
      const hardState = { term, vote: undefined, commit: 0 }
      const recovered = { hardState, snapshot: { index: 0, term: 0, configuration }, entries: logs[id] ?? [], mayVote: true }
      const raft = new Raft(id, recovered, seededRandom(id.charCodeAt(0)))
      raft.tick(0, 0)
      this.peers.set(id, raft)
    }
  }

  say(line: string): void {
    this.lines.push(`-- ${line}`)
  }

  peer(id: string): Raft {
    const raft = this.peers.get(id)
    if (raft === undefined) throw new Error(`no peer ${id}`)
    return raft
  }

  /** Lets the timer of one peer run out. */
  timeout(id: string): void {
    this.#nowMs += electionMaxMs * 2
    this.peer(id).tick(this.#nowMs, this.#nowMs)
    this.settle()
  }

  /** Lets one peer, a leader, send its heartbeats. */
  beat(id: string): void {
    this.#nowMs += heartbeatMs
    this.peer(id).tick(this.#nowMs, this.#nowMs)
    this.settle()
  }

  settle(): void {
    for (const [id, raft] of this.peers) this.#collect(id, raft)
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const { from, sent } = next
      const lost = this.deaf.has(from) || this.deaf.has(sent.to)
      this.lines.push(`${from} > ${sent.to}  ${describeMessage(sent.message)}${lost ? '  (lost)' : ''}`)
      const to = this.peer(sent.to)
      if (lost || !isRaft(sent.message)) continue
      to.step(from, sent.message)
      this.#collect(sent.to, to)
    }
  }

  #collect(id: string, raft: Raft): void {
    for (let ready = raft.ready(); ready !== undefined; ready = raft.ready()) {
      for (const sent of ready.send) this.#queue.push({ from: id, sent })
      if (ready.save !== undefined) {
        const term = ready.save.hardState?.term ?? 0
        this.lines.push(`${id} saves t${term} vote ${ready.save.hardState?.vote ?? '-'} [${positions(ready.save.entries)}]`)
      }
      for (const sent of ready.sendAfterSave) this.#queue.push({ from: id, sent })
      if (ready.committed.length > 0) this.lines.push(`${id} applies ${positions(ready.committed)}`)
      for (const read of ready.reads) this.lines.push(`${id} may read at ${read.index ?? '(no leader)'}`)
      if (ready.save !== undefined) raft.saved(ready.save.sequence)
    }
  }
}

function noop(index: number, term: number): Entry {
  return { term, index, timeMs: 0, body: { kind: 'noop' } }
}

function election(): string[] {
  const talk = new Talk({}, 0)
  talk.say('a hears no leader')
  talk.timeout('a')
  talk.say('a proposes')
  talk.peer('a').propose({ peer: 'a', counter: 1 }, new Uint8Array())
  talk.settle()
  return talk.lines
}

function replacement(): string[] {
  const talk = new Talk({ a: [noop(1, 1), noop(2, 1), noop(3, 1)], b: [noop(1, 1), noop(2, 2)], c: [noop(1, 1)] }, 2)
  talk.say('a has entries that nobody else has; b has a newer one and stands for election')
  talk.timeout('b')
  return talk.lines
}

function deposed(): string[] {
  const talk = new Talk({}, 0)
  talk.timeout('a')
  talk.lines.length = 0
  talk.say('a leads, is cut off, and is asked to read')
  talk.deaf.add('a')
  talk.peer('a').read({ from: 'a', context: 1, purpose: 'read', applied: 0 })
  talk.settle()
  talk.say('c is elected meanwhile, once b and c have both lost their leader')
  talk.timeout('b')
  talk.timeout('c')
  talk.say('a is back')
  talk.deaf.clear()
  talk.beat('c')
  return talk.lines
}

/** All conversations by the name of their golden file. */
export const conversations: Readonly<Record<string, () => string[]>> = { election, replacement, deposed }
