// Incarnations of a cluster: each recovery without a majority begins a new one, and what was before it is told by its
// lineage. Pure decisions: how another peer's incarnation stands to ours, and whether ours may be given up for it.
// Two halves that were recovered apart stay apart; nobody here merges them or chooses between them.
import { isObject } from './records.ts'

/** One incarnation that was left for a newer one. */
export interface LeftIncarnation {
  readonly incarnation: number
  /** Wall clock of the recovery that left it. */
  readonly leftMs: number
}

/** What a peer says of its cluster's incarnation: its number, and the ones that it came out of, oldest first. */
export interface Lineage {
  readonly incarnation: number
  readonly left: readonly LeftIncarnation[]
}

/** The lower part of the number is drawn by chance, so that two halves that recover apart do not meet under one number. */
const chanceSpan = 2 ** 20

/** Incarnations in a lineage; a cluster is not recovered that often, and a hello stays short. */
const mostLeft = 32

/** The number of the incarnation that follows `incarnation`; `chance` in [0, 2^20). */
export function nextIncarnation(incarnation: number, chance: number): number {
  return (Math.floor(incarnation / chanceSpan) + 1) * chanceSpan + (chance % chanceSpan)
}

/** The lineage after a recovery at `nowMs`. */
export function recovered(lineage: Lineage, nowMs: number, chance: number): Lineage {
  const left = [...lineage.left, { incarnation: lineage.incarnation, leftMs: nowMs }].slice(-mostLeft)
  return { incarnation: nextIncarnation(lineage.incarnation, chance), left }
}

/** How another's incarnation stands to ours: `newer` came out of ours, `older` is one that we left, `apart` is neither. */
export function standing(own: Lineage, other: Lineage): 'same' | 'newer' | 'older' | 'apart' {
  if (other.incarnation === own.incarnation) return 'same'
  if (other.left.some(({ incarnation }) => incarnation === own.incarnation)) return 'newer'
  if (own.left.some(({ incarnation }) => incarnation === other.incarnation)) return 'older'
  return 'apart'
}

/** What a peer knows of the end of its own agreement. Wall clocks of whoever led. */
export interface OwnEnd {
  /** When this process began. */
  readonly startedMs: number
  /** Time of the newest entry that it found on its disk then. */
  readonly foundMs: number
  /** Time of its newest entry now. */
  readonly newestMs: number
}

/**
 * May a peer of `incarnation` give up what it holds for a newer incarnation by itself? Yes when its agreement ended before the
 * recovery, for the loss of that was accepted then. A peer that was down meanwhile is judged by what it found when it started:
 * two that come back together may agree among themselves for a moment before they hear. One whose cluster went on is not the
 * lost one: a person has to choose.
 */
export function mayFollow(newer: Lineage, incarnation: number, end: OwnEnd): boolean {
  const step = newer.left.find((left) => left.incarnation === incarnation)
  if (step === undefined) return false
  return (end.startedMs > step.leftMs ? end.foundMs : end.newestMs) <= step.leftMs
}

/** A lineage from a hello, a file or a message; a broken list reads as none. */
export function readLineage(value: { readonly [field: string]: unknown }): Lineage | undefined {
  const { incarnation, left } = value
  if (typeof incarnation !== 'number' || !Number.isSafeInteger(incarnation)) return undefined
  const steps = (Array.isArray(left) ? left : []).filter(isObject).slice(-mostLeft).flatMap((step): LeftIncarnation[] => {
    const { incarnation: before, leftMs } = step
    return typeof before === 'number' && typeof leftMs === 'number' ? [{ incarnation: before, leftMs }] : []
  })
  return { incarnation, left: steps }
}
