// The limits of the scheduler: what is bounded, and what happens at the bound.

/** Wait of a Pod after its first failed attempt; doubles with each further one. */
export const podBackoffBaseMs = 1_000
export const podBackoffMostMs = 10_000

/** An unschedulable Pod is tried again after this time even if nothing happened that could help it. */
export const unschedulableRetryMs = 300_000

/** Bindings on their way at once; at the bound no further Pod is looked at. */
export const bindingsInFlightMost = 64

/** Pods decided in one turn before others get the thread. */
export const podsPerTurn = 50

/** How often a holder of the work says that its loop turns. */
export const progressEveryMs = 1_000

/** Longest wait for the volumes of a Pod that has found its node; then it gives up its place and is tried again. */
export const volumeBindingMostMs = 30_000
