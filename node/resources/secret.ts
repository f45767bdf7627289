// Secrets: bytes under keys, with a type that says which keys must be there. stringData is written into data on arrival
// and never stored.
import { has, isEqual, isTrue, objectIn, stringIn, withDefaults, withFields } from '../objects/access.ts'
import { configMapKey } from '../objects/names.ts'
import { age, name } from './cells.ts'
import { defineKind } from './kind.ts'
import { dataMostBytes } from './limits.ts'
import type { FieldErrors } from './field-errors.ts'
import type { Json, JsonObject } from '../objects/json.ts'

const redacted = '<secret contents redacted>'
const accountAnnotation = 'kubernetes.io/service-account.name'

const toBase64 = (text: string): string => btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
const fromBase64 = (text: string): string => new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))

function defaults(secret: JsonObject): JsonObject {
  const typed = withDefaults(secret, { type: 'Opaque' })
  if (!has(secret, 'stringData')) return typed
  const written = Object.entries(objectIn(secret, 'stringData')).map(([key, value]): [string, string] => [key, toBase64(String(value))])
  const data = [...Object.entries({ ...objectIn(secret, 'data'), ...Object.fromEntries(written) })].sort(([a], [b]) => (a < b ? -1 : 1))
  return withFields(typed, { data: Object.fromEntries(data), stringData: undefined })
}

const requiredKeys: { readonly [type: string]: readonly string[] } = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

function validate(errors: FieldErrors, object: JsonObject, old: JsonObject | undefined): void {
  const data = objectIn(object, 'data')
  let sizeBytes = 0
  for (const [key, value] of Object.entries(data)) {
    errors.each(`data[${key}]`, key, configMapKey(key))
    sizeBytes += Math.floor(String(value).length * 3 / 4)
  }
  if (sizeBytes > dataMostBytes) errors.tooLong('data', `may not be more than ${dataMostBytes} bytes`)
  validateType(errors, object, data)
  if (old !== undefined) validateUpdate(errors, object, old)
}

function validateType(errors: FieldErrors, object: JsonObject, data: JsonObject): void {
  const type = stringIn(object, 'type')
  for (const key of requiredKeys[type] ?? []) {
    const value = data[key]
    if (value === undefined) errors.required(`data[${key}]`)
    else if (key.startsWith('.docker')) validateJson(errors, key, value)
  }
  if (type === 'kubernetes.io/basic-auth' && data.username === undefined && data.password === undefined) {
    errors.required('data[username]')
    errors.required('data[password]')
  }
  const isToken = type === 'kubernetes.io/service-account-token'
  if (isToken && stringIn(object, 'metadata', 'annotations', accountAnnotation) === '') errors.required(`metadata.annotations[${accountAnnotation}]`)
}

function validateJson(errors: FieldErrors, key: string, value: Json): void {
  const text = fromBase64(String(value))
  try {
    JSON.parse(text)
  } catch {
    const message = text === '' ? 'unexpected end of JSON input' : `invalid character '${text.slice(0, 1)}' looking for beginning of value`
    errors.invalid(`data[${key}]`, redacted, message)
  }
}

function validateUpdate(errors: FieldErrors, object: JsonObject, old: JsonObject): void {
  if (stringIn(object, 'type') !== stringIn(old, 'type')) errors.invalid('type', stringIn(object, 'type'), 'field is immutable')
  if (!isTrue(old, 'immutable')) return
  const message = 'field is immutable when `immutable` is set'
  if (!isTrue(object, 'immutable')) errors.forbidden('immutable', message)
  if (!isEqual(objectIn(object, 'data'), objectIn(old, 'data'))) errors.forbidden('data', message)
}

export const secrets = defineKind({
  key: '/v1/secrets',
  definition: 'io.k8s.api.core.v1.Secret',
  defaults,
  // A type that is left out at an update is the stored one.
  prepare: (object, old) => (old === undefined ? object : withDefaults(object, { type: old.type })),
  validate,
  cells: (object, nowMs) => [name(object), stringIn(object, 'type'), Object.keys(objectIn(object, 'data')).length, age(object, nowMs)],
  selectable: (object) => ({ type: stringIn(object, 'type') }),
})
