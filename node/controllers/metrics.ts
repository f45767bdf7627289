// The metrics of the controllers: how long their queues are and how their runs go.
// Names follow the reference's work queues, so that existing dashboards find them.

/** Keys that wait. */
export const queueDepth = {
  name: 'workqueue_depth', type: 'gauge', help: 'Keys that wait in a controller\'s queue.', labels: ['name'],
} as const

/** Time of one run. */
export const runSeconds = {
  name: 'workqueue_work_duration_seconds', type: 'histogram', help: 'Time that one run of a controller took.', labels: ['name'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
} as const

/** Runs that failed. */
export const runRetries = {
  name: 'workqueue_retries_total', type: 'counter', help: 'Runs of a controller that failed and were queued again.', labels: ['name'],
} as const
