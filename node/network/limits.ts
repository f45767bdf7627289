// Limits of the Pod network and its proxy: what is bounded, and what happens at the bound.

/** Endpoints of one Service port that get a slot each; above it slots come in powers of two and endpoints repeat in them. */
export const exactSlots = 64
/** Most slots of one Service port; endpoints beyond it get no traffic. */
export const mostSlots = 4096
/** Map elements in one line to nft; more are split, inside the same transaction. */
export const elementsPerCommand = 500
/** A change of the rules that is longer goes to an nft of its own: one that listens reads lines, and slowly. */
export const lineTransactionMaxChars = 32_768
/** Changes that one nft is told; then another one takes its place. */
export const changesPerSession = 1_000
/** A run of nft or ip that takes longer is killed and the change is tried again. */
export const commandTimeoutMs = 30_000
/** After a refused change the rules are loaded whole again; this much later when even that fails. */
export const retryDelayMs = 1_000
/** Commands to forget tracked connections that may wait; more are dropped, and those connections end by their own timeout. */
export const purgesWaiting = 10_000
/** Clients that a peer remembers for Services with session affinity; further ones go by a hash of their address alone. */
export const affinityClients = 65_536
/** A peer that holds load balancer addresses says so again this often: who heard another one last learns it by then. */
export const announceEveryMs = 5_000
/** Bytes of a request's line and headers through Ingress; more are answered 431. */
export const ingressHeaderBytes = 32_768
/** A client has so long for the headers of a request. */
export const ingressHeadersTimeoutMs = 15_000
/** A client has so long for a whole request, its body included. */
export const ingressRequestTimeoutMs = 300_000
/** How often clients that are late with headers or requests are looked for. */
export const ingressCheckEveryMs = 5_000
/** An idle connection of a client is kept so long. */
export const ingressIdleTimeoutMs = 60_000
/** Clients' connections to one Ingress proxy; further ones are closed. */
export const ingressConnections = 20_000
/** Requests of one HTTP/2 connection that are under way at a time; further ones are refused, and the client sends them later. */
export const ingressStreams = 128
/** Requests that one HTTP/2 connection may take back at once; after that so many a second. More end the connection. */
export const ingressResetBurst = 256
export const ingressResetsPerSecond = 64
/** A backend that does not accept a connection in this time counts as refusing it. */
export const ingressConnectTimeoutMs = 2_000
/** A backend that says nothing for so long is given up: 504. */
export const ingressAnswerTimeoutMs = 60_000
/** Backends that are tried for one request. */
export const ingressTries = 3
/** A port that was taken, or a thread that ended, is tried again so much later. */
export const ingressRetryMs = 5_000
/** Bytes of a packet where the interface does not say. */
export const ethernetMtu = 1500
/** Bytes that VXLAN adds to a packet. */
export const vxlanOverheadBytes = 50
/** DNS answers over UDP are cut to this size and say so; the asker comes again over TCP. */
export const dnsUdpAnswerBytes = 1232
/** TCP connections that the DNS server keeps; more are closed. */
export const dnsTcpConnections = 256
/** An idle DNS connection is closed. */
export const dnsTcpIdleMs = 10_000
/** Forwarded questions under way; more are answered SERVFAIL. */
export const dnsForwardsInFlight = 512
/** How long one upstream resolver may take before the next is asked. */
export const dnsForwardTimeoutMs = 2_000
/** Answers that the DNS server keeps encoded until something changes; at one more it forgets them all. */
export const dnsRememberedAnswers = 4_096
/** Longer questions are answered anew each time. */
export const dnsRememberedQuestionBytes = 300
/** Time to live of answers from the cluster, in seconds. */
export const dnsTtlSeconds = 5
