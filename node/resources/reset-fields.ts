// Which fields a door of a kind does not set, and so never owns: the main resource leaves the status alone, the status
// leaves the rest alone. Field management asks; kind.ts carries the same over when it prepares an update.
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from './types.ts'

/** As FieldsV1: whole trees that writes through this door do not own. */
export function resetFields(definition: ResourceDefinition, subresource: string): JsonObject {
  if (subresource === 'status') return definition.scale === undefined ? { 'f:spec': {} } : { 'f:spec': {}, 'f:metadata': { 'f:labels': {} } }
  // The reference keeps no owner of ephemeral containers that were added through their own door.
  if (subresource === 'ephemeralcontainers') return { 'f:spec': {}, 'f:metadata': {} }
  return definition.subresources.includes('status') ? { 'f:status': {} } : {}
}
