// Named limits of identity: life times of certificates and invitations, and sizes of what strangers may send us.
// What happens at each limit stands beside it; nothing here depends on the size of the cluster.

/** Life of the cluster's CA certificate; `shoal doctor` warns in its last year. */
export const caLifeDays = 3650

/** Life of a peer's certificates. They renew while running, so this bounds only how long a stolen one serves. */
export const certificateLifeDays = 90

/** Life of the administrator's certificate in a kubeconfig; a new kubeconfig is one command away. */
export const adminLifeDays = 365

/**
 * Certificates and tokens start this long before they are signed. What a machine whose clock is hours ahead signs must serve
 * at once on all others, or a wrong clock would take away more than the machine that has it. A start in the past gives
 * nobody anything: what was not signed yet cannot be shown.
 */
export const backdateMs = 24 * 3_600_000

/** A certificate is renewed after this share of its life at the earliest, at `renewLatestShare` at the latest. */
export const renewEarliestShare = 0.5
export const renewLatestShare = 0.8

/** Longer strings are refused as damaged before they are decoded. */
export const invitationMaxChars = 4096

/** An invitation carries at most this many addresses; the rest is left out. */
export const invitationMaxAddresses = 16

/** A node name is a DNS subdomain name (RFC 1123) of at most this length; longer ones are refused. */
export const nodeNameMaxChars = 253
