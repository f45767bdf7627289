// The limits of the client: what is bounded, and what happens at the bound.

/** Objects asked for in one page of an informer's list; more pages follow until the list is whole. */
export const listPageObjects = 5_000

/** Wait before an informer asks again after a failed list or watch; doubles with each failure. */
export const relistBackoffBaseMs = 100

/** Longest wait of an informer between attempts; short, because a healed cluster should be seen soon. */
export const relistBackoffMostMs = 5_000

/** Events that the recorder holds for sending; at the bound the newest is dropped and counted. */
export const eventQueueCapacity = 1_000

/** Series of equal events that the recorder remembers; at the bound the oldest is forgotten and starts a new Event. */
export const eventSeriesRemembered = 4_096

/** How long equal events are folded into one Event with a count. */
export const eventSeriesLifeMs = 10 * 60_000

/** Events of one object that may be sent in a burst; after it, one each `eventRefillMs`. More are dropped and counted. */
export const eventBurst = 25
export const eventRefillMs = 30_000

/** Longest line of a watch stream over HTTP; a longer one ends the watch with an error. */
export const watchLineMostBytes = 8 * 1024 * 1024

/** Time for the headers of an answer over HTTP; then the request fails. */
export const httpHeadersTimeoutMs = 65_000
