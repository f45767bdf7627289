// One run of whole control loops in virtual time: every peer has the daemon's controllers and scheduler and a simulated
// kubelet aboard, a user changes what is wanted, and faults go on. Safety: no write of a work outside its epoch, no Pod on two
// nodes, never two of what must be unique, and all that the protocol promises. Liveness: when the faults are over, what is
// wanted runs, and nothing else. It waits for promises, so it is told how to let them run.
import { leaderCompleteness, logMatching } from '../checkers/logs.ts'
import { boundOnce } from '../checkers/bindings.ts'
import { electionSafety } from '../checkers/elections.ts'
import { watchLeases } from '../checkers/leases.ts'
import { stateMachineSafety } from '../checkers/states.ts'
import { exactlyOnce } from '../checkers/writes.ts'
import { Cluster } from '../cluster.ts'
import { drawFaults } from '../faults/draw.ts'
import { Nemesis } from '../faults/nemesis.ts'
import type { RunOptions } from '../options.ts'
import type { CreateEngine } from '../peer.ts'
import { demand, Violation } from '../violation.ts'
import { allWatchers } from '../watcher.ts'
import { World } from '../world.ts'
import type { SimUs } from '../world.ts'
import { Containers } from './containers.ts'
import { SimDaemon } from './daemon.ts'
import { simTakeover } from './takeover.ts'
import { uniqueReplicas, uniqueSet, User } from './user.ts'

/** After the faults everything wanted must run within this time: a lease must run out, its Pods move, and loops that failed wait half a minute. */
export const loopsBudgetUs: SimUs = 120_000_000
/** How often what runs is compared. */
const sampleUs: SimUs = 100_000
const lookUs: SimUs = 500_000

const uniqueNames = Array.from({ length: uniqueReplicas }, (_, ordinal) => `${uniqueSet}-${ordinal}`)

export interface LoopsResult {
  readonly violation: Error | undefined
  readonly hash: string
  readonly events: number
  readonly virtualMs: number
  /** Containers that were ever started. */
  readonly started: number
  readonly recoveredMs: number
  readonly timeline: readonly string[]
}

/** Lines of the timeline that a failure brings along. */
const timelineLines = 400

/** Runs once; `settle` waits until everything that promises set free has run. Never throws for what the run finds. */
export async function runLoops(options: RunOptions, createEngine: CreateEngine, recording: boolean, settle: () => Promise<void>): Promise<LoopsResult> {
  const world = new World(options.seed, recording)
  const containers = new Containers()
  const watcher = allWatchers([electionSafety(), logMatching(), leaderCompleteness(), stateMachineSafety(), exactlyOnce(), boundOnce()])
  let lives = 0
  const cluster: Cluster = new Cluster(world, options, createEngine, watcher, (peer) => new SimDaemon(peer, {
    world, containers, takeover: (self) => simTakeover(cluster, self),
  }, ++lives))
  let violation: Error | undefined
  let recoveredMs = 0
  try {
    recoveredMs = await phases(cluster, containers, settle)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    violation = error
  }
  for (const peer of cluster.running()) world.trace.mix(peer.machine.hashNumber)
  return {
    violation, hash: world.trace.hash(), events: world.events, virtualMs: Math.round(world.nowUs / 1000), started: containers.started, recoveredMs,
    timeline: world.trace.timeline(timelineLines),
  }
}

async function phases(cluster: Cluster, containers: Containers, settle: () => Promise<void>): Promise<number> {
  const { world, options } = cluster
  demand(cluster.build(), 'liveness', () => 'the cluster was not built in time')
  const user = new User(cluster, settle)
  await user.begin()
  const nemesis = new Nemesis(cluster, options.schedule ?? drawFaults(options))
  watchLeases(cluster)
  watchUnique(cluster, containers)
  user.start()
  nemesis.start()
  await world.runSettled(world.nowUs + options.faultyUs, settle)
  nemesis.calm()
  const calmUs = world.nowUs
  world.trace.line(world.nowUs, () => '--- the faults are over')
  await user.settleDown()
  let missing = ''
  while (world.nowUs < calmUs + loopsBudgetUs) {
    await world.runSettled(world.nowUs + lookUs, settle)
    missing = whatIsMissing(cluster, containers, user)
    if (missing === '') return Math.round((world.nowUs - calmUs) / 1000)
  }
  throw new Violation('liveness', `after ${loopsBudgetUs / 1e6} s without faults there is still missing: ${missing}`)
}

function watchUnique(cluster: Cluster, containers: Containers): void {
  cluster.world.after(sampleUs, () => {
    containers.check(cluster.joined(), cluster.world.nowUs)
    watchUnique(cluster, containers)
  })
}

/** What is wanted and does not run, or runs and is not wanted; empty when all is as it should be. */
function whatIsMissing(cluster: Cluster, containers: Containers, user: User): string {
  const running = containers.all(cluster.joined().filter((peer) => peer.running))
  for (const [name, replicas] of user.wanted) {
    const count = running.filter(({ owner }) => owner.startsWith(`${name}-`)).length
    if (count !== replicas) return `${replicas} containers of ${name} (there are ${count})`
  }
  for (const name of uniqueNames) {
    const count = running.filter((one) => one.name === name).length
    if (count !== 1) return `one container of ${name} (there are ${count})`
  }
  return ''
}
