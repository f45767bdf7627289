// How big anything on the wire may be. A decoder refuses what is over a limit before it allocates for it; an encoder's
// caller keeps below it (the leader cuts appends and fetch answers, the API refuses objects over 3 MiB).

/** A whole frame. A longer one is refused as `tooLarge`. */
export const maxMessageBytes = 8 * 1024 * 1024

/** One encoded transaction. A longer one is refused as `tooLarge` and never proposed. */
export const maxTransactionBytes = 4 * 1024 * 1024

/** Entries in one append, fetch answer or gossip batch. More are refused as `tooLarge`. */
export const maxEntriesPerMessage = 4096

/** Writes in one transaction. More are refused as `tooLarge`. */
export const maxWrites = 4096

/** Conditions in one transaction. More are refused as `tooLarge`. */
export const maxConditions = 4096

/** Characters of a key. A longer one is malformed. */
export const maxKeyLength = 4096

/** Characters of a peer id, work name or cluster id. A longer one is malformed. */
export const maxNameLength = 256

/** Characters of one multiaddr. A longer one is malformed. */
export const maxAddressLength = 512

/** Addresses of one peer. More are malformed. */
export const maxAddresses = 32

/** Rumours in one membership message. More are malformed. */
export const maxRumours = 256

/** Works in one report. More are malformed. */
export const maxReports = 64

/** Peers named in one list of a configuration or a message. More are malformed. */
export const maxPeersInList = 1024

/** Nesting of arrays and maps in a frame. Deeper ones are malformed. */
export const maxDepth = 12
