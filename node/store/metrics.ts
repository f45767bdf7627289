// The store's metrics: how far this peer's state has come in memory and on disk, who watches it, and how slow its log is.
// A lag between applied and durable index that keeps growing means that the disk cannot follow.
import type { MetricSpec } from '../base/metrics.ts'

export const revisionGauge = {
  name: 'shoal_store_revision',
  type: 'gauge',
  help: 'Revision of the newest object write applied on this peer.',
  labels: [],
} as const satisfies MetricSpec

export const appliedIndexGauge = {
  name: 'shoal_store_applied_index',
  type: 'gauge',
  help: 'Index of the newest log entry applied on this peer.',
  labels: [],
} as const satisfies MetricSpec

export const durableIndexGauge = {
  name: 'shoal_store_durable_index',
  type: 'gauge',
  help: 'Index of the newest log entry whose effect is in the state on this peer\'s disk.',
  labels: [],
} as const satisfies MetricSpec

export const keysGauge = {
  name: 'shoal_store_keys',
  type: 'gauge',
  help: 'Keys in the state.',
  labels: [],
} as const satisfies MetricSpec

export const watchesGauge = {
  name: 'shoal_store_watches',
  type: 'gauge',
  help: 'Watches open on the state.',
  labels: [],
} as const satisfies MetricSpec

export const watchesBehindCounter = {
  name: 'shoal_store_watches_behind_total',
  type: 'counter',
  help: 'Watches that ended because their consumer fell behind.',
  labels: [],
} as const satisfies MetricSpec

export const persistFailuresCounter = {
  name: 'shoal_store_persist_failures_total',
  type: 'counter',
  help: 'Writes of the state to disk that failed and were tried again.',
  labels: [],
} as const satisfies MetricSpec

export const logSyncHistogram = {
  name: 'shoal_log_append_seconds',
  type: 'histogram',
  help: 'Time from handing a batch to the log until it was synced.',
  labels: [],
  buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
} as const satisfies MetricSpec
