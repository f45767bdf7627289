// The limits of the controllers: what is bounded, and what happens at the bound.

/** Keys that wait in one controller's queue; more are refused and everything is added anew when it has emptied. */
export const queueCapacity = 100_000

/** Keys that one controller works on at once. */
export const queueConcurrency = 8

/** Wait after a key's first failure; doubles with each further one. */
export const backoffBaseMs = 5
export const backoffMostMs = 30_000

/** Pods that one run of a ReplicaSet creates or deletes; the rest follows in the next run. */
export const podBurst = 500

/** Endpoints in one slice; more open another slice (Kubernetes concepts, EndpointSlices). */
export const endpointsPerSlice = 100

/** Addresses in an Endpoints object; more are left out and an annotation says so. */
export const endpointsPerObject = 1_000

/** Wait before a namespace that still has content is looked at again, should no deletion have been seen before. */
export const namespaceRecheckMs = 5_000

/** Old Pods kept after they ended; the oldest beyond are deleted. */
export const endedPodsKept = 12_500

/** From this many peers on, many deaths at once hold evictions back. */
export const brakeLeastPeers = 10

/** How long evictions wait after many peers died at once. */
export const brakeHoldMs = 60_000

/** Silence of a kubelet that is no known member before its node counts as gone. */
export const heartbeatLimitMs = 40_000

/** How often the leader is asked again whether the lease of a gone node is over. */
export const takeoverPollMs = 250

/** How often a holder of the work says that its loops turn. */
export const progressEveryMs = 1_000

/** Life of an Event object after it was last seen. */
export const eventLifeMs = 3_600_000

/** Wait after a Job's first failed Pod; doubles with each further one. */
export const jobBackoffBaseMs = 10_000
export const jobBackoffMostMs = 600_000

/** A CronJob that slept through more times than these says so. */
export const missedStartsMost = 100

/** Longest wait of a timer; what comes later is looked at again then. */
export const longestWaitMs = 3_600_000

/** Age of a DaemonSet's Pod that has ended before it is replaced: one that always fails is no busy loop. */
export const daemonRetryMs = 10_000

/** An evicted Pod that has not begun to end after this time counts as there again. */
export const disruptionUnconfirmedMs = 120_000

/** What a claim or a Pod waits for is told again after this time, while it is still so. */
export const volumeRetellMs = 900_000
