// The times and bounds of autoscaling, each with what it does. They are the reference's defaults where not said otherwise.

/** How often each autoscaler is looked at. The reference takes 15 s; measures are 5 s apart here. */
export const syncEveryMs = 5_000
/** A ratio of use to target this near to one changes nothing. */
export const tolerance = 0.1
/** For this long after a Pod's start its processor use counts only from when it was ready. */
export const cpuInitializationMs = 300_000
/** A Pod that is unready and became so within this time of its start was never ready. */
export const initialReadinessMs = 30_000
/** How long recommendations to shrink are held, without a behavior that says otherwise. */
export const downWindowSeconds = 300
/** Without a behavior one step at most multiplies the size by this, and always reaches the least below. */
export const growthFactor = 2
export const growthLeast = 4
