// What kind of run a seed makes: its faults and their odds are drawn from the seed, some of them switched off altogether,
// because a run without loss and a run with nothing but loss find different mistakes (swarm testing, Groce et al. 2012).
// Everything drawn is printed, so that a failure's surroundings are known.
import { seededRandom } from '../protocol/base/random.ts'
import type { Random } from '../protocol/base/random.ts'
import type { DiskOptions } from './disk.ts'
import type { Fault } from './faults/fault.ts'
import type { NetworkOptions } from './network.ts'
import type { SimUs } from './world.ts'

/** How often each fault comes: the mean time between two, 0 for never. */
export interface FaultTimes {
  readonly crashUs: SimUs
  readonly crashAllUs: SimUs
  /** Somebody dies at one of the crash points of its turn. */
  readonly ambushUs: SimUs
  readonly pauseUs: SimUs
  readonly partitionUs: SimUs
  /** Two cannot hear each other, and everybody else hears both. */
  readonly cutPairUs: SimUs
  readonly oneWayUs: SimUs
  readonly swizzleUs: SimUs
  /** A time of loss, doubles and lateness. */
  readonly noiseUs: SimUs
  /** A synced tail of one log is lost, one peer at a time. */
  readonly damageUs: SimUs
  readonly lostLogUs: SimUs
  readonly lostStateUs: SimUs
  /** Syncs that fail, disks without room and slow ones. */
  readonly failedSyncUs: SimUs
  readonly fullDiskUs: SimUs
  readonly slowDiskUs: SimUs
  /** Wall clocks that jump, boot-time clocks that run at another rate for a while. */
  readonly clockJumpUs: SimUs
  readonly driftUs: SimUs
  /** A daemon is stopped cleanly and started again: it gives its leadership away first. */
  readonly stopUs: SimUs
  /** A peer is gone for good and removed from the agreed state; from four peers on. */
  readonly removeUs: SimUs
  /** A follower is kept away until the log has been cut, so that it needs a whole state. */
  readonly exileUs: SimUs
  /** What leases must withstand: long standstills and late answers of machines that are cut off afterwards. */
  readonly stuporUs: SimUs
  /** A peer's main thread is silent for a while: it renews neither lease nor works. */
  readonly unhealthyUs: SimUs
  /** A peer leaves on purpose and is removed; as rare as `removeUs`. */
  readonly leaveUs: SimUs
  /** A disk is wiped: its machine comes back as another peer. */
  readonly wipeUs: SimUs
  /** A new machine joins, while there are spares. */
  readonly joinUs: SimUs
}

export interface RunOptions {
  readonly seed: number
  readonly peers: number
  readonly maxVoters: number
  /** How long faults go on; a healed phase follows. */
  readonly faultyUs: SimUs
  readonly network: NetworkOptions
  readonly disk: DiskOptions
  /** One peer's disk is so many times slower. */
  readonly slowDisk: number
  readonly drift: number
  readonly wallSpreadMs: number
  readonly saveStateUs: SimUs
  readonly faults: FaultTimes
  /** In place of drawn faults: exactly these. */
  readonly schedule?: readonly Fault[]
  /** Machines that may join while the run goes on. */
  readonly spares: number
  /** After the faults a core of the peers must recover by itself, before the others come back. */
  readonly core: boolean
  /** How long a crashed peer stays away, and how long a partition lasts: means. */
  readonly downUs: SimUs
  readonly apartUs: SimUs
  /** How long a peer stands still: a mean. */
  readonly pauseMeanUs: SimUs
  readonly clients: number
  readonly keys: number
  /** Entries that logs keep behind the saved state; few make fetched states common. */
  readonly keptEntries: number
  /** Mean pause of a client between two requests. */
  readonly thinkUs: SimUs
  /** Mean time between two writes of a work's holder; 0 for none. */
  readonly holderWriteUs: SimUs
  /** Consumers that follow changes, resume and move between peers. */
  readonly watches: number
  /** Messages travel as the bytes that real peers exchange. */
  readonly wire: boolean
}

/** Nothing goes wrong. */
export const noFaults: FaultTimes = {
  crashUs: 0, crashAllUs: 0, ambushUs: 0, pauseUs: 0, partitionUs: 0, cutPairUs: 0, oneWayUs: 0, swizzleUs: 0, noiseUs: 0, exileUs: 0,
  damageUs: 0, lostLogUs: 0, lostStateUs: 0, failedSyncUs: 0, fullDiskUs: 0, slowDiskUs: 0, clockJumpUs: 0, driftUs: 0,
  stopUs: 0, removeUs: 0, stuporUs: 0, unhealthyUs: 0, leaveUs: 0, wipeUs: 0, joinUs: 0,
}

/** Draws a run. Times of faults are means. */
export function swarmOptions(seed: number, random: Random, peers: number, faultyUs: SimUs): RunOptions {
  const some = (share: number, least: number, most: number): number => (random.chance(share) ? least + random.float() * (most - least) : 0)
  const seconds = (share: number, least: number, most: number): SimUs => Math.round(some(share, least, most) * 1e6)
  return {
    seed,
    peers,
    maxVoters: random.pick([3, 5, 5, 7]),
    faultyUs,
    network: {
      leastLatencyUs: random.pick([100, 500, 2000]),
      meanLatencyUs: random.pick([100, 1000, 5000, 20_000]),
      loss: some(0.6, 0.001, 0.15),
      duplication: some(0.5, 0.01, 0.3),
      ordered: random.chance(0.5),
    },
    disk: { meanSyncUs: random.pick([200, 1000, 5000, 20_000, 80_000]), tornShare: random.pick([0, 0.5, 1]) },
    slowDisk: random.pick([1, 1, 1, 5, 30]),
    drift: random.pick([0, 0, 0.001, 0.02]),
    wallSpreadMs: random.pick([0, 50, 60_000]),
    saveStateUs: random.pick([300_000, 1_000_000, 5_000_000]),
    faults: {
      crashUs: seconds(0.7, 1, 10),
      crashAllUs: seconds(0.25, 10, 30),
      ambushUs: seconds(0.6, 1, 8),
      pauseUs: seconds(0.4, 3, 15),
      partitionUs: seconds(0.6, 2, 12),
      cutPairUs: seconds(0.3, 3, 12),
      oneWayUs: seconds(0.4, 3, 15),
      swizzleUs: seconds(0.3, 5, 20),
      noiseUs: seconds(0.25, 4, 15),
      exileUs: seconds(0.3, 10, 25),
      damageUs: seconds(0.2, 5, 20),
      lostLogUs: seconds(0.1, 5, 20),
      lostStateUs: seconds(0.15, 5, 20),
      failedSyncUs: seconds(0.2, 3, 15),
      fullDiskUs: seconds(0.15, 4, 15),
      slowDiskUs: seconds(0.2, 4, 15),
      clockJumpUs: seconds(0.25, 2, 10),
      driftUs: seconds(0.25, 3, 12),
      stopUs: seconds(0.3, 4, 15),
      removeUs: seconds(0.2, 5, 20),
      stuporUs: seconds(0.2, 8, 30),
      unhealthyUs: seconds(0.2, 4, 12),
      leaveUs: seconds(0.1, 5, 20),
      wipeUs: seconds(0.15, 5, 20),
      joinUs: seconds(0.25, 3, 15),
    },
    spares: random.pick([0, 1, 2]),
    core: random.chance(0.3),
    downUs: random.pick([100_000, 600_000, 2_000_000, 5_000_000]),
    apartUs: random.pick([1_000_000, 4_000_000, 4_000_000, 20_000_000]),
    pauseMeanUs: 3_000_000,
    clients: 1 + random.integer(5),
    keys: 1 + random.integer(6),
    keptEntries: random.pick([5, 20, 100, 10_000]),
    thinkUs: random.pick([5000, 50_000, 200_000]),
    holderWriteUs: 1_000_000,
    watches: random.pick([0, 1, 3]),
    wire: random.chance(0.2),
  }
}

/** A storm has a fault every second or two; calm weather has one or two a minute, and clients that think. */
export type Weather = 'storm' | 'calm'

/** So many times rarer are faults in calm weather. */
const calmFactor = 40
/** And so many times longer clients think. */
const calmThinkFactor = 100

/** The same faults, far apart: what grows, ages or is forgotten needs long quiet times, which also pass quickly. */
function calmed(options: RunOptions): RunOptions {
  const scaled = Object.entries(options.faults).map(([name, meanUs]: [string, SimUs]) => [name, meanUs * calmFactor])
  return {
    ...options, faults: { ...options.faults, ...Object.fromEntries(scaled) },
    thinkUs: options.thinkUs * calmThinkFactor, holderWriteUs: options.holderWriteUs * 10, saveStateUs: options.saveStateUs * 10,
  }
}

/** What a seed draws, its number of peers included unless that is given. */
export function drawnOptions(seed: number, peers: number | undefined, faultyMs: number, weather: Weather = 'storm'): RunOptions {
  const random = seededRandom(seed)
  const drawn = random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7])
  const options = swarmOptions(seed, random, peers ?? drawn, faultyMs * 1000)
  return weather === 'calm' ? calmed(options) : options
}

/** What a seed draws for a run of control loops: no clients and watchers of its own, the loops are. */
export function drawnLoops(seed: number, peers: number | undefined, faultyMs: number, weather: Weather = 'storm'): RunOptions {
  return { ...drawnOptions(seed, peers, faultyMs, weather), clients: 0, watches: 0, holderWriteUs: 0, wire: false, core: false }
}

/** The drawn options on one line. */
export function describeOptions(options: RunOptions): string {
  return JSON.stringify(options, (_key, value: unknown) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(4)) : value))
}
