// How fast the simulator is: five peers on a quiet network, without clients and with twenty operations a virtual second.
// Time is handed in. A first short run of each is not counted: it is the compiler's.
import { seededRandom } from '../protocol/base/random.ts'
import type { CreateEngine } from './peer.ts'
import { noFaults, swarmOptions } from './options.ts'
import type { RunOptions } from './options.ts'
import { runOnce } from './run.ts'

export interface Speed {
  readonly eventsPerSecond: number
  readonly virtualSecondsPerSecond: number
}

const peers = 5
const clients = 5

/** A run of five healthy peers with so many operations a virtual second. */
export function quietRun(operationsPerSecond: number, seconds: number): RunOptions {
  return {
    ...swarmOptions(1, seededRandom(1), peers, seconds * 1e6),
    maxVoters: 5, faults: noFaults, schedule: [], core: false, spares: 0, slowDisk: 1, drift: 0, wallSpreadMs: 0, wire: false, keptEntries: 10_000, saveStateUs: 5_000_000,
    network: { leastLatencyUs: 100, meanLatencyUs: 300, loss: 0, duplication: 0, ordered: true },
    disk: { meanSyncUs: 1000, tornShare: 0 },
    clients: operationsPerSecond === 0 ? 0 : clients,
    thinkUs: operationsPerSecond === 0 ? 1_000_000 : (clients * 1e6) / operationsPerSecond,
    watches: operationsPerSecond === 0 ? 0 : 3,
    holderWriteUs: operationsPerSecond === 0 ? 0 : 1_000_000,
  }
}

/** Runs for so many virtual seconds and measures by `nowMs`, a clock that never goes back. */
export function measureSpeed(operationsPerSecond: number, seconds: number, createEngine: CreateEngine, nowMs: () => number): Speed {
  runOnce(quietRun(operationsPerSecond, Math.min(60, seconds)), createEngine, false)
  const startedMs = nowMs()
  const { events, virtualMs } = runOnce(quietRun(operationsPerSecond, seconds), createEngine, false)
  const tookMs = nowMs() - startedMs
  return { eventsPerSecond: (events * 1000) / tookMs, virtualSecondsPerSecond: virtualMs / tookMs }
}
