// Namespaces: the label with their own name, the finalizer that holds them until they are empty, and their phase.
// Emptying them is the namespace controller's work; it clears spec.finalizers through the subresource `finalize`.
import { has, isEqual, objectIn, stringIn, stringsIn, withDefaults, withFields } from '../objects/access.ts'
import { metadataOf } from '../objects/encoding.ts'
import { dotlessLabel } from '../objects/names.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import { validateFinalizer } from './metadata.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from './types.ts'

const nameLabel = 'kubernetes.io/metadata.name'
const finalizer = 'kubernetes'

function defaults(namespace: JsonObject): JsonObject {
  const own = name(namespace)
  const labels = own === '' ? objectIn(namespace, 'metadata', 'labels') : { ...objectIn(namespace, 'metadata', 'labels'), [nameLabel]: own }
  const metadata = own === '' ? metadataOf(namespace) : withFields(metadataOf(namespace), { labels })
  return withFields(namespace, { metadata, status: withDefaults(objectIn(namespace, 'status'), { phase: 'Active' }) })
}

function prepare(namespace: JsonObject, old: JsonObject | undefined, subresource: string): JsonObject {
  if (old === undefined) {
    const finalizers = stringsIn(namespace, 'spec', 'finalizers')
    const spec = { ...objectIn(namespace, 'spec'), finalizers: finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer] }
    return defaults(withFields(namespace, { spec, status: { phase: 'Active' } }))
  }
  // Only the subresource may shorten the finalizers of the spec.
  if (subresource !== 'finalize') return withFields(namespace, { spec: old.spec })
  const shown = withFields(old, { spec: namespace.spec, kind: namespace.kind, apiVersion: namespace.apiVersion, metadata: namespace.metadata })
  return withFields(shown, { status: old.status })
}

export const namespaces: ResourceDefinition = {
  ...defineKind({
    key: '/v1/namespaces',
    definition: 'io.k8s.api.core.v1.Namespace',
    subresources: ['status', 'finalize'],
  hasNamespaceLabel: false,
    nameRule: dotlessLabel,
    defaults,
    prepare: (object, old, context) => prepare(object, old, context.subresource),
    validate: (errors, object, old, context) => {
      for (const [at, own] of stringsIn(object, 'spec', 'finalizers').entries()) validateFinalizer(errors, own, 'spec.finalizers', `spec.finalizers[${at}]`)
      if (old === undefined || context.subresource !== 'status') return
      const phase = stringIn(object, 'status', 'phase')
      const isDeleting = has(object, 'metadata', 'deletionTimestamp')
      if (!isDeleting && phase !== 'Active') errors.invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")
      if (isDeleting && phase !== 'Terminating') errors.invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
      if (!isEqual(object.spec, old.spec)) errors.forbidden('spec', 'may not change through the status')
    },
    cells: (object, nowMs) => [name(object), stringIn(object, 'status', 'phase'), age(object, nowMs)],
    selectable: (object) => ({ 'status.phase': stringIn(object, 'status', 'phase') }),
  }),
  holdsDeletion: (namespace) => stringsIn(namespace, 'spec', 'finalizers').length > 0,
  terminate: (namespace) => withFields(namespace, { status: { ...objectIn(namespace, 'status'), phase: 'Terminating' } }),
}
