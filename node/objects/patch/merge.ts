// Merge patch, RFC 7386: fields of the patch replace those of the object, null removes, lists are replaced whole.
import { isObject } from '../encoding.ts'
import { badPatch } from './outcome.ts'
import type { Json, JsonObject } from '../json.ts'
import type { PatchOutcome } from './outcome.ts'

/** Applies a merge patch. */
export function applyMergePatch(object: JsonObject, patch: Json): PatchOutcome {
  if (!isObject(patch)) {
    const kind = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch
    return badPatch(`error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)
  }
  return { ok: true, object: merge(object, patch) }
}

function merge(target: Json | undefined, patch: JsonObject): JsonObject {
  const merged = new Map<string, Json | undefined>(Object.entries(isObject(target) ? target : {}))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) merged.delete(name)
    else merged.set(name, isObject(value) ? merge(merged.get(name), value) : value)
  }
  return Object.fromEntries(merged)
}
