// The limits of the API server: what each bounds, and what happens when it is hit. Numbers that clients can notice are
// those of the reference server, so that tools written for it meet no surprise.

/** Largest request body; a bigger one is answered 413. */
export const maxBodyBytes = 3 * 1024 * 1024
/** Requests that only read, handled at once; one more is answered 429. Watches and streams are not counted. */
export const maxReadsInFlight = 400
/** Requests that change something, handled at once; one more is answered 429. */
export const maxWritesInFlight = 200
/** A request that is not a watch or a stream ends after this long with 504. */
export const requestTimeoutMs = 60_000
/** How long a read waits for this peer to reach the version that the client has seen; then 504. */
export const versionWaitMs = 3_000
/** How long a linearizable read waits for a majority; then it answers from the local copy and says so. */
export const barrierTimeoutMs = 3_000
/** How long a write waits to be committed; then 504, and it may still be applied. */
export const commitTimeoutMs = 34_000
/** Writes that found the object changed start over this often; then 409. */
export const maxWriteAttempts = 8
/** A name made from generateName that exists already is made anew this often; then 409. */
export const maxNameAttempts = 8
/** Shortest life of a watch without timeoutSeconds; its real life is up to twice that, so that clients don't return at once. */
export const watchLifeMs = 30 * 60_000
/** A watch with bookmarks hears of progress at least this often. */
export const bookmarkIntervalMs = 60_000
/** A watch with a timeout gets its last bookmark this long before its end. */
export const lastBookmarkMs = 2_000
/** Values, sequences and mappings in a YAML body after aliases are followed; more is refused with 400. */
export const maxYamlNodes = 200_000
/** Nesting of a protobuf body; deeper is refused with 400. */
export const maxProtobufDepth = 64
/** Verified bearer tokens that are remembered; the oldest is forgotten. */
export const maxCachedTokens = 2_000
/** Answers larger than this are compressed for clients that accept it. */
export const compressFromBytes = 128 * 1024
/** Longest field manager name; more is answered 422. */
export const maxFieldManagerBytes = 128
/** Bytes of a watch or a stream that may wait for a slow client; more closes the connection. */
export const maxStreamBacklogBytes = 8 * 1024 * 1024
/** Deletions of a collection that are under way at once. */
export const deleteCollectionWorkers = 8
/** How long the connection to a kubelet may take; then 502 or 500. */
export const kubeletConnectTimeoutMs = 5_000
/** Largest SPDY frame accepted from either side; a larger one ends the stream. */
export const maxSpdyFrameBytes = 16 * 1024 * 1024
/** Answers of kubelets about use are shared by everybody who asks within this time. */
export const usageFreshMs = 2_000
/** Longest wait for one kubelet's answer about use; its node and its Pods are left out then. */
export const usageWaitMs = 3_000
/** Largest answer of a kubelet about use; a larger one counts as none. */
export const mostUsageBytes = 4 * 1024 * 1024
/** Pods whose eviction the disruption controller has not confirmed yet; one more eviction of the budget is refused with 403. */
export const disruptedPodsMost = 2000
/** Life of a session that was begun by a client certificate, when nothing else is asked. */
export const defaultSessionSeconds = 3_600
/** A session of the dashboard ends after this long, whatever its token's life. */
export const maxSessionSeconds = 12 * 3600
/** A one-time code for the dashboard is void after this long. */
export const codeLifeMs = 60_000
/** One-time codes that wait at once; one more makes the oldest void. */
export const maxCodes = 100
/** Largest body of a sign-in to the dashboard; a bigger one is answered 413. */
export const maxSessionBodyBytes = 16 * 1024
