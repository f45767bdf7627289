// JSON patch, RFC 6902, with the habits of the reference server: replacing a missing key adds it, negative indexes count
// from the end, a test of a missing key against null holds. The package on the shelf is stricter, so this is our own.
import { isEqual } from '../access.ts'
import { isObject } from '../encoding.ts'
import { jsonPatchOperationsMost } from '../limits.ts'
import { badPatch, unfittingPatch } from './outcome.ts'
import type { Json, JsonObject } from '../json.ts'
import type { PatchOutcome } from './outcome.ts'

type Mutable = { [key: string]: Json }

interface Place {
  readonly parent: Mutable | Json[]
  readonly key: string
}

/** Why an operation does not fit; caught below, never seen outside. */
class Unfitting extends Error {}

/** Applies the operations in order, all or none. */
export function applyJsonPatch(object: JsonObject, patch: Json): PatchOutcome {
  if (!Array.isArray(patch)) return badPatch(`error decoding patch: json: cannot unmarshal ${isObject(patch) ? 'object' : typeof patch} into Go value of type []handlers.jsonPatchOp`)
  if (patch.length > jsonPatchOperationsMost) {
    return { ok: false, code: 413, reason: 'RequestEntityTooLarge', message: `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMost}, got ${patch.length}` }
  }
  let document: Json = structuredClone(object)
  try {
    for (const operation of patch) document = applyOperation(document, operation)
  } catch (error) {
    if (error instanceof Unfitting) return unfittingPatch
    throw error
  }
  return isObject(document) ? { ok: true, object: document } : unfittingPatch
}

const refuse = (): never => {
  throw new Unfitting()
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation) || typeof operation.path !== 'string') return refuse()
  const { path, value = null } = operation
  if (path === '' && (operation.op === 'replace' || operation.op === 'add')) return structuredClone(value)
  const place = findPlace(document, path)
  switch (operation.op) {
    case 'add': put(place, structuredClone(value), true); break
    case 'replace': put(place, structuredClone(value), false); break
    case 'remove': take(place); break
    case 'test': if (!isEqual(read(place) ?? null, value)) refuse(); break
    case 'copy': put(place, structuredClone(present(findPlace(document, textOf(operation.from)))), true); break
    case 'move': {
      const moved = take(findPlace(document, textOf(operation.from)))
      put(findPlace(document, path), moved, true)
      break
    }
    default: refuse()
  }
  return document
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : refuse())
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

function findPlace(document: Json, path: string): Place {
  // Whatever stands before the first slash is ignored, as the reference does.
  const parts = path.split('/').slice(1).map(unescape)
  const key = parts.pop()
  if (key === undefined) return refuse()
  let parent: Json | undefined = document
  for (const part of parts) parent = Array.isArray(parent) ? parent[indexIn(parent, part, parent.length - 1)] : isObject(parent) && Object.hasOwn(parent, part) ? parent[part] : undefined
  if (Array.isArray(parent)) return { parent, key }
  return isMutable(parent) ? { parent, key } : refuse()
}

/** The clone that is being patched is ours to change. */
const isMutable = (value: Json | undefined): value is Mutable => isObject(value)

function indexIn(list: readonly Json[], key: string, most: number): number {
  if (!/^-?\d+$/.test(key)) return refuse()
  const index = Number(key) < 0 ? Number(key) + list.length : Number(key)
  return index < 0 || index > most ? refuse() : index
}

function read({ parent, key }: Place): Json | undefined {
  if (Array.isArray(parent)) return parent[indexIn(parent, key, parent.length - 1)]
  return Object.hasOwn(parent, key) ? parent[key] : undefined
}

const present = (place: Place): Json => read(place) ?? refuse()

function put({ parent, key }: Place, value: Json, isNew: boolean): void {
  if (!Array.isArray(parent)) {
    Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
  } else if (isNew) {
    parent.splice(key === '-' ? parent.length : indexIn(parent, key, parent.length), 0, value)
  } else {
    parent[indexIn(parent, key, parent.length - 1)] = value
  }
}

function take({ parent, key }: Place): Json {
  if (Array.isArray(parent)) return parent.splice(indexIn(parent, key, parent.length - 1), 1)[0] ?? null
  if (!Object.hasOwn(parent, key)) return refuse()
  const value = parent[key] ?? null
  delete parent[key]
  return value
}
