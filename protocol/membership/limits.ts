// Every number of membership in one place: when a silent peer is suspected and when it is dead, and what it may cost.
// The times follow the cluster's table of times: killed -> suspect 0.5 s, dead 3 s; silent -> suspect p99 1.5 s, dead p99 3.5 s.
// They hold for three peers as for a hundred, which is why the probe period depends on how many there are to probe.

/** Longest time between two probes that one peer starts; with a single other peer it is probed this often. */
export const probePeriodMaxMs = 400
/** Shortest time between two probes. With n probers a peer is missed for 4.6 periods in one case of a hundred, whatever n is. */
export const probePeriodMinMs = 150
/** The period is this divided by the number of peers to probe, within the two bounds: about 4 messages a second and pair. */
export const probePeriodShareMs = 450

/** How long a direct answer may take before others are asked to help. Above TCP's least retransmission time of 200 ms. */
export const directTimeoutMs = 250
/** How long helpers may take after that; then the target is suspected. */
export const indirectTimeoutMs = 250
/** The same two after a connection was lost: there is a reason for haste, and a new connection takes less than this. */
export const hastyDirectTimeoutMs = 120
export const hastyIndirectTimeoutMs = 100
/** A helper that got no answer says so after this share of the time that it has (Lifeguard, section IV-A). */
export const nackShare = 0.8
/** Peers asked to help with one probe. */
export const maxHelpers = 3

/** A suspicion that enough independent peers confirm ends in death after this long. */
export const suspicionMinMs = 2000
/** A suspicion that nobody confirms ends in death after this long. */
export const suspicionMaxMs = 3200
/** A suspicion lasts so much longer while the suspect's machine refuses connections: it lives, only the daemon is gone, and may be back. */
export const crashGraceMs = 600
/** A refusal shows so only this long after the suspicion began: the kernel of a machine that is being switched off refuses as well. */
export const crashProofMs = 200
/** Confirmations that bring the wait down to its least, fewer when there are not so many peers. */
export const maxConfirmations = 3
/** Whoever suspects by its own probes asks the suspect again this often, and tells it of the suspicion. */
export const suspectPeriodMs = 300

/** One of the dead or departed is pinged this often, so that a healed partition finds itself. */
export const deadPeriodMs = 1000

/** Upper bound of Lifeguard's local health multiplier; probe timeouts grow to at most nine times theirs. */
export const maxLocalHealth = 8
/** A gap between two ticks as long as this means that we stood still: what seemed late in it is our own fault. */
export const stallMs = 400

/** A rumour rides on this many messages times log2(members + 1), then rests. */
export const transmitFactor = 3
/** Fresh rumours are told to this many peers at once, by each who learns them. */
export const newsFanout = 4
/** Rumours on one message; the rest wait for the next one. */
export const maxRumoursPerMessage = 8
/** Estimated size of the rumours on one message; the rest wait for the next one. */
export const maxRumourBytes = 1400
/** Every so many pings our own claim rides along, so that a lost hint heals. */
export const selfRumourEvery = 16

/** Members that are known; the log admits them, and more are an error of the caller. */
export const maxMembers = 8192
/** Probes under way; a new one beyond this is not started. */
export const maxProbes = 256
/** Probes that we make for others at a time; beyond this a request is ignored, which its asker takes for our ill health. */
export const maxRelays = 512
/** Addresses kept of one hint; the others are ignored. */
export const maxAddresses = 16
