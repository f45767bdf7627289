// The times and bounds of consensus in one place. Times follow the table of times: writes go on 2 s after a leader was
// killed and 3.5 s after it fell silent, so an election must begin within a second and rarely need a second round.

/** The leader shows itself this often. Shorter: more idle traffic; longer: later elections. */
export const heartbeatMs = 200

/** A voter that heard its leader more recently than this grants no vote (Raft thesis, section 4.2.3). */
export const electionMinMs = 500

/** Election timeouts are drawn from `electionMinMs` up to this. A leader that heard no majority for so long steps down. */
export const electionMaxMs = 1000

/**
 * Voters whose connection with the leader is gone stand for election within this time, each at a moment of its own. Shorter:
 * votes split more often, and cost an election timeout; longer: writes stand still longer.
 */
export const lostLeaderSpreadMs = 150

/** Entries on their way to one follower. When full, the follower gets no more until it acknowledges. */
export const maxInflightMessages = 64

/** Bytes on their way to one follower. When full, the follower gets no more until it acknowledges. */
export const maxInflightBytes = 8 * 1024 * 1024

/** Bytes of entries in one append; one entry always goes. */
export const maxAppendBytes = 1024 * 1024

/** Entries in one append. */
export const maxAppendEntries = 1024

/** Uncommitted bytes in a leader's log. When reached, proposals are refused as `overloaded`. */
export const maxUncommittedBytes = 64 * 1024 * 1024

/** Uncommitted entries in a leader's log. When reached, proposals are refused as `overloaded`. */
export const maxUncommittedEntries = 16_384

/** Reads that wait for confirmation at one leader. When reached, reads are refused and asked again. */
export const maxPendingReads = 16_384

/** Entries that are kept behind the durable state for slow followers. Older ones are cut and need a snapshot. */
export const keptEntries = 10_000

/** Bytes that are kept behind the durable state for slow followers. Older ones are cut and need a snapshot. */
export const keptBytes = 32 * 1024 * 1024

/** A follower in need of a snapshot is told again after this long. */
export const snapshotReminderMs = 1000

/**
 * A peer whose log was damaged hears and says nothing of consensus for so long after its start. It may have forgotten its term
 * and vote: whoever still leads an older term by its acknowledgements has stepped down by then.
 */
export const damagedSilentMs = 2 * electionMaxMs

/** A peer whose log was damaged waits so long before it asks how far it must catch up: acknowledgements of its earlier life are gone by then. */
export const damagedQuietMs = 10_000
