// The times of leases and assignments. They belong together: a peer stops what must be unique before anyone may replace it.
// 8 s of lease from the asking, 2 s to stop, and a margin for clocks that run apart make the 12.4 s of the takeover.

/** A peer asks the leader this often. */
export const leaseAskPeriodMs = 2000
/** A lease is valid for this long from the moment of asking. */
export const leaseMs = 8000
/** Within this time after the end of its lease a peer has stopped its unique Pods. */
export const leaseStopMs = 2000
/** This long after the leader's last answer others may replace them: lease, stop, the drift of clocks and the warden's period. */
export const takeoverMs = 12_400
/** A holder without progress for this long loses its work. */
export const progressMs = 10_000
/** Requests that wait for the majority, one a peer; the newest one replaces the one before it. */
export const maxWaitingPeers = 2048
/** Requests whose asking time a holder remembers; the oldest is forgotten, and an answer to it counts for nothing. */
export const maxAskedLeases = 8
