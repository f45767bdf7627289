// The metrics of the scheduler. Names and labels are those of the reference's scheduler, so that existing dashboards find them.
// Only what happens here is counted; bindings are counted as attempts with their result.

/** Attempts by result. */
export const scheduleAttempts = {
  name: 'scheduler_schedule_attempts_total', type: 'counter', labels: ['result'],
  help: 'Attempts to schedule a Pod by result: scheduled, unschedulable, error.',
} as const

/** Pods that wait, by queue. */
export const pendingPods = {
  name: 'scheduler_pending_pods', type: 'gauge', labels: ['queue'],
  help: 'Pods that wait by queue: active, backoff, unschedulable.',
} as const

/** Time of one decision. */
export const decisionSeconds = {
  name: 'scheduler_scheduling_algorithm_duration_seconds', type: 'histogram', labels: [], help: 'Time to choose a node for one Pod.',
  buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5],
} as const
