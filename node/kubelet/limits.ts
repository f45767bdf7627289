// Every bound of the kubelet in one place, each with what happens when it is met.

/** Longest wait for one call to the runtime but image pulls and stops; the call fails and the Pod's worker tries again. */
export const criCallTimeoutMs = 120_000
/** Longest pull of one image; it fails as ErrImagePull and is tried again after the back-off. */
export const imagePullTimeoutMs = 1_800_000
/** Largest answer of the runtime; larger ones fail the call. Lists of a thousand containers stay below 2 MiB. */
export const criMessageBytes = 32 * 1024 * 1024

/** How often the runtime is listed when nothing changes. */
export const relistBaseMs = 1_000
/** How often while a Pod is starting or ending. */
export const relistBusyMs = 150

/** First wait before a crashed container starts again; it doubles with each crash (Kubernetes' CrashLoopBackOff). */
export const restartBackOffFirstMs = 10_000
/** Longest wait before a crashed container starts again. */
export const restartBackOffMostMs = 300_000
/** A container that ran this long starts with the first wait again. */
export const restartBackOffResetMs = 600_000
/** Other peers that do not have an image are asked for it again after this long. */
export const askOthersAgainMs = 10_000
/** First wait after a failed image pull; it doubles up to restartBackOffMostMs. */
export const imageBackOffFirstMs = 10_000
/** First wait after a failure of a Pod's sandbox, volumes or configuration; it doubles up to syncBackOffMostMs. */
export const syncBackOffFirstMs = 500
/** Longest wait after such failures. */
export const syncBackOffMostMs = 30_000
/** Pods whose sandboxes are being made at the same time; further ones wait their turn. */
export const parallelStarts = 8
/** How often a running Pod is looked at again when nothing calls for it: volumes refresh at this pace. */
export const resyncMs = 30_000

/**
 * How long the end of a Pod waits for the live peers' rules to let go of it, at most, and never more than half of what is left of
 * its grace period. They do within milliseconds unless they are busy; a signal before that refuses clients.
 */
export const endpointWithdrawMs = 5_000
/** An ending Pod waits so long, inside its grace period, for the first rules of a daemon that has just started. */
export const firstRulesMs = 5_000
/** Ended containers kept for each container name, for `logs --previous`; older ones are removed. */
export const keptDeadContainers = 1

/** Longest termination message of a container, as in Kubernetes; the rest is cut. */
export const terminationMessageBytes = 4096
/** Lines and bytes taken from the log's end when the message falls back to the log. */
export const terminationLogLines = 80
export const terminationLogBytes = 2048

/** A container's log file is rotated when it is larger than this. */
export const logFileBytes = 10 * 1024 * 1024
/** Rotated log files kept for each container; the oldest is removed. */
export const logFilesKept = 4
/** How often log files are measured. */
export const logCheckMs = 10_000
/** Longest line of a log that the reader assembles; longer ones come in parts. */
export const logLineBytes = 256 * 1024

/** Longest request header and URL that the kubelet's server reads; longer ones are refused with 431. */
export const serverHeaderBytes = 64 * 1024
/** Longest wait of /shoal/endpoint-out. */
export const endpointOutWaitMs = 1_000

/** Time between two renewals of the Node's lease. Kubernetes takes a quarter of its 40 s; nothing here waits for leases, and each one is a write. */
export const leaseRenewMs = 15_000
/** The lease's duration in seconds as written into it. */
export const leaseDurationSeconds = 40
/** How often the Node's status is computed; it is written when it changed. */
export const nodeStatusCheckMs = 10_000
/** The Node's status is written at least this often. */
export const nodeStatusReportMs = 300_000
/** Images named in a Node's status; the largest ones, as Kubernetes does. */
export const nodeImages = 50
/** Names of one image in a Node's status. */
export const nodeImageNames = 5
/** Pods that a Node takes. */
export const podsPerNode = 110

/** Output of an exec probe that is kept for its message. */
export const probeOutputBytes = 10 * 1024
/** Answer of an HTTP probe that is read; the rest is dropped. */
export const probeBodyBytes = 10 * 1024

/** Service account tokens are renewed after this share of their life. */
export const tokenRenewShare = 0.8
/** A token request that asks for less gets this, the API's own minimum. */
export const tokenLeastSeconds = 600

/** A Ready Node whose runtime or network fails is reported NotReady only after this long: restarts take less. */
export const unreadyGraceMs = 10_000

/** While Pods run that must be unique, the end of the lease is looked for at least this often. */
export const leaseLookMs = 250
/** The same while the lease is over and nothing of them was found running. */
export const leaseOverLookMs = 2_000
/** At the end of the lease their containers get this long to end by themselves; the warden waits little longer. */
export const uniqueGraceSeconds = 1
/** With less time left of the lease nothing unique is started: the runtime must be done with it before the end. */
export const leaseStartMarginMs = 3_000
/** A claim that meets a newer version of its Pod is made anew so often; then the Pod is looked at again. */
export const claimAttempts = 4

/** How often the use of processor and memory is measured; rates are over the time since the measure before. */
export const statsEveryMs = 5_000

/** A folder of a deleted volume that could not be removed is tried again after this time. */
export const reclaimRetryMs = 10_000
