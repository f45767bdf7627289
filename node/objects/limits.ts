// The limits of the machinery of objects, and what happens at each.

/** Operations of one JSON patch; more are refused with 413. The number is the reference's. */
export const jsonPatchOperationsMost = 10_000

/** Entries of managers that update without apply; beyond it the oldest are merged into one entry. The number is the reference's. */
export const updateManagersMost = 10
