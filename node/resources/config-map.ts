// ConfigMaps: texts and bytes under keys, which may be frozen for good.
import { isEqual, isTrue, objectIn } from '../objects/access.ts'
import { configMapKey } from '../objects/names.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import { dataMostBytes } from './limits.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from '../objects/json.ts'

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const data = objectIn(object, 'data')
  const binary = objectIn(object, 'binaryData')
  let sizeBytes = 0
  for (const [key, value] of Object.entries(data)) {
    errors.each(`data[${key}]`, key, configMapKey(key))
    if (Object.hasOwn(binary, key)) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    sizeBytes += new TextEncoder().encode(String(value)).length
  }
  for (const [key, value] of Object.entries(binary)) {
    errors.each(`binaryData[${key}]`, key, configMapKey(key))
    sizeBytes += Math.floor(String(value).length * 3 / 4)
  }
  if (sizeBytes > dataMostBytes) errors.tooLong('', `may not be more than ${dataMostBytes} bytes`)
  if (old === undefined || !isTrue(old, 'immutable')) return
  const message = 'field is immutable when `immutable` is set'
  if (!isTrue(object, 'immutable')) errors.forbidden('immutable', message)
  if (!isEqual(data, objectIn(old, 'data'))) errors.forbidden('data', message)
  if (!isEqual(binary, objectIn(old, 'binaryData'))) errors.forbidden('binaryData', message)
}

const count = (object: JsonObject): number => Object.keys(objectIn(object, 'data')).length + Object.keys(objectIn(object, 'binaryData')).length

export const configMaps = defineKind({
  key: '/v1/configmaps',
  definition: 'io.k8s.api.core.v1.ConfigMap',
  validate,
  cells: (object, nowMs) => [name(object), count(object), age(object, nowMs)],
})
