// The verb create. The namespace must be there and not ending, the name and all unique values must be free: each is checked
// here to answer quickly and is a condition of the transaction, where it is decided.
// Source: Kubernetes API concepts, "Create"; API reference, ObjectMeta.generateName.
import type { JsonObject } from '../objects/json.ts'
import { allocationRefused } from '../resources/errors.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import { admit } from './admission/registry.ts'
import { readObject } from './body.ts'
import type { Answer, Call } from './call.ts'
import { allocationChanges, allocationKey, commitGuarded, fenceGuards, putObject } from './committing.ts'
import type { Guard } from './committing.ts'
import { maxNameAttempts, maxWriteAttempts } from './limits.ts'
import { claimFields } from './field-managers.ts'
import { admissionWorld, kindOf, metadataText, strategyContext, withMetadata } from './rest.ts'
import type { Rest } from './rest.ts'
import { alreadyExists, badRequest, forbidden, generateNameConflict, internal, invalid, modified, notFound } from './status.ts'
import { readWriteOptions } from './write-options.ts'
import type { WriteOptions } from './write-options.ts'

/** The verb create: decodes the body and makes the object. */
export async function createObject(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string): Promise<Answer> {
  const options = readWriteOptions(call, 'CreateOptions')
  const { object, warnings } = await readObject(call.body, definition, options.fieldValidation)
  return createDecoded(rest, call, definition, namespace, object, options, warnings)
}

/** Creates an object that has been decoded; server-side apply comes here when there is nothing to apply to. */
export async function createDecoded(
  rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, body: JsonObject, options: WriteOptions, warnings: readonly string[], applied = false,
): Promise<Answer> {
  const placed = placeInNamespace(body, definition, namespace)
  if (metadataText(placed, 'resourceVersion') !== '') throw internal('resourceVersion should not be set on objects to be created')
  const defaulted = definition.defaults(withMetadata(placed, { resourceVersion: undefined }))
  await checkNamespace(rest, definition, namespace, metadataText(placed, 'name'))
  const admitted = await admit({
    operation: 'create', definition, subresource: '', namespace, name: metadataText(placed, 'name'), user: call.user, object: defaulted, old: undefined,
  }, admissionWorld(rest))
  const generated = metadataText(admitted, 'name') === '' && metadataText(admitted, 'generateName') !== ''
  for (let attempt = 1; ; attempt++) {
    const answer = await attemptCreate(rest, call, definition, namespace, definition.defaults(admitted), options, warnings, applied)
    if (answer !== 'exists') return answer
    if (!generated) throw existing(rest, definition, namespace, metadataText(admitted, 'name'))
    if (attempt >= maxNameAttempts) throw generateNameConflict(definition, metadataText(admitted, 'generateName'))
  }
}

function existing(rest: Rest, definition: ResourceDefinition, namespace: string, name: string): Error {
  return alreadyExists(definition, name, rest.storage.find(definition, namespace, name)?.terminating === true)
}

async function attemptCreate(
  rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, admitted: JsonObject, options: WriteOptions, warnings: readonly string[], applied: boolean,
): Promise<Answer | 'exists'> {
  const context = strategyContext(rest, 'create', '')
  const prepared = claimFields(definition, undefined, definition.prepare(admitted, undefined, context), options, '', rest.clock.wallMs(), applied)
  const name = metadataText(prepared, 'name')
  const errors = definition.validate(prepared, undefined, context)
  if (errors.length > 0) throw invalid(definition, name, errors)
  const allWarnings = [...warnings, ...definition.warnings?.(prepared, undefined) ?? []]
  const key = rest.storage.key(definition, namespace, name)
  for (let attempt = 0; attempt < maxWriteAttempts; attempt++) {
    const object = allocate(rest, definition, prepared, undefined)
    if (options.dryRun) {
      if (rest.storage.store.get(key) !== undefined) return 'exists'
      return { kind: 'value', code: 201, value: object, definition, warnings: allWarnings }
    }
    const taken = allocationChanges(definition, key, undefined, object, () => 'again')
    const put = putObject(key, definition, object)
    let exists = false
    const absent: Guard = { condition: { kind: 'absent', key }, refused: () => { exists = true; return modified(definition, name) } }
    const guards = [...fenceGuards(call.fence), ...namespaceGuards(rest, definition, namespace, name), absent, ...taken.guards]
    try {
      const revision = await commitGuarded(rest.storage, guards, [put, ...taken.writes], call.signal)
      if (revision !== 'again') return { kind: 'object', code: 201, definition, bytes: put.value, revision, warnings: allWarnings }
    } catch (error) {
      if (exists) return 'exists'
      throw error
    }
  }
  throw modified(definition, name)
}

/** Fills missing unique values; what cannot be had is an invalid field. */
export function allocate(rest: Rest, definition: ResourceDefinition, object: JsonObject, old: JsonObject | undefined): JsonObject {
  if (definition.allocate === undefined) return object
  const taken = (key: string): boolean => rest.storage.store.get(allocationKey(key)) !== undefined
  try {
    return definition.allocate(object, old, taken, strategyContext(rest, old === undefined ? 'create' : 'update', ''))
  } catch (error) {
    if (!allocationRefused.is(error)) throw error
    const { field, value, message } = error.details
    throw invalid(definition, metadataText(object, 'name'), [{ type: 'FieldValueInvalid', field, detail: `Invalid value: ${value}: ${message}` }])
  }
}

/** Puts an object into the namespace of the path. */
export function placeInNamespace(object: JsonObject, definition: ResourceDefinition, namespace: string): JsonObject {
  const own = metadataText(object, 'namespace')
  if (own !== '' && own !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return definition.namespaced ? withMetadata(object, { namespace }) : withMetadata(object, { namespace: undefined })
}

function namespaceGuards(rest: Rest, definition: ResourceDefinition, namespace: string, name: string): readonly Guard[] {
  const namespaces = kindOf(rest.kinds, '', 'namespaces')
  if (!definition.namespaced || namespaces === undefined) return []
  const key = rest.storage.key(namespaces, '', namespace)
  return [{
    condition: { kind: 'present', key, live: true },
    refused: () => namespaceRefusal(rest, definition, namespaces, namespace, name) ?? notFound(namespaces, namespace),
  }]
}

async function checkNamespace(rest: Rest, definition: ResourceDefinition, namespace: string, name: string): Promise<void> {
  const namespaces = kindOf(rest.kinds, '', 'namespaces')
  if (!definition.namespaced || namespaces === undefined) return
  if (namespaceRefusal(rest, definition, namespaces, namespace, name) === undefined) return
  await rest.storage.fresh()
  const refusal = namespaceRefusal(rest, definition, namespaces, namespace, name)
  if (refusal !== undefined) throw refusal
}

function namespaceRefusal(rest: Rest, definition: ResourceDefinition, namespaces: ResourceDefinition, namespace: string, name: string): Error | undefined {
  const stored = rest.storage.find(namespaces, '', namespace)
  if (stored === undefined) return notFound(namespaces, namespace)
  if (!stored.terminating) return undefined
  return forbidden(definition, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}
