// What an operator would ask of the proxy: how long a change takes to be in force, and how many rules there are.
import type { MetricSpec } from '../base/metrics.ts'

export const syncSeconds = {
  name: 'shoal_proxy_sync_seconds',
  type: 'histogram',
  help: 'Time from a change of Services, endpoints or members to rules in force.',
  labels: [],
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
} as const satisfies MetricSpec

export const frontends = {
  name: 'shoal_proxy_frontends',
  type: 'gauge',
  help: 'Addresses and ports that the proxy answers for.',
  labels: [],
} as const satisfies MetricSpec

export const balancerAddresses = {
  name: 'shoal_load_balancer_addresses',
  type: 'gauge',
  help: 'Load balancer addresses that this peer answers for.',
  labels: [],
} as const satisfies MetricSpec

export const dnsAnswers = {
  name: 'shoal_dns_answers_total',
  type: 'counter',
  help: 'DNS answers by where they came from: cluster, upstream or error.',
  labels: ['source'],
} as const satisfies MetricSpec
