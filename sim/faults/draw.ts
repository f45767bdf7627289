// Draws a run's list of faults from its seed: each kind at its own mean time, each with its own source of chance, so that
// switching one kind off leaves the others as they were. What is drawn is a plain list; striking is the nemesis's part.
import { seededRandom } from '../../protocol/base/random.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { FaultTimes, RunOptions } from '../options.ts'
import { exponentialUs } from '../world.ts'
import type { SimUs } from '../world.ts'
import { crashPoints } from './fault.ts'
import type { Fault, FaultKind, Victim } from './fault.ts'

/** Faults of one run; a longer list is cut, and the run is calm from then on. */
export const maxFaults = 20_000

type Draw = (random: Random, options: RunOptions) => FaultKind

/** The leader half of the time: whoever leads has the most to lose. */
function victim(random: Random, { peers }: RunOptions): Victim {
  return { leader: random.chance(0.5), peer: random.integer(peers) }
}

const span = (random: Random, meanUs: SimUs): SimUs => Math.round(exponentialUs(random, meanUs))
const down = (random: Random, options: RunOptions): SimUs => span(random, options.downUs)
const apart = (random: Random, options: RunOptions): SimUs => span(random, options.apartUs)

const draws: { readonly [time in keyof FaultTimes]: Draw } = {
  crashUs: (random, options) => ({ kind: 'crash', victim: victim(random, options), downUs: down(random, options) }),
  crashAllUs: (random, options) => ({ kind: 'crash all', downUs: Array.from({ length: options.peers + options.spares }, () => down(random, options)) }),
  ambushUs: (random, options) => ({
    kind: 'ambush', victim: victim(random, options), point: random.pick(crashPoints), everybody: random.chance(0.3), downUs: down(random, options),
  }),
  pauseUs: (random, options) => ({ kind: 'pause', victim: victim(random, options), forUs: span(random, options.pauseMeanUs) }),
  // Two sides by chance; often one peer alone, and often the leader.
  partitionUs: (random, options) => ({
    kind: 'partition', victim: victim(random, options), forUs: apart(random, options),
    side: random.chance(0.5) ? undefined : Array.from({ length: options.peers + options.spares }, () => random.chance(0.5)),
  }),
  cutPairUs: (random, options) => ({ kind: 'cut pair', a: random.integer(options.peers), b: random.integer(options.peers), forUs: apart(random, options) }),
  oneWayUs: (random, options) => ({
    kind: 'one way', peer: random.integer(options.peers), other: random.integer(options.peers), way: random.pick(['deaf', 'mute', 'path'] as const), forUs: apart(random, options),
  }),
  swizzleUs: (random, { peers }) => ({
    kind: 'swizzle',
    clogs: random.shuffle(Array.from({ length: peers }, (_, peer) => peer)).slice(0, 1 + random.integer(peers))
      .map((peer) => ({ peer, afterUs: span(random, 500_000), forUs: span(random, 2_000_000) })),
  }),
  noiseUs: (random, options) => ({
    kind: 'noise', loss: random.float() * 0.5, duplication: random.float() * 0.5, meanLatencyUs: random.pick([1000, 20_000, 150_000]), forUs: apart(random, options),
  }),
  stuporUs: (random, options) => ({
    kind: 'stupor', way: random.pick(['alone', 'together', 'late'] as const), victim: victim(random, options), partner: random.integer(options.peers), forUs: 4_000_000 + span(random, 2_000_000),
  }),
  unhealthyUs: (random, options) => ({ kind: 'unhealthy', victim: victim(random, options), forUs: apart(random, options) }),
  stopUs: (random, { peers }) => ({ kind: 'stop', peer: random.integer(peers), downUs: 100_000 + span(random, 1_000_000) }),
  // Hours matter where times are compared, moments where they are rounded.
  clockJumpUs: (random, { peers }) => ({ kind: 'clock jump', peer: random.integer(peers), byMs: Math.round((random.float() * 2 - 1) * random.pick([1000, 60_000, 3_600_000])) }),
  driftUs: (random, options) => ({ kind: 'drift', peer: random.integer(options.peers), rate: 1 + (random.float() * 2 - 1) * 0.05, forUs: apart(random, options) }),
  failedSyncUs: (random, options) => ({ kind: 'failed sync', victim: victim(random, options), downUs: down(random, options) }),
  fullDiskUs: (random, options) => ({ kind: 'full disk', victim: victim(random, options), forUs: apart(random, options) }),
  slowDiskUs: (random, options) => ({ kind: 'slow disk', victim: victim(random, options), factor: random.pick([10, 100, 1000]), forUs: apart(random, options) }),
  damageUs: (random, options) => ({ kind: 'damaged log', peer: random.integer(options.peers), keep: random.float(), downUs: down(random, options) }),
  lostLogUs: (random, options) => ({ kind: 'lost log', peer: random.integer(options.peers), downUs: down(random, options) }),
  lostStateUs: (random, options) => ({ kind: 'lost state', peer: random.integer(options.peers), downUs: down(random, options) }),
  removeUs: (random, { peers }) => ({ kind: 'remove', peer: random.integer(peers), leave: false }),
  leaveUs: (random, { peers }) => ({ kind: 'remove', peer: random.integer(peers), leave: true }),
  // A follower is kept away until the log has been cut, so that it needs a whole state.
  exileUs: (random, { peers }) => ({ kind: 'crash', victim: { leader: false, peer: random.integer(peers) }, downUs: span(random, 9_000_000) }),
  wipeUs: (random, { peers }) => ({ kind: 'wipe', peer: random.integer(peers) }),
  joinUs: () => ({ kind: 'join' }),
}

/** The faults of a run, in the order of their times. */
export function drawFaults(options: RunOptions): readonly Fault[] {
  const random = seededRandom(options.seed ^ 0x5ea1)
  const faults: Fault[] = []
  for (const [time, draw] of Object.entries(draws)) {
    const own = random.fork()
    const meanUs = options.faults[time as keyof FaultTimes]
    if (meanUs === 0) continue
    for (let atUs = span(own, meanUs); atUs < options.faultyUs && faults.length < maxFaults; atUs += 1 + span(own, meanUs)) {
      faults.push({ ...draw(own, options), atUs })
    }
  }
  return faults.sort((a, b) => a.atUs - b.atUs)
}
