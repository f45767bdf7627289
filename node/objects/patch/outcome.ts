// What a patch comes to: the wanted object, or why there is none, as the parts of a Status.
import type { Json, JsonObject } from '../json.ts'

/** A refused patch: HTTP status, reason (empty when the server gives none), message and causes of the Status. */
export interface PatchRefusal {
  readonly ok: false
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[]
}

export type PatchOutcome = { readonly ok: true; readonly object: JsonObject } | PatchRefusal

/** The refusal of a patch whose body has the wrong form. */
export const badPatch = (message: string): PatchRefusal => ({ ok: false, code: 400, reason: 'BadRequest', message })

/** The refusal that the server gives without a reason of its own. */
export const failedPatch = (message: string): PatchRefusal => ({ ok: false, code: 500, reason: '', message })

/** The refusal of a patch that does not fit the object. */
export const unfittingPatch: PatchRefusal = { ok: false, code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request' }

/** A value in the reference's own notation: `map[a:1 b:[x y]]`. */
export function goValue(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (typeof value === 'object' && value !== null) return `map[${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${goValue(item)}`).join(' ')}]`
  return value === null || value === undefined ? '<nil>' : String(value)
}
