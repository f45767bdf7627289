// The roles and bindings that every cluster begins with, so that RBAC lets the usual groups do the usual things.
// It only lists them; who creates them, and when, is decided elsewhere.
import type { JsonObject } from '../objects/json.ts'
import { bootstrapPolicyText } from './generated/bootstrap-policy.ts'

/** Cluster roles, roles and their bindings, in an order in which they can be created. */
export function bootstrapPolicy(): readonly JsonObject[] {
  return bootstrapPolicyText.trim().split('\n').map((line) => {
    const object: JsonObject = JSON.parse(line)
    return object
  })
}
