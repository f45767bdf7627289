// Reads a request's body: bytes become JSON, whatever form they came in, and JSON becomes an object of the kind that the
// path names. Unknown and duplicate fields are refused, reported or ignored as the client asks. Messages are the reference's.
import { load } from 'js-yaml'
import { decodeTyped, strictDecodingMessage, strictDecodingProblems } from '../objects/decode.ts'
import { duplicateFields } from '../objects/duplicates.ts'
import { isObject } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { Body } from './call.ts'
import { maxYamlNodes } from './limits.ts'
import { decodeProtobuf, ProtobufError } from './protobuf.ts'
import { badRequest, unsupportedMediaType } from './status.ts'

/** A kind that a body must be of. */
export interface BodyKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly definition: string
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** What a body holds before it is known to be of a kind. */
export interface RawBody {
  readonly value: Json
  readonly duplicates: readonly string[]
  /** Binary bodies leave zero fields in place of absent ones and can't have unknown fields. */
  readonly exact: boolean
  /** What a YAML body's duplicate key is reported as. */
  readonly yamlDuplicate?: string
}

export interface DecodedBody {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

/** How many duplicate fields are reported. */
const mostDuplicates = 100
const accepted = 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf'
const goStruct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
const scheme = 'scheme "pkg/api/legacyscheme/scheme.go:30"'

/** The body as an object of `kind`, pruned and in canonical form. */
export async function readObject(body: Body, kind: BodyKind, validation: FieldValidation): Promise<DecodedBody> {
  const raw = body.value === undefined ? await readRaw(body, kind.kind) : { value: body.value, duplicates: [], exact: true }
  return decodeObjectBody(raw, kind, validation)
}

/** Decodes a value as `kind`; throws 400 as the reference words it. */
export function decodeObjectBody(raw: RawBody, kind: BodyKind, validation: FieldValidation): DecodedBody {
  const expected = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  const value = raw.value === null ? {} : raw.value
  if (!isObject(value)) throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${goStruct} (${hex(JSON.stringify(value))})`)
  checkType(value, kind, expected)
  const decoded = decodeTyped({ ...value, apiVersion: expected, kind: kind.kind }, kind.definition)
  const prefix = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: `
  if (!decoded.ok) throw badRequest(prefix + decoded.message)
  if (validation === 'Strict' && (raw.yamlDuplicate !== undefined || raw.duplicates.length + decoded.unknownFields.length > 0)) {
    const told = strictDecodingMessage(raw.duplicates, decoded.unknownFields)
    throw badRequest(prefix + (raw.yamlDuplicate === undefined ? told : told.replace('strict decoding error: ', `strict decoding error: ${raw.yamlDuplicate}${decoded.unknownFields.length > 0 ? ', ' : ''}`)))
  }
  return {
    object: { ...decoded.object, apiVersion: expected, kind: kind.kind },
    warnings: validation === 'Warn' ? strictDecodingProblems(raw.duplicates, decoded.unknownFields) : [],
  }
}

function checkType(value: JsonObject, kind: BodyKind, expected: string): void {
  const given = typeof value['apiVersion'] === 'string' && value['apiVersion'] !== '' ? value['apiVersion'] : expected
  const name = typeof value['kind'] === 'string' && value['kind'] !== '' ? value['kind'] : kind.kind
  if (given === expected && name === kind.kind) return
  const version = given.slice(given.indexOf('/') + 1)
  const group = given.includes('/') ? given.slice(0, given.indexOf('/')) : ''
  const refused = `${name} in version "${version}" cannot be handled as a ${kind.kind}: `
  if (name !== kind.kind) {
    const internalGroup = (full: string): string => (full === '' ? 'core' : full.split('.')[0] ?? full)
    if (/^[A-Z][A-Za-z]*(List)?$/.test(name) && knownKind(name)) {
      throw badRequest(`${refused}converting (${version}.${name}) to (${internalGroup(kind.group)}.${kind.kind}): unknown conversion`)
    }
    throw badRequest(`${refused}no kind "${name}" is registered for version "${given}" in ${scheme}`)
  }
  if (group !== kind.group) throw badRequest(`the API version in the data (${given}) does not match the expected API version (${expected})`)
  throw badRequest(`${refused}no kind "${name}" is registered for version "${given}" in ${scheme}`)
}

const commonKinds = new Set(['Pod', 'Secret', 'ConfigMap', 'Service', 'Namespace', 'Node', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job',
  'CronJob', 'ServiceAccount', 'Endpoints', 'EndpointSlice', 'Event', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'Lease', 'Scale'])
const knownKind = (name: string): boolean => commonKinds.has(name) || commonKinds.has(name.replace(/List$/, ''))

/** The JSON value of a body. `kind` names the wanted kind in messages. */
export async function readRaw(body: Body, kind: string): Promise<RawBody> {
  const bytes = await body.bytes()
  switch (body.contentType) {
    case '':
    case 'application/json': return parseJson(bytes, kind)
    case 'application/yaml': return parseYaml(bytes, kind)
    case 'application/vnd.kubernetes.protobuf': return { value: parseProtobuf(bytes, kind), duplicates: [], exact: true }
    default: throw unsupportedMediaType(accepted)
  }
}

function unrecognized(kind: string, why: string, shown: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${shown})`)
}

function parseJson(bytes: Uint8Array, kind: string): RawBody {
  const text = new TextDecoder().decode(bytes)
  try {
    const value: Json = JSON.parse(text)
    return { value, duplicates: text.includes('{') ? duplicateFields(text, mostDuplicates) : [], exact: false }
  } catch (error) {
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${goJsonError(text, error)}`, shownJson(text))
  }
}

/** JSON errors in Go's words, as far as clients meet them. */
export function goJsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (text.trim() === '' || /end of JSON input|Unterminated|after property (name|value)|Expected property name/i.test(message) && incomplete(text)) return 'unexpected end of JSON input'
  const at = Number(/position (\d+)/.exec(message)?.[1] ?? '0')
  const character = text.charAt(at)
  if (/non-whitespace character after JSON/.test(message)) return `invalid character '${character}' after top-level value`
  return `invalid character '${character}' looking for beginning of value`
}

const incomplete = (text: string): boolean => /[[{,:"]\s*$/.test(text) || (text.match(/[[{]/g) ?? []).length > (text.match(/[\]}]/g) ?? []).length

function shownJson(text: string): string {
  if (text === '') return '<empty>'
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text
}

function parseYaml(bytes: Uint8Array, kind: string): RawBody {
  const text = new TextDecoder().decode(bytes)
  try {
    return { value: boundedJson(load(text)), duplicates: [], exact: false }
  } catch (error) {
    const duplicate = duplicateKey(error, text)
    if (duplicate !== undefined) {
      return { value: boundedJson(load(text, { json: true })), duplicates: [], exact: false, yamlDuplicate: duplicate }
    }
    const line = yamlMark(error)?.line ?? 0
    const reason = error instanceof YamlBomb ? 'yaml: document contains excessive aliasing' : `yaml: line ${line + 1}: did not find expected node content`
    throw unrecognized(kind, reason, hex(text.slice(0, 30)))
  }
}

class YamlBomb extends Error {
  override readonly name = 'YamlBomb'
}

function yamlMark(error: unknown): { readonly line: number } | undefined {
  const mark = typeof error === 'object' && error !== null && 'mark' in error ? error.mark : undefined
  return typeof mark === 'object' && mark !== null && 'line' in mark && typeof mark.line === 'number' ? { line: mark.line } : undefined
}

function duplicateKey(error: unknown, text: string): string | undefined {
  if (!(error instanceof Error) || !error.message.includes('duplicated mapping key')) return undefined
  const line = yamlMark(error)?.line ?? 0
  const key = /^\s*(?:- )?["']?([^"':]+)/.exec(text.split('\n')[line] ?? '')?.[1] ?? ''
  return `yaml: unmarshal errors:\n  line ${line + 1}: key "${key}" already set in map`
}

/** A value made of JSON's types only, with aliases counted each time they are used. */
function boundedJson(value: unknown): Json {
  let nodes = 0
  const walk = (part: unknown): Json => {
    if (++nodes > maxYamlNodes) throw new YamlBomb('too many nodes')
    if (part === null || typeof part === 'string' || typeof part === 'boolean' || typeof part === 'number') return part
    if (part instanceof Date) return part.toISOString().replace('.000Z', 'Z')
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== 'object') return null
    const object: { [key: string]: Json } = {}
    for (const [key, item] of Object.entries(part)) Object.defineProperty(object, key, { value: walk(item), enumerable: true, configurable: true, writable: true })
    return object
  }
  return walk(value)
}

function parseProtobuf(bytes: Uint8Array, kind: string): JsonObject {
  try {
    return decodeProtobuf(bytes)
  } catch (error) {
    if (error instanceof ProtobufError) throw unrecognized(kind, error.message, hex(Buffer.from(bytes.subarray(0, 30))))
    throw error
  }
}

const jsonKind = (value: Json): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value)
const hex = (data: string | Uint8Array): string => Buffer.from(data).toString('hex')
