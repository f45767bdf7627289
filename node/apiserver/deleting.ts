// The verbs delete and deletecollection. An object goes at once when nothing holds it; otherwise it is marked with a deletion
// time and goes with its last finalizer, or when its grace period has been used. What becomes of dependants is written as a
// finalizer for the garbage collector. Source: Kubernetes documentation, "Garbage Collection", "Finalizers", Pod termination.
import { timestamp } from '../base/clock.ts'
import { isEqual } from '../objects/access.ts'
import { decodeTyped } from '../objects/decode.ts'
import { isObject, isTerminating, metadataOf } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import { ApiError } from '../client/errors.ts'
import type { FieldError, ResourceDefinition } from '../resources/types.ts'
import type { StoredValue } from '../store/types.ts'
import { admit } from './admission/registry.ts'
import { readRaw } from './body.ts'
import type { Answer, Call } from './call.ts'
import { isFinished } from './changing.ts'
import { allocationChanges, commitGuarded, fenceGuards, putObject, versionGuard } from './committing.ts'
import { deleteCollectionWorkers, maxWriteAttempts } from './limits.ts'
import { integer, readListOptions, selects } from './list-options.ts'
import { listObjects } from './reading.ts'
import { truthy } from './request-info.ts'
import { admissionWorld, metadataText, withMetadata } from './rest.ts'
import type { Rest } from './rest.ts'
import { conflict, internal, invalid, modified, notFound, success } from './status.ts'
import { dryRunErrors } from './write-options.ts'

export interface DeleteOptions {
  readonly graceSeconds: number | undefined
  readonly propagation: 'Background' | 'Foreground' | 'Orphan' | undefined
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  readonly dryRun: boolean
}

const optionsKind = { group: 'meta.k8s.io', kind: 'DeleteOptions' }
const finalizerOf = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined } as const

/** The verb delete, with the options of the request. */
export async function deleteObject(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string): Promise<Answer> {
  return deleteOne(rest, call, definition, namespace, name, await readDeleteOptions(call))
}

/** Deletes with options that have been read. */
export async function deleteOne(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string, options: DeleteOptions): Promise<Answer> {
  let isFresh = false
  for (let attempt = 0; attempt < maxWriteAttempts; attempt++) {
    const stored = rest.storage.find(definition, namespace, name)
    try {
      if (stored === undefined) throw notFound(definition, name)
      const answer = await attemptDelete(rest, call, definition, namespace, name, stored, options)
      if (answer !== 'again') return answer
      isFresh = true
    } catch (error) {
      if (!(error instanceof ApiError) || error.code >= 500 || isFresh) throw error
      await rest.storage.freshForWrite()
      isFresh = true
      if (rest.storage.find(definition, namespace, name)?.revision === stored?.revision) throw error
    }
  }
  throw modified(definition, name)
}

async function attemptDelete(
  rest: Rest, call: Call, definition: ResourceDefinition, namespace: string, name: string, stored: StoredValue, options: DeleteOptions,
): Promise<Answer | 'again'> {
  const object = rest.storage.decode(definition, stored)
  checkPreconditions(definition, name, object, stored, options)
  await admit({ operation: 'delete', definition, subresource: '', namespace, name, user: call.user, object, old: object }, admissionWorld(rest))
  const marked = markDeleted(definition, object, options, rest.clock.wallMs())
  const guards = [...fenceGuards(call.fence), versionGuard(stored, 'again')]
  if (!isFinished(definition, marked)) {
    if (isEqual(marked, object)) return { kind: 'object', code: 200, definition, bytes: stored.value, revision: stored.revision }
    if (options.dryRun) return { kind: 'value', code: 200, value: marked, definition }
    const put = putObject(stored.key, definition, withMetadata(marked, { resourceVersion: undefined }))
    const revision = await commitGuarded(rest.storage, guards, [put], call.signal)
    return revision === 'again' ? 'again' : { kind: 'object', code: 200, definition, bytes: put.value, revision }
  }
  if (!options.dryRun) {
    const changes = allocationChanges(definition, stored.key, object, undefined, () => 'again')
    const revision = await commitGuarded(rest.storage, guards, [{ kind: 'delete', key: stored.key }, ...changes.writes], call.signal)
    if (revision === 'again') return 'again'
  }
  // A kind with a grace period answers the object as it was last, others a Status.
  if (definition.gracePeriodSeconds !== undefined) return { kind: 'object', code: 200, definition, bytes: putObject(stored.key, definition, marked).value, revision: stored.revision }
  return { kind: 'value', code: 200, value: statusValue(definition, name, metadataText(object, 'uid')) }
}

function statusValue(definition: ResourceDefinition, name: string, uid: string): JsonObject {
  const { code: _code, ...status } = success(definition, name, uid)
  const details: JsonObject = { name, ...(definition.group === '' ? {} : { group: definition.group }), kind: definition.resource, uid }
  return { ...status, metadata: {}, details }
}

/** The object with its deletion begun, or begun again with a shorter grace period. */
function markDeleted(definition: ResourceDefinition, object: JsonObject, options: DeleteOptions, nowMs: number): JsonObject {
  const metadata = metadataOf(object)
  const graceSeconds = definition.gracePeriodSeconds?.(object, options.graceSeconds)
  const finalizers = finalizersAfter(definition, metadata['finalizers'], options)
  if (isTerminating(object)) {
    const left = metadata['deletionGracePeriodSeconds']
    const shorter = graceSeconds !== undefined && typeof left === 'number' && graceSeconds < left
    if (!shorter) return withFinalizers(object, finalizers)
    return withFinalizers(withMetadata(object, { deletionTimestamp: deletionTime(nowMs, graceSeconds), deletionGracePeriodSeconds: graceSeconds }), finalizers)
  }
  const seconds = graceSeconds ?? 0
  const generation = metadata['generation']
  const begun = withMetadata(object, {
    deletionTimestamp: deletionTime(nowMs, seconds),
    // A kind that holds its own deletion has no period of grace to count.
    deletionGracePeriodSeconds: definition.holdsDeletion === undefined ? seconds : undefined,
    generation: typeof generation === 'number' ? generation + 1 : undefined,
  })
  const terminated = definition.terminate === undefined ? begun : definition.terminate(begun)
  return withFinalizers(terminated, finalizers)
}

const deletionTime = (nowMs: number, seconds: number): string => timestamp(nowMs + seconds * 1000)

function withFinalizers(object: JsonObject, finalizers: readonly Json[]): JsonObject {
  return withMetadata(object, { finalizers: finalizers.length === 0 ? undefined : finalizers })
}

function finalizersAfter(definition: ResourceDefinition, present: Json | undefined, options: DeleteOptions): readonly Json[] {
  const known: readonly Json[] = Array.isArray(present) ? present : []
  if (options.propagation === undefined) {
    return definition.defaultPropagation === 'Orphan' && !known.includes('orphan') ? [...known, 'orphan'] : known
  }
  const wanted = finalizerOf[options.propagation]
  const others = known.filter((finalizer) => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan')
  return wanted === undefined ? others : [...others, wanted]
}

function checkPreconditions(definition: ResourceDefinition, name: string, object: JsonObject, stored: StoredValue, options: DeleteOptions): void {
  const uid = metadataText(object, 'uid')
  const subject = { group: definition.group, resource: definition.kind }
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(subject, name, `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`)
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(stored.revision)) {
    throw conflict(subject, name, `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${stored.revision}). The object might have been modified`)
  }
}

/** Options from the body, completed by the query. */
export async function readDeleteOptions(call: Call): Promise<DeleteOptions> {
  const body = await deleteBody(call)
  const { query } = call
  const preconditions = isObject(body['preconditions']) ? body['preconditions'] : {}
  const dryRun = [...query.getAll('dryRun'), ...(Array.isArray(body['dryRun']) ? body['dryRun'] : [])].map(String).filter((value) => value !== '')
  const propagation = text(body['propagationPolicy']) ?? (query.get('propagationPolicy') || undefined)
  const orphan = typeof body['orphanDependents'] === 'boolean' ? body['orphanDependents'] : query.has('orphanDependents') ? truthy(query.get('orphanDependents')) : undefined
  const errors = [...propagationErrors(propagation, orphan), ...dryRunErrors(dryRun)]
  if (errors.length > 0) throw invalid(optionsKind, '', errors)
  const seconds = typeof body['gracePeriodSeconds'] === 'number' ? body['gracePeriodSeconds'] : integer(query.get('gracePeriodSeconds'))
  return {
    graceSeconds: seconds,
    propagation: propagationOf(propagation, orphan),
    uid: text(preconditions['uid']),
    resourceVersion: text(preconditions['resourceVersion']),
    dryRun: dryRun.length > 0,
  }
}

async function deleteBody(call: Call): Promise<JsonObject> {
  if (call.body.value !== undefined) return call.body.value
  if ((await call.body.bytes()).length === 0) return {}
  let value: Json
  try {
    value = (await readRaw(call.body, 'DeleteOptions')).value
  } catch (error) {
    const why = error instanceof ApiError ? /couldn't get version\/kind; json parse error: [^(]*/.exec(error.message)?.[0].trim() : undefined
    throw why === undefined ? error : internal(why)
  }
  if (!isObject(value)) return {}
  if (value['kind'] !== undefined && value['kind'] !== 'DeleteOptions') {
    throw internal(`no kind ${JSON.stringify(value['kind'])} is registered for version ${JSON.stringify(value['apiVersion'])} in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"`)
  }
  const decoded = decodeTyped(value, 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')
  if (!decoded.ok) throw internal(decoded.message)
  return decoded.object
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function propagationErrors(propagation: string | undefined, orphan: boolean | undefined): readonly FieldError[] {
  if (propagation === undefined) return []
  if (orphan !== undefined) return [{ type: 'FieldValueInvalid', field: 'propagationPolicy', detail: `Invalid value: "${propagation}": orphanDependents and deletionPropagation cannot be both set` }]
  if (['Foreground', 'Background', 'Orphan'].includes(propagation)) return []
  return [{ type: 'FieldValueNotSupported', field: 'propagationPolicy', detail: `Unsupported value: "${propagation}": supported values: "Foreground", "Background", "Orphan", "nil"` }]
}

function propagationOf(propagation: string | undefined, orphan: boolean | undefined): DeleteOptions['propagation'] {
  if (orphan !== undefined) return orphan ? 'Orphan' : 'Background'
  return (['Foreground', 'Background', 'Orphan'] as const).find((known) => known === propagation)
}

/** Deletes all objects that the selectors choose, some at once; answers the list as it was. */
export async function deleteCollection(rest: Rest, call: Call, definition: ResourceDefinition, namespace: string): Promise<Answer> {
  const options = await readDeleteOptions(call)
  const { selection } = readListOptions(call.query, definition)
  const list = await listObjects(rest.storage, call, definition, namespace)
  if (list.kind !== 'list') return list
  const waiting = list.items.filter((stored) => selects(selection, definition, rest.storage.decode(definition, stored)))
  const worker = async (): Promise<void> => {
    for (let stored = waiting.shift(); stored !== undefined; stored = waiting.shift()) {
      const object = rest.storage.decode(definition, stored)
      try {
        await deleteOne(rest, call, definition, metadataText(object, 'namespace'), metadataText(object, 'name'), options)
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error
      }
    }
  }
  await Promise.all(Array.from({ length: deleteCollectionWorkers }, worker))
  return list
}
