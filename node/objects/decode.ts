// Decoding: a JSON body becomes an object of a definition, as the reference server's typed decoding would leave it: wrong
// types are refused with its messages, unknown fields are pruned and reported, zero values are written or left out as it
// does, quantities and times get their canonical form. Kubernetes' defaults are not filled in here; each kind does that.
import { definitionOfType, knownDefinition } from './fields.ts'
import { isObject } from './encoding.ts'
import { formatQuantity, parseQuantity } from './quantity.ts'
import { isNullList, isNullTime, isPlainScalar, shortName } from './zero-values.ts'
import { parseTime } from './times.ts'
import type { Definition, FieldFacts, FieldType, Scalar } from './fields.ts'
import type { Json, JsonObject } from './json.ts'

/** A decoded object and the paths of what was pruned, or the message of the first wrong value. */
export type Decoded =
  | { readonly ok: true; readonly object: JsonObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly message: string }

/** What is known while descending: where we are in messages (no indexes) and in paths (with indexes). */
interface Place {
  readonly struct: string
  readonly fieldPath: string
  readonly path: string
}

interface Findings {
  /** The first value of a wrong type; decoding goes on, because a malformed value further on would be named instead. */
  mismatch: string | undefined
  /** The first malformed value: a quantity or a time that is none. */
  malformed: string | undefined
  readonly unknown: string[]
}

/** Decodes a body as the named definition (`io.k8s.api.core.v1.Pod`). */
export function decodeTyped(body: JsonObject, definition: string): Decoded {
  const findings: Findings = { mismatch: undefined, malformed: undefined, unknown: [] }
  const object = decodeStruct(body, knownDefinition(definition), { struct: '', fieldPath: '', path: '' }, findings)
  const message = findings.malformed ?? findings.mismatch
  return message === undefined ? { ok: true, object, unknownFields: findings.unknown } : { ok: false, message }
}

/** The answer to a body that cannot be decoded: `Pod in version "v1" cannot be handled as a Pod: …`. */
export const cannotBeHandled = (kind: string, version: string, message: string): string => `${kind} in version "${version}" cannot be handled as a ${kind}: ${message}`

/** The message of a strict decoding: unknown and duplicate fields. */
export function strictDecodingMessage(duplicates: readonly string[], unknown: readonly string[]): string {
  return `strict decoding error: ${strictDecodingProblems(duplicates, unknown).join(', ')}`
}

/** One text for each problem; also the texts of the warnings. */
export function strictDecodingProblems(duplicates: readonly string[], unknown: readonly string[]): readonly string[] {
  return [...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`), ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`)]
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function decodeStruct(body: JsonObject, definition: Definition, place: Place, findings: Findings): JsonObject {
  const given = new Map<string, Json>()
  for (const [name, value] of Object.entries(body)) {
    const field = definition.fields.get(name)
    if (field === undefined) {
      // `null` of an unknown name is an unknown field as well.
      findings.unknown.push(join(place.path, name))
      continue
    }
    const inner = { struct: shortName(definition), fieldPath: join(place.fieldPath, name), path: join(place.path, name) }
    const decoded = value === undefined ? undefined : decodeValue(value, field.type, inner, findings)
    if (decoded !== undefined) given.set(name, decoded)
  }
  const object: { [name: string]: Json } = {}
  for (const field of orderedFields(definition)) {
    const value = completeField(given.get(field.name), definition, field)
    if (value !== undefined) object[field.name] = value
  }
  return object
}

const orders = new WeakMap<Definition, readonly FieldFacts[]>()
const first = ['kind', 'apiVersion', 'metadata']

/** Type and metadata first, then by name: equal objects have equal bytes. */
function orderedFields(definition: Definition): readonly FieldFacts[] {
  const known = orders.get(definition)
  if (known !== undefined) return known
  const rank = (field: FieldFacts): number => (definition.fields.has('metadata') && first.includes(field.name) ? first.indexOf(field.name) : first.length)
  const ordered = [...definition.fields.values()].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  orders.set(definition, ordered)
  return ordered
}

function completeField(value: Json | undefined, definition: Definition, field: FieldFacts): Json | undefined {
  if (value !== undefined && !isOmitted(value, definition, field)) return value
  if (isNullTime(definition, field)) return null
  const inner = definitionOfType(field.type)
  if (inner !== undefined && field.default !== undefined) return zeroStruct(inner)
  const isZeroDefault = field.default === '' || field.default === 0 || field.default === false
  if (isZeroDefault && field.required) return value ?? field.default
  if (field.default === '' && field.name.startsWith('reporting')) return ''
  if (!field.required && !isNullList(definition, field)) return undefined
  if (field.type.kind === 'array' || field.type.kind === 'map') return null
  return undefined
}

function isOmitted(value: Json, definition: Definition, field: FieldFacts): boolean {
  // An empty list of managers is a request to forget them.
  if (field.name === 'managedFields') return false
  if (Array.isArray(value)) return value.length === 0
  if (field.required) return false
  if (field.type.kind === 'map') return isObject(value) && Object.keys(value).length === 0
  return (value === '' || value === 0 || value === false) && isPlainScalar(definition, field)
}

function zeroStruct(definition: Definition): JsonObject {
  const object: { [name: string]: Json } = {}
  for (const field of orderedFields(definition)) {
    const value = completeField(undefined, definition, field)
    if (value !== undefined) object[field.name] = value
  }
  return object
}

function decodeValue(value: Json, type: FieldType, place: Place, findings: Findings): Json | undefined {
  if (value === null && !(type.kind === 'scalar' && type.scalar === 'Quantity')) return undefined
  switch (type.kind) {
    case 'scalar': return decodeScalar(value, type.scalar, place, findings)
    case 'array': return decodeArray(value, type, place, findings)
    case 'map': return decodeMap(value, type, place, findings)
    case 'object': {
      const definition = knownDefinition(type.definition)
      if (definition.scalar !== undefined) return decodeScalar(value, definition.scalar, place, findings)
      if (definition.fields.size === 0) return isObject(value) ? value : value
      return isObject(value) ? decodeStruct(value, definition, place, findings) : mismatch(value, type, place, findings)
    }
  }
}

function decodeArray(value: Json, type: FieldType & { readonly kind: 'array' }, place: Place, findings: Findings): Json | undefined {
  if (!Array.isArray(value)) return mismatch(value, type, place, findings)
  const items: Json[] = []
  for (const [at, item] of value.entries()) {
    const decoded = decodeValue(item, type.of, { ...place, path: `${place.path}[${at}]` }, findings)
    // A null among the items stands for a zero value, as in the reference.
    items.push(decoded ?? zeroOf(type.of))
  }
  return items
}

function decodeMap(value: Json, type: FieldType & { readonly kind: 'map' }, place: Place, findings: Findings): Json | undefined {
  if (!isObject(value)) return mismatch(value, type, place, findings)
  const map: { [key: string]: Json } = {}
  for (const key of Object.keys(value).sort()) {
    const item = value[key]
    const decoded = item === undefined ? undefined : decodeValue(item, type.of, { ...place, path: join(place.path, key) }, findings)
    define(map, key, decoded ?? zeroOf(type.of))
  }
  return map
}

/** Sets a key that a user chose; `__proto__` is an ordinary key here. */
function define(map: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

function zeroOf(type: FieldType): Json {
  if (type.kind === 'object') return zeroStruct(knownDefinition(type.definition))
  if (type.kind !== 'scalar') return null
  switch (type.scalar) {
    case 'bool': return false
    case 'int32': case 'int64': case 'double': case 'IntOrString': return 0
    case 'string': case 'bytes': return ''
    case 'Quantity': return '0'
    default: return null
  }
}

const jsonKind = (value: Json): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value)

function mismatch(value: Json, type: FieldType | string, place: Place, findings: Findings): undefined {
  const wanted = typeof type === 'string' ? type : goType(type)
  const isNumber = typeof value === 'number' && (wanted.startsWith('int') || wanted === 'float64')
  findings.mismatch ??= `json: cannot unmarshal ${isNumber ? `number ${value}` : jsonKind(value)} into Go struct field ${place.struct}.${place.fieldPath} of type ${wanted}`
  return undefined
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'array': return `[]${goType(type.of)}`
    case 'map': return `map[string]${goType(type.of)}`
    case 'object': return type.definition.split('.').slice(-2).join('.')
    case 'scalar': return goScalars[type.scalar]
  }
}

const goScalars: { readonly [scalar in Scalar]: string } = {
  string: 'string', int32: 'int32', int64: 'int64', bool: 'bool', double: 'float64', bytes: '[]uint8', object: 'map[string]interface {}', any: 'interface {}',
  Quantity: 'resource.Quantity', IntOrString: 'int32', Time: 'string', MicroTime: 'string', RawExtension: 'runtime.RawExtension', FieldsV1: 'v1.FieldsV1',
}

const int32Most = 2 ** 31 - 1

function decodeScalar(value: Json, scalar: Scalar, place: Place, findings: Findings): Json | undefined {
  switch (scalar) {
    case 'string': return typeof value === 'string' ? value : mismatch(value, 'string', place, findings)
    case 'bool': return typeof value === 'boolean' ? value : mismatch(value, 'bool', place, findings)
    case 'double': return typeof value === 'number' ? value : mismatch(value, 'float64', place, findings)
    case 'int64': return Number.isInteger(value) ? value : mismatch(value, scalar, place, findings)
    case 'int32': return isInt32(value) ? value : mismatch(value, scalar, place, findings)
    case 'IntOrString': return typeof value === 'string' || isInt32(value) ? value : mismatch(value, 'int32', place, findings)
    case 'bytes': return decodeBytes(value, place, findings)
    case 'Quantity': return decodeQuantity(value, findings)
    case 'Time': case 'MicroTime': return decodeTime(value, scalar, place, findings)
    default: return value
  }
}

const isInt32 = (value: Json): boolean => typeof value === 'number' && Number.isInteger(value) && value >= -int32Most - 1 && value <= int32Most

function decodeBytes(value: Json, place: Place, findings: Findings): Json | undefined {
  if (typeof value !== 'string') return mismatch(value, '[]uint8', place, findings)
  const text = value.replace(/[\r\n]/g, '')
  const bad = /[^A-Za-z0-9+/]/.exec(text.replace(/={1,2}$/, ''))
  if (bad === null && text.length % 4 === 0) return text
  // The reference names the byte at which its decoder stopped.
  const at = bad?.index ?? (text.replace(/=+$/, '').length % 4 === 0 ? text.indexOf('=') : text.length - (text.length % 4))
  findings.malformed ??= `illegal base64 data at input byte ${at}`
  return undefined
}

function decodeQuantity(value: Json, findings: Findings): Json | undefined {
  if (value === null) return '0'
  const parsed = parseQuantity(typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '')
  if (typeof parsed !== 'string') return formatQuantity(parsed)
  findings.malformed ??= parsed
  return undefined
}

function decodeTime(value: Json, scalar: 'Time' | 'MicroTime', place: Place, findings: Findings): Json | undefined {
  if (typeof value !== 'string') {
    findings.malformed ??= `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${place.struct}.${place.fieldPath} of type string`
    return undefined
  }
  const parsed = parseTime(value, scalar)
  if (parsed.ok) return parsed.text
  findings.malformed ??= parsed.message
  return undefined
}
