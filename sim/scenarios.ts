// Named runs: situations that deserve to be met on every day and not only when chance brings them. Each is a swarm run with
// some of its draws fixed; a bug that the simulator found gets its own name here, with the seed that showed it.
import { seededRandom } from '../protocol/base/random.ts'
import { noFaults, swarmOptions } from './options.ts'
import type { RunOptions } from './options.ts'

export interface Scenario {
  readonly name: string
  readonly options: RunOptions
}

const quietNetwork = { leastLatencyUs: 100, meanLatencyUs: 300, loss: 0, duplication: 0, ordered: true }

function scenario(name: string, seed: number, peers: number, fixed: Partial<RunOptions>): Scenario {
  return { name, options: { ...swarmOptions(seed, seededRandom(seed), peers, 20_000_000), core: false, ...fixed } }
}

export const scenarios: readonly Scenario[] = [
  scenario('nothing goes wrong', 1, 3, { faults: noFaults, network: quietNetwork, slowDisk: 1 }),
  scenario('one peer alone', 2, 1, { faults: { ...noFaults, crashUs: 3_000_000 } }),
  scenario('two peers', 3, 2, { faults: { ...noFaults, crashUs: 3_000_000 } }),
  scenario('all crash at once, again and again (P5, P19)', 4, 3, { faults: { ...noFaults, crashAllUs: 4_000_000 } }),
  scenario('partitions', 5, 5, { faults: { ...noFaults, partitionUs: 3_000_000 } }),
  scenario('one-way cuts (P15)', 6, 5, { faults: { ...noFaults, oneWayUs: 3_000_000 } }),
  scenario('swizzled clogs', 7, 5, { faults: { ...noFaults, swizzleUs: 3_000_000 } }),
  scenario('somebody stands still (P11, P12)', 8, 3, { faults: { ...noFaults, pauseUs: 3_000_000 } }),
  scenario('exiles that need a whole state (P13)', 9, 4, { faults: { ...noFaults, exileUs: 4_000_000 }, saveStateUs: 300_000, thinkUs: 5000, clients: 5, keptEntries: 10 }),
  scenario('a very slow disk (P7)', 10, 3, { slowDisk: 50, faults: { ...noFaults, crashUs: 8_000_000 } }),
  scenario('mirrors beside three voters (P20, P21)', 11, 7, { maxVoters: 3, faults: { ...noFaults, crashUs: 3_000_000, partitionUs: 5_000_000 } }),
  scenario('damaged logs (P4)', 13, 3, { faults: { ...noFaults, damageUs: 6_000_000 } }),
  scenario('clean stops', 14, 3, { faults: { ...noFaults, stopUs: 3_000_000 } }),
  scenario('a peer is gone for good (P10)', 15, 5, { faults: { ...noFaults, removeUs: 4_000_000, crashUs: 6_000_000 } }),
  scenario('a peer leaves', 16, 5, { faults: { ...noFaults, leaveUs: 4_000_000, crashUs: 6_000_000 } }),
  scenario('a disk is wiped (P6)', 17, 5, { faults: { ...noFaults, wipeUs: 4_000_000, crashUs: 6_000_000 } }),
  scenario('main threads that do not beat', 18, 4, { faults: { ...noFaults, unhealthyUs: 2_000_000, pauseUs: 6_000_000 } }),
  scenario('machines that stand still and are cut off (P12, P24)', 19, 5, {
    faults: { ...noFaults, stuporUs: 25_000_000 }, faultyUs: 120_000_000, network: { ...quietNetwork, leastLatencyUs: 100_000, meanLatencyUs: 50_000 }, clients: 1, thinkUs: 200_000, drift: 0.02, slowDisk: 1,
  }),
  scenario('the bytes of real peers', 20, 5, { wire: true }),
  scenario('many who watch (P22)', 21, 4, { watches: 8, clients: 5, thinkUs: 5000 }),
  scenario('deaths around every save and every snapshot (P2, P5, P13)', 22, 5, {
    faults: { ...noFaults, ambushUs: 400_000 }, saveStateUs: 300_000, keptEntries: 10, thinkUs: 5000, clients: 5, downUs: 300_000,
  }),
  scenario('syncs that fail (P3)', 23, 3, { faults: { ...noFaults, failedSyncUs: 1_000_000 }, downUs: 300_000 }),
  scenario('full and slow disks (P7)', 24, 3, { faults: { ...noFaults, fullDiskUs: 3_000_000, slowDiskUs: 3_000_000 }, apartUs: 2_000_000 }),
  scenario('lost logs (P4, P6)', 25, 5, { faults: { ...noFaults, lostLogUs: 4_000_000 } }),
  scenario('lost states (P1)', 26, 4, { faults: { ...noFaults, lostStateUs: 3_000_000 }, keptEntries: 5, saveStateUs: 300_000 }),
  scenario('clocks that jump and run apart (P12)', 27, 5, { faults: { ...noFaults, clockJumpUs: 500_000, driftUs: 1_000_000, crashUs: 4_000_000 }, drift: 0.02, wallSpreadMs: 60_000 }),
  scenario('pairs that cannot hear each other (P15)', 28, 5, { faults: { ...noFaults, cutPairUs: 1_500_000 } }),
  scenario('times of loss, doubles and lateness (P16)', 29, 5, { faults: { ...noFaults, noiseUs: 2_000_000, crashUs: 5_000_000 } }),
  scenario('machines join, leave and are wiped under fire (P8)', 30, 5, {
    faults: { ...noFaults, joinUs: 3_000_000, removeUs: 4_000_000, leaveUs: 5_000_000, wipeUs: 5_000_000, crashUs: 6_000_000, partitionUs: 8_000_000 }, spares: 3, faultyUs: 60_000_000, downUs: 600_000, apartUs: 1_000_000,
  }),
  // The leader of one or two votes alone: nobody is elected while it stands still, and it dated what it answered by the time before.
  scenario('a lone leader that stands still and answers late (P12, P24)', 11_031, 2, {
    faults: { ...noFaults, pauseUs: 6_000_000, crashUs: 9_000_000 }, pauseMeanUs: 12_000_000, faultyUs: 120_000_000, network: quietNetwork, slowDisk: 1,
  }),
  scenario('heavy loss (P16, P17)', 12, 3, { network: { ...quietNetwork, loss: 0.25, duplication: 0.2, ordered: false } }),
]
