// The engine's times and bounds: retries of its own requests, spreading, and the pace of the leader's planning.

/** A proposal or read that found no leader for so long is answered with `noLeader`. */
export const requestDeadlineMs = 10_000

/** A request without an answer is sent again after this long, or at once to a new leader. */
export const requestRetryMs = 1000

/** Between two looks at requests that may have to be sent again. */
export const requestCheckMs = 60

/** Own proposals and reads under way, each. When reached, proposals are answered with `overloaded` and reads with `noLeader`. */
export const maxOwnRequests = 8192

/** Committed entries are gossiped after this long, or when they reach `batchBytes`. */
export const batchMs = 20

/** Bytes of entries in one gossiped batch; one entry always goes. */
export const batchBytes = 64 * 1024

/** A batch is published once more after this long, for those who missed it. */
export const republishMs = 1000

/** Batches that wait to be published again. The oldest is dropped; digests repair. */
export const maxRepublish = 256

/** Runs of entries that wait for a hole before them to be filled. The farthest is dropped; it is fetched later. */
export const maxHeldRuns = 64

/** Entries in one answer that brings entries. */
export const maxAnswerEntries = 1024

/** Bytes of entries in one answer that brings entries. */
export const maxAnswerBytes = 512 * 1024

/** A fetch without an answer goes to another peer after this long. */
export const fetchRetryMs = 300

/** A fetched snapshot is asked for again after this long. */
export const snapshotRetryMs = 5000

/** Mirrors say this often how far they are; so does the leader to one of them. */
export const digestMs = 10_000

/** The leader greets a mirror that it has not heard yet this often. */
export const greetMs = 1000

/** A mirror without word from the leader for so long says that it has no quorum. */
export const mirrorQuorumMs = 5000

/** The leader looks at voters and works this often. */
export const planMs = 250

/** A voter that is dead for so long is replaced. Shorter: a reboot costs a change; longer: a second failure may hurt. */
export const replaceVoterMs = 60_000

/** A dead learner is dropped after this long. */
export const dropLearnerMs = 10_000

/** A learner that lacks no more entries than this may vote. */
export const caughtUpEntries = 200

/** A peer that did not ask for its lease for so long cannot hold works. */
export const ableMs = 6000

/** A change of assignment is proposed again when it did not come into force after this long. */
export const assignRetryMs = 2000

/** Peers that spoke to us, known to the agreed state or not. More are heard but not remembered. */
export const maxContacts = 4096
