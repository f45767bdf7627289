// The forms of patches as functions from the present object to the wanted one. The arithmetic is in node/objects/patch.
import jsonpatch from 'fast-json-patch'
import type { Operation } from 'fast-json-patch'
import { isObject } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { BodyKind } from './body.ts'
import type { Patch } from './patching.ts'
import { badRequest } from './status.ts'
import type { WriteOptions } from './write-options.ts'

export interface Formed {
  readonly value: Json
  /** The owners of fields were computed already. */
  readonly claimed: boolean
}

/** Applies a patch of any form. Throws the Status of a patch that does not fit. */
export function applyForm(patch: Patch, old: JsonObject, _kind: BodyKind, _options: WriteOptions, _nowMs: number, _subresource: string): Formed {
  switch (patch.type) {
    case 'json': {
      if (!Array.isArray(patch.value)) throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch')
      const operations: Operation[] = JSON.parse(JSON.stringify(patch.value))
      return { value: jsonpatch.applyPatch(structuredClone(old), operations, true).newDocument, claimed: false }
    }
    case 'merge':
    case 'strategic':
    case 'apply': return { value: merge(old, patch.value), claimed: false }
  }
}

function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const result: { [key: string]: Json | undefined } = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = merge(result[key], value)
  }
  return result
}
