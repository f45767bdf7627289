// Storage classes: ways in which volumes are made. The cluster's own makes folders on the peer where a claim's first Pod runs.
// Source: Kubernetes API reference, StorageClass v1; messages as recorded.
import { has, isEqual, isTrue, objectIn, objectsIn, stringIn, stringsIn, withDefaults } from '../objects/access.ts'
import { qualifiedName } from '../objects/names.ts'
import { isDefaultClass } from '../objects/volumes/classes.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import { classParametersMost, classParametersMostBytes } from './limits.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

function validateParameters(errors: FieldErrors, parameters: JsonObject): void {
  const entries = Object.entries(parameters)
  let sizeBytes = 0
  for (const [key, value] of entries) {
    if (key === '') errors.invalid('parameters', key, 'field can not be empty.')
    sizeBytes += new TextEncoder().encode(key + String(value)).length
  }
  if (entries.length > classParametersMost) errors.tooLong('parameters', `may not have more than ${classParametersMost} entries`)
  if (sizeBytes > classParametersMostBytes) errors.tooLong('parameters', `may not be more than ${classParametersMostBytes} bytes`)
}

function validateTopologies(errors: FieldErrors, object: JsonObject): void {
  for (const [at, term] of objectsIn(object, 'allowedTopologies').entries()) {
    const seen = new Set<string>()
    for (const [index, expression] of objectsIn(term, 'matchLabelExpressions').entries()) {
      const path = `allowedTopologies[${at}].matchLabelExpressions[${index}]`
      const key = stringIn(expression, 'key')
      const values = stringsIn(expression, 'values')
      if (values.length === 0) errors.required(`${path}.values`)
      for (const [number, value] of values.entries()) if (values.indexOf(value) < number) errors.duplicate(`${path}.values[${number}]`, value)
      errors.each(`${path}.key`, key, qualifiedName(key))
      if (seen.has(key)) errors.duplicate(`${path}.key`, key)
      seen.add(key)
    }
  }
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  if (old !== undefined) {
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy']) {
      if (!isEqual(object[field], old[field])) errors.forbidden(field, `updates to ${field} are forbidden.`)
    }
    const mode = object.volumeBindingMode
    if (!isEqual(mode, old.volumeBindingMode)) errors.invalid('volumeBindingMode', mode, 'field is immutable')
  }
  const provisioner = stringIn(object, 'provisioner')
  if (provisioner === '') errors.required('provisioner')
  else errors.each('provisioner', provisioner.toLowerCase(), qualifiedName(provisioner.toLowerCase()))
  validateParameters(errors, objectIn(object, 'parameters'))
  const policy = stringIn(object, 'reclaimPolicy')
  if (!['Delete', 'Retain'].includes(policy)) errors.notSupported('reclaimPolicy', policy, ['Delete', 'Retain'])
  const mode = stringIn(object, 'volumeBindingMode')
  if (!has(object, 'volumeBindingMode')) errors.required('volumeBindingMode')
  else if (!['Immediate', 'WaitForFirstConsumer'].includes(mode)) errors.notSupported('volumeBindingMode', mode, ['Immediate', 'WaitForFirstConsumer'])
  validateTopologies(errors, object)
}

export const storageClasses = defineKind({
  key: 'storage.k8s.io/v1/storageclasses',
  definition: 'io.k8s.api.storage.v1.StorageClass',
  defaults: (object) => withDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate,
  cells: (object, nowMs) => [
    `${name(object)}${isDefaultClass(objectIn(object, 'metadata', 'annotations')) ? ' (default)' : ''}`,
    stringIn(object, 'provisioner'), stringIn(object, 'reclaimPolicy'), stringIn(object, 'volumeBindingMode'), isTrue(object, 'allowVolumeExpansion'), age(object, nowMs),
  ],
})
