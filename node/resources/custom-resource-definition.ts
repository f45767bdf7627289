// Custom resource definitions: the list of them, which is empty. kubectl asks for it before it says that it does not know a
// kind, and explains nothing when there is no such list. None can be made yet, and discovery says so.
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'

export const customResourceDefinitions = {
  ...defineKind({
    key: 'apiextensions.k8s.io/v1/customresourcedefinitions',
    definition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
    cells: (object, nowMs) => [name(object), age(object, nowMs)],
  }),
  verbs: ['get', 'list', 'watch'],
}
