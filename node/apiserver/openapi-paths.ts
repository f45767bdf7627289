// The paths of a kind in the OpenAPI documents. Only the names; what happens at them is described where they are used.
import type { ResourceDefinition } from '../resources/types.ts'

/** `api/v1` or `apis/apps/v1`: the document that a kind is in. */
export const rootOf = (kind: ResourceDefinition): string => (kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`)

/** The paths of a kind's collection and of one object. */
export function pathsOf(kind: ResourceDefinition): { readonly collection: string; readonly item: string } {
  const collection = `/${rootOf(kind)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.resource}`
  return { collection, item: `${collection}/{name}` }
}
