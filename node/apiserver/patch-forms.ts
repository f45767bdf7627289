// The forms of patches as functions from the present object to the wanted one. The arithmetic is in node/objects/patch.
import { applyConfiguration } from '../objects/patch/apply.ts'
import { applyJsonPatch } from '../objects/patch/json.ts'
import { applyMergePatch } from '../objects/patch/merge.ts'
import type { PatchOutcome } from '../objects/patch/outcome.ts'
import { applyStrategicPatch } from '../objects/patch/strategic.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import { writeFacts } from './field-managers.ts'
import type { ManagedKind } from './field-managers.ts'
import { failure } from './status.ts'
import type { WriteOptions } from './write-options.ts'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface Patch {
  readonly type: PatchType
  readonly value: Json
  readonly duplicates: readonly string[]
}

export interface Formed {
  readonly value: Json
  /** The owners of fields were computed already. */
  readonly claimed: boolean
}

/** Applies a patch of any form; `old` is undefined when an apply creates. Throws the Status of a patch that does not fit. */
export function applyForm(patch: Patch, old: JsonObject | undefined, kind: ManagedKind, options: WriteOptions, nowMs: number, subresource: string): Formed {
  const object = old ?? {}
  switch (patch.type) {
    case 'json': return { value: patched(applyJsonPatch(object, patch.value)), claimed: false }
    case 'merge': return { value: patched(applyMergePatch(object, patch.value)), claimed: false }
    case 'strategic': return { value: patched(applyStrategicPatch(object, patch.value, kind.definition)), claimed: false }
    case 'apply': return { value: patched(applyConfiguration(old, patch.value, writeFacts(kind, options, 'Apply', subresource, nowMs), options.force)), claimed: true }
  }
}

function patched(outcome: PatchOutcome): JsonObject {
  if (outcome.ok) return outcome.object
  const { code, reason, message, causes } = outcome
  throw failure(code, reason, message, causes === undefined ? (code === 422 ? {} : undefined) : { causes })
}
