// The verb update: the client sends the whole object. Name and namespace must be those of the path.
// Source: Kubernetes API concepts, "Using HTTP PUT to replace existing resources".
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { readObject } from './body.ts'
import type { Answer, Call } from './call.ts'
import { changeObject } from './changing.ts'
import { placeInNamespace } from './creating.ts'
import { metadataText } from './rest.ts'
import type { Rest } from './rest.ts'
import { badRequest } from './status.ts'
import { readWriteOptions } from './write-options.ts'

/** The verb update, of the object or of a subresource of it. */
export async function updateObject(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string, subresource: string): Promise<Answer> {
  const options = readWriteOptions(call, 'UpdateOptions')
  const { object, warnings } = await readObject(call.body, definition, options.fieldValidation)
  checkName(object, name)
  placeInNamespace(object, definition, namespace)
  return changeObject(rest, call, { definition, namespace, name, subresource, options, make: () => ({ object, warnings }) })
}

/** The object of a body must carry the name of the path. */
export function checkName(object: JsonObject, name: string): void {
  const own = metadataText(object, 'name')
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
}
