// Named limits of the peer's driver: queues, waits, sizes and rates on the way between the protocol and the world.
// What happens when one is hit stands beside it. Times that the protocol itself keeps are in protocol/.

/** How often the engine's clock ticks. */
export const tickMs = 20

/** How often the main thread beats to the peer thread, and reports its works with it. */
export const beatMs = 500

/** Main thread silent for longer: the peer renews neither lease nor assignments (engine.health). */
export const beatUnhealthyMs = 2_000

/** Main thread silent for longer: the process ends and its supervisor starts it again. */
export const beatFatalMs = 10_000

/** One tick counts at most this much towards the silence, so that a paused process is not taken for a hung thread. */
export const beatStepMs = 200

/** Messages waiting for one peer. The oldest are dropped beyond either; Raft and SWIM repeat what matters. */
export const laneMaxFrames = 4_096
export const laneMaxBytes = 24 * 1024 * 1024

/** A frame on a direct stream: a message of at most 8 MiB and its head. Longer ones end the stream. */
export const frameMaxBytes = 8 * 1024 * 1024 + 1024

/** The first frame of a message stream, which says who speaks, and how long it may take. Beyond either the stream ends. */
export const helloMaxBytes = 64 * 1024
export const helloTimeoutMs = 10_000

/** Frames of a conversation that nobody has read yet; more end it, since question and answer take turns. */
export const conversationFrames = 4

/** Connections of peers that are not trusted (yet); the oldest is closed for a newer one, and members keep their room. */
export const maxStrangers = 128

/** Refusals for one reason are logged at most so often; the metric counts them all. */
export const refusalLogMs = 1_000

/** A lane that could not write for this long gives its connection up and dials again. */
export const laneStuckMs = 4_000

/** Waits between dials of one peer: doubling, with up to a half of jitter on top. */
export const redialFirstMs = 100
export const redialMostMs = 3_000

/** A stream that lived this long and then broke is dialled anew after so little: a peer that lives answers before it is suspected. */
export const steadyStreamMs = 1_000
export const redialBrokenMs = 10

/** A dial, and one address of it. */
export const dialTimeoutMs = 5_000
export const addressDialTimeoutMs = 2_000

/** Up to this many members each peer keeps a connection to all; beyond, it dials when it has something to say. */
export const fullMeshPeers = 64

/** Connections, streams of one protocol on a connection, and inbound connections a second from one address (P: libp2p). */
export const maxConnections = 1_024
export const maxStreamsPerProtocol = 256
export const inboundPerSecond = 64
export const maxPendingInbound = 64

/** Bytes of a gossiped batch that travel in the message itself; bigger ones are announced and fetched. */
export const gossipInlineBytes = 64 * 1024

/** Announced batches that are kept for others to fetch; the oldest are forgotten beyond. */
export const gossipKeptBytes = 32 * 1024 * 1024

/** A small request over a stream of its own: open, ask, answer. */
export const requestTimeoutMs = 5_000

/**
 * Entries and bytes of one batch of committed entries between the threads; more travel as several. Larger: memory that is
 * used once for each, and a main thread that does nothing else meanwhile.
 */
export const committedBatchEntries = 1_000
export const committedBatchBytes = 1024 * 1024

/**
 * Committed entries that were handed to the main thread and are not known to be applied; more wait in the log's own memory.
 * Larger: memory after a start from a long log; smaller: the main thread waits for the next ones, since it tells every
 * `appliedReportMs` what it has applied.
 */
export const committedAheadBytes = 32 * 1024 * 1024

/** Peers that a state is sent to at once; further askers are told to ask somebody else. */
export const snapshotServed = 2

/** A snapshot that nobody asked a chunk of for this long is closed. */
export const snapshotIdleMs = 60_000

/** Pause before a failed snapshot fetch is tried with the next peer. */
export const snapshotRetryMs = 500

/** How often a fetch asks each sender that gives nothing, before it is given up; whoever wants the state asks again. */
export const snapshotRounds = 3

/** Join requests: at once, a second on average, bytes of one frame, and the life of one conversation. */
export const joinAtOnce = 4
export const joinPerSecond = 10
export const joinFrameBytes = 64 * 1024
export const joinTimeoutMs = 20_000

/** Whoever connects to join says so at once; silence for longer gives its place to others. */
export const joinKnockTimeoutMs = 5_000

/** Clocks of joiner and member may differ by this much; more is refused, naming the machine to look at. */
export const joinClockSkewMs = 5 * 60_000

/** This machine's clock and the leader's differ by more: it is told. Above what a slow write takes. */
export const clockDisagreesMs = 60_000

/** Writes that wait for their result here; more are refused as overloaded. */
export const pendingProposals = 10_000

/** A write or read waits this long for a majority to come back before it is refused. */
export const majorityWaitMs = 5_000

/** Proposal numbers are reserved on disk in blocks of this many, so that none is used twice. */
export const counterBlock = 1_000_000

/** The applied index is told to the engine this long after it moved: it cuts the log by it and answers status, neither of which is urgent. */
export const appliedReportMs = 50

/** How often the durable index is told to the engine, so that its log can be cut. */
export const durableReportMs = 2_000

/** A peer that is asked to sign waits so long for the state that the asker speaks of. */
export const signWaitMs = 4_000

/** States are compared with those of so many other peers, so often. */
export const comparedPeers = 4
export const compareMs = 30_000

/** How long the announcement or the raise of a feature level waits for agreement; the next beat tries again. */
export const levelTimeoutMs = 5_000

/** How long a resealing of the cluster's keys waits for agreement; it is planned anew with the next beat. */
export const resealTimeoutMs = 5_000

/** How often certificates are looked at for renewal; a peer that was switched off for long renews so soon after its start. */
export const renewCheckMs = 60_000
/** After a renewal that failed it is tried again so soon while there is a majority: whoever signs may have been starting. */
export const renewRetryMs = 1_000
/** Addresses besides those of its record that go into a peer's certificate; further ones do not. */
export const certificateAddressesMost = 16

/** A write refused by a full disk is tried again after this long; the engine leads no more meanwhile. */
export const diskFullRetryMs = 1_000

/** How long and how often a peer tries to have changed addresses agreed. */
export const moveTimeoutMs = 10_000

/** A mirror without a leader asks the voters who leads, every so many ticks. */
export const mirrorProbeTicks = 50

/** A second connection with the same peer is closed after this long: by then both sides know of both. */
export const mergeDelayMs = 3_000

/** A question between peers and its answer. A longer one ends the stream. */
export const questionFrameBytes = 64 * 1024

/** Questions to one peer that wait for an answer are given up after this long; dialling takes most of it. */
export const questionTimeoutMs = 12_000

/** Bytes of an answer on a message stream, which only ever says why nobody listens; a longer one is not read. */
export const answerMaxBytes = 1024

/** Metrics of the peer thread wait this long, or until so many values were recorded, and travel to the main thread together. */
export const metricsBatchMs = 1_000
export const metricsBatchMost = 1_000

/** The leader's word about a lease, and the majority's about the leader, may each take this long; after that it counts as not over. */
export const takeoverTimeoutMs = 2_000

/** Length of the doctor's long question: several packets on any network. */
export const longQuestionBytes = 32 * 1024

/**
 * Packets on their way from one of the peer's threads to the other; what is said beyond waits and leaves as one. Larger: a
 * thread that is behind spends longer turns on them; smaller: it waits for more between two turns.
 */
export const linkPackets = 8

/** A thread that took so many packets says so, when it has nothing else to say. */
export const linkTellPackets = 4

/**
 * Bytes handed over in one packet; the message that reaches it is the last. After a start the whole log may be on its way at
 * once, and whoever applied all of it in one turn would count as hung.
 */
export const linkPacketBytes = 2 * 1024 * 1024
