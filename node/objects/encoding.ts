// The stored form of an object: JSON without apiVersion, kind and metadata.resourceVersion, with `{"metadata":{` first.
// What is left out follows from the key and the revision, so one stored value serves every version of the API and a
// list is made by splicing bytes, without parsing. It neither validates nor fills in anything.
import { assert } from '../../protocol/base/assert.ts'
import type { Json, JsonObject } from './json.ts'

/** The type that a stored object is shown as. */
export interface TypeMeta {
  readonly apiVersion: string
  readonly kind: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const prefix = encoder.encode('{"metadata":{')
const closingBrace = '}'.charCodeAt(0)

/** Whether the value is a JSON object: not null, not a list, not a scalar. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object's metadata; an empty one when it is missing. */
export function metadataOf(object: JsonObject): JsonObject {
  return isObject(object.metadata) ? object.metadata : {}
}

/** Canonical bytes of an object, to be stored. */
export function encodeObject(object: JsonObject): Uint8Array {
  const { resourceVersion: _version, ...metadata } = metadataOf(object)
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = object
  return encoder.encode(JSON.stringify({ metadata, ...rest }))
}

/** The object of stored bytes, at its revision, with its type unless `type` is undefined (items of typed lists). */
export function decodeObject(bytes: Uint8Array, type: TypeMeta | undefined, revision: number): JsonObject {
  const { metadata, ...rest } = parseStored(bytes)
  assert(isObject(metadata), 'a stored object has metadata')
  const versioned = { ...metadata, resourceVersion: String(revision) }
  return type === undefined ? { metadata: versioned, ...rest } : { kind: type.kind, apiVersion: type.apiVersion, metadata: versioned, ...rest }
}

function parseStored(bytes: Uint8Array): JsonObject {
  const value: Json = JSON.parse(decoder.decode(bytes))
  assert(isObject(value), 'stored bytes are a JSON object')
  return value
}

/** The same as encoding what decodeObject answers, without parsing: type and revision are put in front of the bytes. */
export function spliceObject(bytes: Uint8Array, type: TypeMeta | undefined, revision: number): Uint8Array {
  assert(startsWithPrefix(bytes), 'stored bytes begin with the metadata')
  const typeText = type === undefined ? '' : `"kind":${JSON.stringify(type.kind)},"apiVersion":${JSON.stringify(type.apiVersion)},`
  const isEmpty = bytes[prefix.length] === closingBrace
  const head = encoder.encode(`{${typeText}"metadata":{"resourceVersion":"${revision}"${isEmpty ? '' : ','}`)
  const spliced = new Uint8Array(head.length + bytes.length - prefix.length)
  spliced.set(head, 0)
  spliced.set(bytes.subarray(prefix.length), head.length)
  return spliced
}

function startsWithPrefix(bytes: Uint8Array): boolean {
  return bytes.length > prefix.length && prefix.every((byte, at) => bytes[at] === byte)
}

/** Whether the object waits for its finalizers or its grace period: it has a deletion time. */
export function isTerminating(object: JsonObject): boolean {
  return typeof metadataOf(object).deletionTimestamp === 'string'
}
