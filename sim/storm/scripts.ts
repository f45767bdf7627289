// Scripts: the few orders of events that chance meets too seldom, played step by step on the stage of storms. Each is the
// shortest way to the mistake that a rule of Raft prevents; with the rule in place nothing happens. A bug that a storm found
// may stand here too, once it is understood well enough to be told.
import type { PeerId } from '../../protocol/base/ids.ts'
import { electionMaxMs } from '../../protocol/consensus/limits.ts'
import { demand } from '../violation.ts'
import { Stage } from './stage.ts'
import type { UnderWay } from './stage.ts'

export interface Script {
  readonly name: string
  readonly play: (recording: boolean) => Stage
}

/** Plays a script; answers what it violated. */
export function playScript(script: Script): Error | undefined {
  try {
    script.play(false)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error
  }
}

function stageOf(voters: readonly PeerId[], learners: readonly PeerId[], recording: boolean): Stage {
  return new Stage({ seed: 1, configuration: { voters, learners, witnesses: [] }, keptEntries: 1000, recording })
}

const between = (peers: readonly PeerId[]) => (one: UnderWay): boolean => peers.includes(one.from) && peers.includes(one.to)

/** Lets these peers, and only these, exchange everything and sync it. */
function settle(stage: Stage, peers: readonly PeerId[]): void {
  for (let i = 0; i < 6; i++) {
    stage.deliver(between(peers))
    for (const id of peers) while (stage.peer(id).pending > 0) stage.peer(id).sync()
  }
}

/** `id` is elected by `voters`; what it sends to them as a leader is not delivered yet. */
function elect(stage: Stage, id: PeerId, voters: readonly PeerId[]): void {
  const candidate = stage.peer(id)
  const votes = (one: UnderWay): boolean => between([id, ...voters])(one) && /ote/.test(one.message.kind)
  // The first attempt may only teach it the newest term.
  for (let attempt = 0; attempt < 3 && !candidate.raft.isLeader; attempt++) {
    for (const voter of voters) stage.peer(voter).tick(electionMaxMs)
    // They would have stood themselves; nobody hears of it.
    stage.underWay = []
    candidate.tick(2 * electionMaxMs)
    for (let i = 0; i < 4 && !candidate.raft.isLeader; i++) {
      stage.deliver(votes)
      for (const peer of [id, ...voters]) if (!candidate.raft.isLeader) while (stage.peer(peer).pending > 0) stage.peer(peer).sync()
    }
  }
  demand(candidate.raft.isLeader, 'script', () => `${id} was not elected: ${JSON.stringify(candidate.raft.status())}`)
}

/**
 * Raft's figure 3.7. An entry of term 1 reaches a majority only in a later term, whose leader must not call it committed
 * before an entry of its own: a peer with a newer entry, which never saw it, is elected next and replaces it.
 */
function oldTermByCounting(recording: boolean): Stage {
  const stage = stageOf(['a', 'b', 'c', 'd', 'e'], [], recording)
  elect(stage, 'a', ['b', 'c'])
  settle(stage, ['a', 'b', 'c', 'd', 'e'])
  stage.propose(stage.peer('a'))
  settle(stage, ['a', 'b'])
  elect(stage, 'e', ['c', 'd'])
  stage.peer('e').sync()
  stage.underWay = []
  // The first leader comes back with its old entry and brings it to 'c', together with its no-op; neither is saved yet.
  stage.peer('a').crashAfter(0)
  elect(stage, 'a', ['b', 'c'])
  stage.peer('a').sync()
  stage.deliver(between(['a', 'b', 'c']))
  // 'c' saves what is old and loses what is new, in the middle of the write.
  stage.peer('c').crashAfter(1)
  for (let i = 0; i < 4; i++) {
    stage.peer('a').tick(110)
    stage.deliver(between(['a', 'b', 'c']))
  }
  // Now three of five have the old entry; but 'e' can still be elected, and replaces it.
  for (const id of ['a', 'b', 'c', 'e']) stage.peer(id).crashAfter(0)
  elect(stage, 'e', ['c', 'd'])
  settle(stage, ['b', 'c', 'd', 'e'])
  stage.peer('e').tick(110)
  settle(stage, ['a', 'b', 'c', 'd', 'e'])
  return stage
}

/**
 * Ongaro's mistake of 2015. A leader adds a voter and reaches nobody with it; the next one removes a voter before anything
 * of its own term is committed. The two configurations have majorities that do not meet: both go on by themselves.
 */
function changeBeforeNoop(recording: boolean): Stage {
  const stage = stageOf(['a', 'b', 'c', 'd'], ['e'], recording)
  elect(stage, 'a', ['b', 'c'])
  settle(stage, ['a', 'b', 'c', 'd', 'e'])
  stage.peer('a').raft.proposeConfiguration({ voters: ['a', 'b', 'c', 'd', 'e'], learners: [], witnesses: [] })
  stage.peer('a').drive()
  stage.peer('a').sync()
  elect(stage, 'b', ['c', 'd'])
  stage.peer('b').raft.proposeConfiguration({ voters: ['b', 'c', 'd'], learners: ['e'], witnesses: [] })
  stage.peer('b').drive()
  settle(stage, ['b', 'c'])
  stage.peer('a').crashAfter(0)
  elect(stage, 'a', ['d', 'e'])
  settle(stage, ['a', 'd', 'e'])
  return stage
}

/**
 * What the leader knows is not answered again, but an append that brought something new is, in whatever round it came: a
 * write waits for no heartbeat.
 */
function newMatchWithinRound(recording: boolean): Stage {
  const stage = stageOf(['a', 'b', 'c'], [], recording)
  const all = ['a', 'b', 'c']
  elect(stage, 'a', ['b', 'c'])
  settle(stage, all)
  for (let write = 0; write < 2; write++) {
    stage.propose(stage.peer('a'))
    // No clock ticks in here, so that no new round begins.
    settle(stage, all)
    for (const id of all) {
      const { commit } = stage.peer(id).raft
      const { lastIndex } = stage.peer('a').raft.status()
      demand(commit === lastIndex, 'script', () => `${id} knows ${commit} of ${lastIndex} as committed before the next heartbeat`)
    }
  }
  return stage
}

export const scripts: readonly Script[] = [
  { name: "an old term's entry is not committed by counting (P9)", play: oldTermByCounting },
  { name: 'no change of members before the no-op (P8)', play: changeBeforeNoop },
  { name: 'a write is answered without a heartbeat', play: newMatchWithinRound },
]
