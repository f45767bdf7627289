// The verb patch in its four forms: JSON patch, merge patch, strategic merge patch and server-side apply. The patch is applied
// to this peer's copy, the result is decoded like any body, and the change goes the way of all changes.
// Source: RFC 6902, RFC 7396; Kubernetes documentation, "Update API Objects in Place", "Server-Side Apply".
import { isObject } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { decodeObjectBody, readRaw } from './body.ts'
import type { ManagedKind } from './field-managers.ts'
import type { Answer, Call } from './call.ts'
import { changeObject } from './changing.ts'
import { createDecoded } from './creating.ts'
import { metadataText, withMetadata } from './rest.ts'
import type { Rest } from './rest.ts'
import { badRequest, failure, unsupportedMediaType } from './status.ts'
import { checkName } from './updating.ts'
import { readWriteOptions } from './write-options.ts'
import type { WriteOptions } from './write-options.ts'
import { applyForm } from './patch-forms.ts'
import type { Patch, PatchType } from './patch-forms.ts'

const typeOf: { readonly [contentType: string]: PatchType } = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** The verb patch, of the object or of a subresource of it; server-side apply makes what is missing. */
export async function patchObject(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string, subresource: string): Promise<Answer> {
  const patch = await readPatch(call)
  const options = readWriteOptions(call, 'PatchOptions', patch.type === 'apply')
  if (patch.type === 'apply' && subresource === '') {
    const created = await createByApply(rest, call, definition, namespace, name, patch, options)
    if (created !== undefined) return created
  }
  return changeObject(rest, call, {
    definition, namespace, name, subresource, options,
    make: async (old) => {
      const made = await patchValue(patch, old, definition, options, rest.clock.wallMs(), subresource)
      checkName(made.object, name)
      // A version in the result that the patch did not set is only the one that was read.
      const untouched = metadataText(made.object, 'resourceVersion') === metadataText(old, 'resourceVersion')
      return untouched ? { ...made, object: withMetadata(made.object, { resourceVersion: undefined }) } : made
    },
  })
}

/** The patch in a request's body; throws 415 for a form that is none. */
export async function readPatch(call: Call): Promise<Patch> {
  const type = typeOf[call.body.contentType]
  if (type === undefined) throw unsupportedMediaType('415: Unsupported Media Type')
  const asYaml = type === 'apply' ? 'application/yaml' : 'application/json'
  if (call.body.value !== undefined) return { type, value: call.body.value, duplicates: [] }
  try {
    const raw = await readRaw({ ...call.body, contentType: asYaml }, 'patch')
    return { type, value: raw.value, duplicates: raw.duplicates }
  } catch (error) {
    const why = error instanceof Error ? /json parse error: (.*) \(/s.exec(error.message)?.[1] : undefined
    throw why === undefined ? error : badRequest(type === 'json' ? `error decoding patch: ${why}` : `error decoding patch: ${why}`)
  }
}

/** A patched object, decoded as its kind. */
export async function patchValue(
  patch: Patch, old: JsonObject | undefined, kind: ManagedKind, options: WriteOptions, nowMs: number, subresource: string,
): Promise<{ readonly object: JsonObject; readonly warnings: readonly string[]; readonly claimed?: boolean }> {
  const formed = applyForm(patch, old, kind, options, nowMs, subresource)
  if (!isObject(formed.value)) throw failure(422, 'Invalid', 'the patch does not leave an object', {})
  const { object, warnings } = decodeObjectBody({ value: formed.value, duplicates: patch.duplicates, exact: false }, kind, options.fieldValidation)
  return { object, warnings, ...(formed.claimed ? { claimed: true } : {}) }
}

async function createByApply(
  rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string, patch: Patch, options: WriteOptions,
): Promise<Answer | undefined> {
  if (rest.storage.find(definition, namespace, name) !== undefined) return undefined
  await rest.storage.fresh()
  if (rest.storage.find(definition, namespace, name) !== undefined) return undefined
  const { object, warnings } = await patchValue(patch, undefined, definition, options, rest.clock.wallMs(), '')
  checkName(object, name)
  return createDecoded(rest, call, definition, namespace, object, options, warnings, true)
}
