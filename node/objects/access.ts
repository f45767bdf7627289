// Reads of decoded objects by path. Decoding has checked the types, so a reader answers an empty value for what is not
// there and never throws: what was optional in the schema stays easy to read. Objects are never changed in place.
import { isObject } from './encoding.ts'
import type { Json, JsonObject } from './json.ts'

/** The value at the path, or undefined as soon as a step is missing. */
export function valueIn(from: Json | undefined, ...path: readonly string[]): Json | undefined {
  let value = from
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** Whether something other than null is there. */
export function has(from: Json | undefined, ...path: readonly string[]): boolean {
  const value = valueIn(from, ...path)
  return value !== undefined && value !== null
}

/** The object there; an empty one otherwise. */
export function objectIn(from: Json | undefined, ...path: readonly string[]): JsonObject {
  const value = valueIn(from, ...path)
  return isObject(value) ? value : {}
}

/** The list there; an empty one otherwise. */
export function listIn(from: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const value = valueIn(from, ...path)
  return Array.isArray(value) ? value : []
}

/** The objects of the list there. */
export const objectsIn = (from: Json | undefined, ...path: readonly string[]): readonly JsonObject[] => listIn(from, ...path).filter(isObject)

/** The texts of the list there. */
export const stringsIn = (from: Json | undefined, ...path: readonly string[]): readonly string[] => listIn(from, ...path).filter((item) => typeof item === 'string')

/** The text there; an empty one otherwise. */
export function stringIn(from: Json | undefined, ...path: readonly string[]): string {
  const value = valueIn(from, ...path)
  return typeof value === 'string' ? value : ''
}

/** The number there, or undefined. */
export function numberIn(from: Json | undefined, ...path: readonly string[]): number | undefined {
  const value = valueIn(from, ...path)
  return typeof value === 'number' ? value : undefined
}

/** Whether the value there is `true`. */
export const isTrue = (from: Json | undefined, ...path: readonly string[]): boolean => valueIn(from, ...path) === true

/** The object with `changes` made; fields set to undefined are left out. */
export function withFields(object: JsonObject, changes: { readonly [name: string]: Json | undefined }): JsonObject {
  const result: { [name: string]: Json | undefined } = { ...object }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete result[name]
    else Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return result
}

/** The object with those of `defaults` that it lacks. */
export function withDefaults(object: JsonObject, defaults: { readonly [name: string]: Json | undefined }): JsonObject {
  const missing = Object.entries(defaults).filter(([name, value]) => value !== undefined && !has(object, name))
  return missing.length === 0 ? object : withFields(object, Object.fromEntries(missing))
}

/** The object with one of its fields replaced by what `change` makes of it; untouched when the field is not there. */
export function mapField(object: JsonObject, name: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = object[name]
  return isObject(value) ? withFields(object, { [name]: change(value) }) : object
}

/** The object with the items of one of its lists changed; untouched when the list is not there. */
export function mapItems(object: JsonObject, name: string, change: (item: JsonObject) => JsonObject): JsonObject {
  const value = object[name]
  return Array.isArray(value) ? withFields(object, { [name]: value.map((item) => (isObject(item) ? change(item) : item)) }) : object
}

/** Whether two values are the same JSON; the order of fields does not matter, absent and undefined are the same. */
export function isEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true
  if (Array.isArray(left)) return Array.isArray(right) && left.length === right.length && left.every((item, at) => isEqual(item, right[at]))
  if (!isObject(left) || !isObject(right)) return false
  for (const name of Object.keys(left)) {
    if (!isEqual(left[name], Object.hasOwn(right, name) ? right[name] : undefined)) return false
  }
  return Object.keys(right).every((name) => right[name] === undefined || left[name] !== undefined)
}
