// One simulated run from beginning to end: build a cluster, let faults and clients at it while every promise of safety is
// checked, then stop the faults and see that it recovers within a budget. Equal options give equal results and hashes.
import { fencedPrefix } from './holder.ts'
import type { CreateEngine } from './peer.ts'
import { electionSafety } from './checkers/elections.ts'
import { watchLeases } from './checkers/leases.ts'
import { leaderCompleteness, logMatching } from './checkers/logs.ts'
import { stateMachineSafety } from './checkers/states.ts'
import { watchSafety } from './checkers/watches.ts'
import type { WatchChecker } from './checkers/watches.ts'
import { oneHolder } from './checkers/works.ts'
import { exactlyOnce } from './checkers/writes.ts'
import { Cluster } from './cluster.ts'
import { drawFaults } from './faults/draw.ts'
import { Nemesis } from './faults/nemesis.ts'
import type { RunOptions } from './options.ts'
import type { SimPeer } from './peer.ts'
import { demand, Violation } from './violation.ts'
import { allWatchers } from './watcher.ts'
import { Watches } from './watches.ts'
import { Workload } from './workload.ts'
import type { HistoryLine } from './workload.ts'
import { World } from './world.ts'
import type { SimUs } from './world.ts'

/** After the faults end, the cluster must be whole again within this time. */
export const recoveryBudgetUs: SimUs = 40_000_000
/** How often recovery is looked for. */
const lookUs: SimUs = 200_000

export interface RunResult {
  readonly seed: number
  readonly violation: Error | undefined
  readonly hash: string
  readonly events: number
  readonly virtualMs: number
  readonly acknowledged: number
  readonly unknown: number
  readonly reads: number
  readonly applied: number
  readonly recoveredMs: number
  readonly timeline: readonly string[]
}

/** Lines of the timeline that a failure brings along. */
const timelineLines = 400

/** Runs once; never throws for what the run finds. With `recording` the result has a timeline; `heard` gets the clients' history. */
export function runOnce(options: RunOptions, createEngine: CreateEngine, recording: boolean, heard: (line: HistoryLine) => void = () => {}): RunResult {
  const world = new World(options.seed, recording)
  const states = stateMachineSafety()
  const writes = exactlyOnce()
  const told = watchSafety()
  const watcher = allWatchers([electionSafety(), logMatching(), leaderCompleteness(), states, writes, oneHolder(fencedPrefix), told])
  const cluster = new Cluster(world, options, createEngine, watcher)
  const workload = new Workload(cluster, heard)
  let violation: Error | undefined
  let recoveredMs = 0
  try {
    recoveredMs = phases(cluster, workload, told)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    violation = error
    noteStatus(cluster)
  }
  for (const peer of cluster.running()) world.trace.mixText(peer.machine.header().hash)
  return {
    seed: options.seed,
    violation,
    hash: world.trace.hash(),
    events: world.events,
    virtualMs: Math.round(world.nowUs / 1000),
    acknowledged: workload.acknowledged,
    unknown: workload.unknown,
    reads: workload.reads,
    applied: states.highest(),
    recoveredMs,
    timeline: world.trace.timeline(timelineLines),
  }
}

/** How everybody stands, as the last lines of the timeline. */
function noteStatus(cluster: Cluster): void {
  for (const peer of cluster.peers) {
    cluster.world.trace.line(cluster.world.nowUs, () => {
      if (!peer.running) return `${peer.id} does not run`
      const { members, assignments, progress, configuration, ...rest } = peer.engine.status()
      const states = members.map((member) => `${member.peer} ${member.state}`).join(', ')
      return `${peer.id} ${JSON.stringify({ ...rest, configuration, progress, states, works: assignments.length, damaged: peer.disk.damaged })}`
    })
  }
}

/** Build, safety, liveness. Returns how long the recovery took. */
function phases(cluster: Cluster, workload: Workload, told: WatchChecker): number {
  const { world, options } = cluster
  demand(cluster.build(), 'liveness', () => 'the cluster was not built in time')
  const nemesis = new Nemesis(cluster, options.schedule ?? drawFaults(options))
  watchLeases(cluster)
  workload.start()
  new Watches(cluster, told).start()
  nemesis.start()
  world.run(world.nowUs + options.faultyUs)
  const resting = options.core ? whoMayRest(cluster) : []
  nemesis.calm(resting)
  workload.stop()
  const calmUs = world.nowUs
  world.trace.line(world.nowUs, () => `--- the faults are over${resting.length === 0 ? '' : `; ${resting.map((peer) => peer.id).join(' and ')} stay away`}`)
  if (resting.length > 0) {
    recover(cluster, resting)
    for (const peer of resting) cluster.restart(peer)
  }
  recover(cluster, [])
  workload.check()
  return Math.round((world.nowUs - calmUs) / 1000)
}

/** Whom a core can do without: all but the voters, and one voter of three or more whose configuration is everybody's. */
function whoMayRest(cluster: Cluster): readonly SimPeer[] {
  const joined = cluster.joined()
  const configuration = cluster.leader()?.engine.status().configuration
  if (configuration === undefined || configuration.voters.length < 3 || joined.some((peer) => peer.disk.damaged || peer.disk.stateLost)) return []
  const { voters, learners } = configuration
  const agreed = joined.every((peer) => peer.running && peer.engine.status().configuration.voters.join() === voters.join())
  if (!agreed || !voters.every((voter) => joined.some((peer) => peer.id === voter))) return []
  const one = cluster.world.random.pick(voters)
  return joined.filter((peer) => peer.id === one || !(voters.includes(peer.id) || learners.includes(peer.id)))
}

/** The liveness phase: one leader, everybody at the same index and alive to all, and writes and reads through every peer. */
function recover(cluster: Cluster, resting: readonly SimPeer[]): void {
  const { world } = cluster
  const untilUs = world.nowUs + recoveryBudgetUs
  let served = false
  const core = cluster.joined().filter((peer) => !resting.includes(peer))
  let left = core.length
  const answered = (): void => {
    left--
    served = left === 0
  }
  for (const peer of core) askUntilServed(cluster, peer.index, answered)
  let missing = 'nothing yet'
  while (world.nowUs < untilUs) {
    world.run(world.nowUs + lookUs)
    missing = served ? whatIsMissing(cluster, resting) : 'a write and a read through every peer'
    if (missing === '') return
  }
  throw new Violation('liveness', `after ${recoveryBudgetUs / 1e6} s without faults there is still missing: ${missing}`)
}

/** A write, then a read that must show it, through one peer; again and again until both are answered. */
function askUntilServed(cluster: Cluster, index: number, done: () => void): void {
  const peer = cluster.peer(index)
  const key = `/registry/core/configmaps/default/last-${index}`
  const value = new TextEncoder().encode(`last of ${peer.id}`)
  const read = (): void => peer.read(key, (answer) => {
    if (answer.kind !== 'value') return read()
    demand(answer.value !== undefined, 'linearizability', () => `${peer.id} does not show the write that it acknowledged`)
    done()
  })
  const write = (): void => peer.write({ conditions: [], writes: [{ kind: 'put', key, value, terminating: false }] }, (answer) => {
    if (answer.kind === 'applied') read()
    else write()
  })
  write()
}

/** What keeps the cluster from being whole; empty when nothing does. */
function whatIsMissing(cluster: Cluster, resting: readonly SimPeer[]): string {
  const core = cluster.joined().filter((peer) => !resting.includes(peer))
  const leaders = cluster.running().filter((peer) => peer.engine.status().role === 'leader')
  if (leaders.length !== 1) return `one leader (there are ${leaders.length})`
  const highest = Math.max(...core.map((peer) => peer.machine.index))
  for (const peer of core) {
    const status = peer.engine.status()
    if (peer.machine.index !== highest) return `${peer.id} is at ${peer.machine.index} of ${highest}`
    if (!status.quorum) return `${peer.id} sees no quorum`
    const away = status.members.find((member) => member.state !== 'alive' && !resting.some((one) => one.id === member.peer))
    if (away !== undefined) return `${peer.id} sees ${away.peer} ${away.state}`
  }
  return ''
}
