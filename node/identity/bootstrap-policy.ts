// The roles and bindings that every cluster begins with, so that RBAC lets the usual groups do the usual things.
// It only lists them; who creates them, and when, is decided elsewhere.
import type { JsonObject } from '../objects/json.ts'
import { bootstrapPolicyText } from './generated/bootstrap-policy.ts'

/**
 * Readers of `metrics.k8s.io` that view, edit and admin take in. The reference's server does not have it: there the component
 * that measures brings it along, and here measuring is built in.
 */
const metricsReader: JsonObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole',
  metadata: { name: 'system:aggregated-metrics-reader', labels: Object.fromEntries(['admin', 'edit', 'view'].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'])) },
  rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
}

/** Cluster roles, roles and their bindings, in an order in which they can be created. */
export function bootstrapPolicy(): readonly JsonObject[] {
  const recorded = bootstrapPolicyText.trim().split('\n').map((line) => {
    const object: JsonObject = JSON.parse(line)
    return object
  })
  return [...recorded, metricsReader]
}
