// Controller revisions: frozen snapshots of a template that a controller can return to.
import { isEqual, isTrue, numberIn, objectsIn, stringIn } from '../objects/access.ts'
import { age, name, orNone } from './cells.ts'
import { defineKind } from './kind.ts'
import type { JsonObject } from '../objects/json.ts'

function controllerCell(object: JsonObject): string {
  const owner = objectsIn(object, 'metadata', 'ownerReferences').find((candidate) => isTrue(candidate, 'controller'))
  if (owner === undefined) return orNone('')
  const group = stringIn(owner, 'apiVersion').split('/').slice(0, -1).join('')
  return `${stringIn(owner, 'kind').toLowerCase()}${group === '' ? '' : `.${group}`}/${stringIn(owner, 'name')}`
}

export const controllerRevisions = defineKind({
  key: 'apps/v1/controllerrevisions',
  definition: 'io.k8s.api.apps.v1.ControllerRevision',
  validate: (errors, object, old) => {
    errors.nonNegative('revision', numberIn(object, 'revision'))
    if (old !== undefined && !isEqual(object.data, old.data)) errors.invalid('data', object.data, 'field is immutable')
  },
  cells: (object, nowMs) => [name(object), controllerCell(object), numberIn(object, 'revision') ?? 0, age(object, nowMs)],
})
