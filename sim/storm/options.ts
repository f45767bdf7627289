// What kind of storm a seed makes. A storm has no model of time: chance alone orders every message, every sync, every tick
// of a clock and every crash, so that the rare orders on which Raft's rules rest come often. Odds are drawn from the seed.
import type { Random } from '../../protocol/base/random.ts'

export interface StormOptions {
  readonly seed: number
  readonly voters: number
  readonly learners: number
  /** Steps before the calm. */
  readonly steps: number
  /** Weights of what may happen next. */
  readonly deliver: number
  readonly tick: number
  readonly sync: number
  readonly propose: number
  readonly read: number
  readonly crash: number
  readonly crashAll: number
  readonly change: number
  readonly transfer: number
  readonly compact: number
  readonly damage: number
  /** Loses every message on its way from or to one peer. */
  readonly silence: number
  /** Odds of one delivered message. */
  readonly loss: number
  readonly duplication: number
  /** Share of deliveries that take the oldest message and not any. */
  readonly inOrder: number
  /** Share of ticks that pass an election timeout. */
  readonly longTick: number
  readonly keptEntries: number
}

/** Storms of one kind, for orders that the usual ones meet too seldom. */
export const moods: { readonly [name: string]: Partial<StormOptions> } = {
  usual: {},
  /** Many reads at leaders that may be deposed already. */
  reads: { read: 25, silence: 0, crash: 0, damage: 0, tick: 15, longTick: 0.3, voters: 3 },
  /** Disks that lag behind everything else. */
  'slow disks': { sync: 6, tick: 15, crash: 2, voters: 3, learners: 0, longTick: 0.2, loss: 0, silence: 1 },
  /** Members come and go while leaders change. */
  changes: { change: 6, learners: 1, voters: 4, sync: 40, crash: 0.5, longTick: 0.2, damage: 0 },
  /** Peers that miss so much that only a whole state helps. */
  exiles: { change: 4, learners: 1, voters: 3, compact: 8, keptEntries: 2, silence: 4, propose: 10, longTick: 0.2, damage: 0, sync: 60 },
}

/** Draws a storm of a mood. */
export function stormOptions(seed: number, random: Random, steps: number, mood = 'usual'): StormOptions {
  const some = (share: number, most: number): number => (random.chance(share) ? random.float() * most : 0)
  return {
    seed,
    voters: random.pick([2, 3, 3, 3, 4, 4, 5, 5]),
    learners: random.pick([0, 0, 1, 2]),
    steps,
    deliver: 60,
    tick: random.pick([5, 15, 30]),
    sync: random.pick([5, 20, 60]),
    propose: random.pick([2, 5, 10]),
    read: random.pick([0, 5]),
    crash: some(0.7, 6),
    crashAll: some(0.2, 1),
    change: some(0.5, 6),
    transfer: some(0.3, 2),
    compact: some(0.4, 4),
    damage: some(0.2, 1),
    silence: some(0.6, 3),
    loss: some(0.6, 0.4),
    duplication: some(0.5, 0.3),
    inOrder: random.pick([0, 0.5, 0.9, 1]),
    longTick: random.pick([0.02, 0.1, 0.3]),
    keptEntries: random.pick([2, 5, 1000]),
    ...moods[mood],
  }
}
