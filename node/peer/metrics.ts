// Metrics of the peer zone, declared once. docs/metrics.md is generated from these.
import type { MetricSpec } from '../base/metrics.ts'

export const proposalSeconds = {
  name: 'shoal_peer_proposal_seconds',
  type: 'histogram',
  help: 'Time from proposing a transaction here to its being applied here.',
  labels: ['outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} as const satisfies MetricSpec<'outcome'>

export const appliedIndex = {
  name: 'shoal_peer_applied_index',
  type: 'gauge',
  help: 'Index of the last log entry applied by this peer.',
  labels: [],
} as const satisfies MetricSpec<never>

export const leaseLeft = {
  name: 'shoal_peer_lease_left_seconds',
  type: 'gauge',
  help: 'How long the lease of this peer was still valid when that was last looked at; without one nothing that must be unique runs here.',
  labels: [],
} as const satisfies MetricSpec<never>

export const clockAheadGauge = {
  name: 'shoal_peer_clock_ahead_seconds',
  type: 'gauge',
  help: "How far this machine's clock was ahead of the time that the leader gave to this peer's last write.",
  labels: [],
} as const satisfies MetricSpec<never>

export const diskFullGauge = {
  name: 'shoal_peer_disk_full',
  type: 'gauge',
  help: '1 while the disk under the log is full and this peer takes no part in writes, 0 otherwise.',
  labels: [],
} as const satisfies MetricSpec<never>

export const refusedCounter = {
  name: 'shoal_peer_refused_total',
  type: 'counter',
  help: 'Connections, streams and messages of others that this peer refused.',
  labels: ['reason'],
} as const satisfies MetricSpec<'reason'>

export const quorumGauge = {
  name: 'shoal_peer_quorum',
  type: 'gauge',
  help: '1 while a majority of the voters was heard lately, 0 otherwise.',
  labels: [],
} as const satisfies MetricSpec<never>
