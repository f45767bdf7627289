// Claims: wishes for storage, and the volume that fulfils each. A finalizer keeps a claim while Pods use it.
// Source: Kubernetes concepts, Persistent Volumes; API reference, PersistentVolumeClaim v1; messages as recorded.
import { has, isEqual, mapField, objectIn, stringIn, stringsIn, withDefaults, withFields } from '../objects/access.ts'
import { metadataOf } from '../objects/encoding.ts'
import { compareQuantities, quantity } from '../objects/quantity.ts'
import { claimProtection } from '../objects/volumes/annotations.ts'
import { age, name } from './cells.ts'
import { defineKind, isDeleting } from './kind.ts'
import { validateLabelSelector } from './label-selectors.ts'
import { accessModesCell, orUnset, validateAccessModes, validateClassAndMode, validateStorageSize } from './volume-checks.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

const snapshotGroup = 'snapshot.storage.k8s.io'

/** Data sources of kinds that nobody fills are dropped and not refused; both fields say the same, an unset group as null. */
function withSources(given: JsonObject): JsonObject {
  const typed = (spec: JsonObject, field: string): JsonObject => mapField(spec, field, (source) => (has(source, 'apiGroup') ? source : { apiGroup: null, ...source }))
  const spec = typed(typed(given, 'dataSource'), 'dataSourceRef')
  const [source, reference] = [objectIn(spec, 'dataSource'), objectIn(spec, 'dataSourceRef')]
  if (has(spec, 'dataSource') && !has(spec, 'dataSourceRef')) {
    const [group, kind] = [stringIn(source, 'apiGroup'), stringIn(source, 'kind')]
    const isKnown = (group === '' && kind === 'PersistentVolumeClaim') || (group === snapshotGroup && kind === 'VolumeSnapshot')
    return withFields(spec, isKnown ? { dataSourceRef: source } : { dataSource: undefined })
  }
  const isOwn = has(spec, 'dataSourceRef') && !has(reference, 'namespace')
  return isOwn && !has(spec, 'dataSource') ? withFields(spec, { dataSource: reference }) : spec
}

function prepare(claim: JsonObject, old: JsonObject | undefined): JsonObject {
  if (old !== undefined) return claim
  const metadata = metadataOf(claim)
  const finalizers = stringsIn(metadata, 'finalizers')
  return withFields(mapField(claim, 'spec', withSources), {
    metadata: withFields(metadata, { finalizers: finalizers.includes(claimProtection) ? finalizers : [...finalizers, claimProtection] }),
    status: { phase: 'Pending' },
  })
}

/** Checks what a claim wants; templates of claims have the same fields. */
export function validateClaimSpec(errors: FieldErrors, spec: JsonObject, path: string): void {
  const modes = stringsIn(spec, 'accessModes')
  if (modes.length === 0) errors.required(`${path}.accessModes`, 'at least 1 access mode is required')
  if (has(spec, 'selector')) validateLabelSelector(errors, objectIn(spec, 'selector'), `${path}.selector`)
  validateAccessModes(errors, modes, `${path}.accessModes`)
  const size = stringIn(spec, 'resources', 'requests', 'storage')
  if (size === '') errors.required(`${path}.resources[storage]`)
  else validateStorageSize(errors, size, `${path}.resources[storage]`)
  validateClassAndMode(errors, spec, path)
  for (const source of ['dataSource', 'dataSourceRef']) {
    if (!has(spec, source)) continue
    if (stringIn(spec, source, 'name') === '') errors.required(`${path}.${source}.name`)
    if (stringIn(spec, source, 'kind') === '') errors.required(`${path}.${source}.kind`)
  }
}

/** What may not change, with what may taken over from the old one. */
function comparable(spec: JsonObject, before: JsonObject, isBound: boolean): JsonObject {
  const isUnbound = stringIn(before, 'volumeName') === ''
  const isClassless = isUnbound && !has(before, 'storageClassName')
  return withFields(spec, {
    ...(isUnbound ? { volumeName: before.volumeName } : {}),
    ...(isClassless ? { storageClassName: undefined } : {}),
    ...(isBound ? { resources: withFields(objectIn(spec, 'resources'), { requests: objectIn(before, 'resources').requests }), volumeAttributesClassName: before.volumeAttributesClassName } : {}),
  })
}

function validateUpdate(errors: FieldErrors, claim: JsonObject, old: JsonObject): void {
  const [spec, before] = [objectIn(claim, 'spec'), objectIn(old, 'spec')]
  const isBound = stringIn(claim, 'status', 'phase') === 'Bound'
  if (!isEqual(comparable(spec, before, isBound), before)) {
    errors.forbidden('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims')
  }
  const [size, sizeBefore] = [stringIn(spec, 'resources', 'requests', 'storage'), stringIn(before, 'resources', 'requests', 'storage')]
  const isSmaller = size !== '' && sizeBefore !== '' && compareQuantities(quantity(size), quantity(sizeBefore)) < 0
  const capacity = stringIn(old, 'status', 'capacity', 'storage')
  if (isBound && isSmaller && (capacity === '' || compareQuantities(quantity(size), quantity(capacity)) <= 0)) {
    errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
  }
}

function validate(errors: FieldErrors, claim: JsonObject, old: JsonObject | undefined, subresource: string): void {
  if (subresource === 'status') return
  validateClaimSpec(errors, objectIn(claim, 'spec'), 'spec')
  if (old !== undefined) validateUpdate(errors, claim, old)
}

function cells(claim: JsonObject, nowMs: number): readonly (string | number)[] {
  const [spec, status] = [objectIn(claim, 'spec'), objectIn(claim, 'status')]
  const volume = stringIn(spec, 'volumeName')
  return [
    name(claim), isDeleting(claim) ? 'Terminating' : stringIn(status, 'phase'), volume,
    volume === '' ? '' : stringIn(status, 'capacity', 'storage'), volume === '' ? '' : accessModesCell(status),
    stringIn(spec, 'storageClassName'), orUnset(spec, 'volumeAttributesClassName'), age(claim, nowMs), orUnset(spec, 'volumeMode'),
  ]
}

export const persistentVolumeClaims = defineKind({
  key: '/v1/persistentvolumeclaims',
  definition: 'io.k8s.api.core.v1.PersistentVolumeClaim',
  subresources: ['status'],
  defaults: (claim) => mapField(claim, 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' })),
  prepare,
  validate: (errors, claim, old, context) => validate(errors, claim, old, context.subresource),
  cells,
})
