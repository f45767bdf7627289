// What the replicated state keeps for the protocol's own sake, and what happens at each limit. These numbers decide how a
// transaction is applied: they are the same on every peer of a cluster, and changing one needs a new feature level.

/** Results of proposals remembered for each peer. A peer has at most this many under way; a repetition that is older is refused. */
export const proposalWindow = 512

/** Keys in one run of the key space. A fuller run is split in two. */
export const maxRunKeys = 512
