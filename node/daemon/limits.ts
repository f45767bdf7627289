// Limits of the composition: waits and sizes that belong to no zone.

/** Largest JSON body on the control socket; larger ones are refused. */
export const controlBodyBytes = 1024 * 1024
/** How long a starting member waits to have caught up before it serves what it has. */
export const catchUpTimeoutMs = 15_000
/** How long one peer may take to load an image that another sends it. */
export const imageSendTimeoutMs = 300_000
/** A peer that lacks an image asks at most this many others before it turns to the registry. */
export const imageAskedPeers = 5
/** How long it waits for each of them to say whether it has the image. */
export const imageAskTimeoutMs = 3_000
/** A leaving peer waits this long for its Pods to be moved. */
export const drainTimeoutMs = 60_000
/** How often a leaving peer looks whether its Pods are gone. */
export const drainPollMs = 200
/** The answer to `shoal leave` is sent before the daemon ends. */
export const farewellMs = 200
/** How long a newcomer at a meeting place waits before it tries again to join. */
export const joinRetryMs = 1_000
/** An invitation at a meeting place is valid this long, so that a cluster may be switched off for weeks and still grow. */
export const publishedLifeMs = 30 * 24 * 3_600_000
/** As many peers may join by it. */
export const publishedUses = 1_000
/** A member replaces it when it is this old. */
export const refreshAfterMs = 7 * 24 * 3_600_000
/** How often a member looks at it. */
export const refreshCheckMs = 3_600_000
/** How long a daemon without any state waits for one before it ends, to be started again. */
export const firstStateTimeoutMs = 3_600_000
/** Life of a token for the dashboard when nothing else is asked. */
export const dashboardTokenSeconds = 3_600
/** The dashboard's curves of autoscalers go back this far. */
export const autoscalerSpanMs = 3_600_000
/** Points that are kept of one autoscaler; the oldest go first. One measure in 5 s makes an hour. */
export const autoscalerPointsMost = 720
/** Autoscalers whose past is kept; of more than these the dashboard draws only what it sees itself. */
export const autoscalersMost = 200
/** Peers are asked again how they see each other only when the last answers are this old. */
export const peerViewsAgeMs = 2_000

/** `shoal status` says for so long that a peer lost its log and joined anew: long enough for who looks in the morning. */
export const anewShownMs = 24 * 3_600_000
