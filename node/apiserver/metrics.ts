// What the API server measures: names and labels are those of the reference, so that its dashboards work.
// The recorders are made where the numbers arise.
import type { MetricSpec } from '../base/metrics.ts'

export const requestsTotal = {
  name: 'apiserver_request_total', type: 'counter', help: 'Requests by verb, resource and answer.', labels: ['verb', 'resource', 'code'],
} as const satisfies MetricSpec

export const requestSeconds = {
  name: 'apiserver_request_duration_seconds', type: 'histogram', help: 'Time to answer a request; watches and streams are left out.', labels: ['verb', 'resource'],
  buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 30, 60],
} as const satisfies MetricSpec

export const inFlight = {
  name: 'apiserver_current_inflight_requests', type: 'gauge', help: 'Requests being handled now; request_kind is readOnly or mutating.', labels: ['request_kind'],
} as const satisfies MetricSpec

export const longRunning = {
  name: 'apiserver_longrunning_requests', type: 'gauge', help: 'Watches and streams that are open now.', labels: [],
} as const satisfies MetricSpec
