// Who owns which fields of an object: kept in metadata.managedFields on every write, for server-side apply.
// The arithmetic is in node/objects; this file says when it is done and with what names.
// Source: Kubernetes documentation, "Server-Side Apply", field management.
import { claimFields as claim } from '../objects/managed-fields.ts'
import type { WriteFacts } from '../objects/managed-fields.ts'
import type { JsonObject } from '../objects/json.ts'
import type { BodyKind } from './body.ts'
import type { WriteOptions } from './write-options.ts'

/** The kind and whether its status is a door of its own. */
export interface ManagedKind extends BodyKind {
  readonly subresources?: readonly string[]
}

/** What the arithmetic needs to know of a write. */
export function writeFacts(kind: ManagedKind, options: WriteOptions, operation: 'Apply' | 'Update', subresource: string, nowMs: number): WriteFacts {
  const separate = kind.subresources?.includes('status') === true
  return {
    definition: kind.definition, nowMs,
    manager: { name: options.fieldManager, operation, apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`, subresource },
    resets: subresource === 'status' ? { 'f:spec': {} } : separate ? { 'f:status': {} } : {},
  }
}

/** The object with its fields' owners after a write; an apply has set them already. */
export function claimFields(
  kind: ManagedKind, old: JsonObject | undefined, object: JsonObject, options: WriteOptions, subresource: string, nowMs: number, applied = false,
): JsonObject {
  return applied ? object : claim(object, old, writeFacts(kind, options, 'Update', subresource, nowMs))
}
