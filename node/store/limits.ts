// What the store keeps at most, and what happens then.

/** History by the leader's clock. Older transactions are forgotten: reads and watches from them get `expired`. */
export const historyMs = 5 * 60_000

/** History in memory, estimated. The oldest transactions are forgotten beyond it, however young. */
export const historyBytes = 64 * 1024 * 1024

/** What a remembered transaction or event costs beside its values. */
export const historyOverheadBytes = 300

/** Events waiting in one watch. Beyond it the watch ends with `behind`, and its consumer lists again. */
export const watchQueueEvents = 10_000

/** How long an idle watch hears nothing while the state moves on; then it is told how far it has seen everything. */
export const watchProgressMs = 1_000

/**
 * How long a change waits for others before they are written to disk together. Each write syncs, on the disk that the log is
 * synced on. Longer: fewer syncs in the log's way; shorter: less of the log to apply again after a crash.
 */
export const persistDelayMs = 500

/** Changes waiting to be written. Beyond it they are written at once. */
export const persistBatchBytes = 8 * 1024 * 1024

/** Pause before a failed write to the state's files is tried again, after they were opened anew. */
export const persistRetryMs = 2_000

/** Rows in one chunk of a snapshot, before compression. A chunk may be longer by one row. */
export const snapshotChunkBytes = 512 * 1024

/** An expanded chunk. A chunk that says to be longer is refused. */
export const snapshotChunkMostBytes = 16 * 1024 * 1024

/**
 * What a log holds when it is opened goes to its user in parts of about this size, where it is not whole files. Larger: memory
 * for each part that is used once; smaller: more messages between the threads.
 */
export const recoveredPartBytes = 512 * 1024

/** A segment file of the log; made at once in full, so that a full disk shows when a segment begins and not inside it. */
export const logSegmentBytes = 16 * 1024 * 1024

/** The hash of the state is remembered at every so many entries, so that peers can compare theirs at the same index. */
export const checkpointEntries = 64

/** So many of these hashes are kept; older ones are forgotten. */
export const keptCheckpoints = 64
