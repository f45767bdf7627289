// How an existing object changes, whatever asked for it: an update, a patch, a new scale, a binding. The change is computed
// on this peer's copy and applied only if the object is still at the version that it was computed from; otherwise it is
// computed again. An object whose deletion waited for the last finalizer disappears with the write that takes it away.
// Source: Kubernetes API concepts, "Updates to existing resources" and "Conflicts".
import { isEqual } from '../objects/access.ts'
import { isTerminating, metadataOf } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { StoredValue } from '../store/types.ts'
import { ApiError } from '../client/errors.ts'
import { admit } from './admission/registry.ts'
import type { Answer, Call } from './call.ts'
import { allocationChanges, commitGuarded, fenceGuards, putObject, versionGuard } from './committing.ts'
import { allocate, placeInNamespace } from './creating.ts'
import { claimFields } from './field-managers.ts'
import { maxWriteAttempts } from './limits.ts'
import { admissionWorld, metadataText, strategyContext, withMetadata } from './rest.ts'
import type { Rest } from './rest.ts'
import { conflict, invalid, internal, modified, notFound } from './status.ts'
import type { WriteOptions } from './write-options.ts'

/** What is to change. */
export interface Change {
  readonly definition: ResourceDefinition
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  readonly options: WriteOptions
  /** The wanted object from the present one; called again when the object changed meanwhile. */
  readonly make: (old: JsonObject) => Made | Promise<Made>
}

export interface Made {
  readonly object: JsonObject
  readonly warnings?: readonly string[]
  /** The owners of fields are in the object already (server-side apply). */
  readonly claimed?: boolean
}

/** Carries out a change; answers the object after it. */
export function changeObject(rest: Rest, call: Call, change: Change): Promise<Answer> {
  const key = rest.storage.key(change.definition, change.namespace, change.name)
  return rest.storage.inOrder(key, () => changeInTurn(rest, call, change))
}

async function changeInTurn(rest: Rest, call: Call, change: Change): Promise<Answer> {
  let isFresh = false
  let seen: number | undefined
  for (let attempt = 0; attempt < maxWriteAttempts; attempt++) {
    const stored = rest.storage.find(change.definition, change.namespace, change.name)
    try {
      if (stored === undefined) throw notFound(change.definition, change.name)
      const answer = await attemptChange(rest, call, change, stored)
      if (answer !== 'again') return answer
      isFresh = true
    } catch (error) {
      // A refusal that was computed on an old copy is not the cluster's answer: look again, once, on a fresh one.
      if (!(error instanceof ApiError) || error.code >= 500 || isFresh) throw error
      await rest.storage.freshForWrite()
      isFresh = true
      seen = stored?.revision
      if (rest.storage.find(change.definition, change.namespace, change.name)?.revision === seen) throw error
    }
  }
  throw modified(change.definition, change.name)
}

async function attemptChange(rest: Rest, call: Call, change: Change, stored: StoredValue): Promise<Answer | 'again'> {
  const { definition, namespace, name, subresource, options } = change
  const old = rest.storage.decode(definition, stored)
  const made = await change.make(old)
  const wanted = checkPreconditions(rest, change, made.object, old, stored)
  const context = strategyContext(rest, 'update', subresource)
  const defaulted = definition.defaults(placeInNamespace(wanted, definition, namespace))
  const admitted = await admit({ operation: 'update', definition, subresource, namespace, name, user: call.user, object: defaulted, old }, admissionWorld(rest))
  const prepared = definition.prepare(withMetadata(admitted, { resourceVersion: undefined }), old, context)
  const claimed = made.claimed === true ? prepared : claimFields(definition, old, prepared, options, subresource, context.nowMs)
  const errors = definition.validate(claimed, old, context)
  if (errors.length > 0) throw invalid(definition, name, errors)
  const object = allocate(rest, definition, claimed, old)
  const warnings = [...made.warnings ?? [], ...definition.warnings?.(object, old) ?? []]
  if (isUnchanged(object, old)) return { kind: 'object', code: 200, definition, bytes: stored.value, revision: stored.revision, warnings }
  if (options.dryRun) return { kind: 'value', code: 200, value: withMetadata(object, { resourceVersion: String(stored.revision) }), definition, warnings }
  const isGone = isFinished(definition, object)
  const changes = allocationChanges(definition, stored.key, old, isGone ? undefined : object, () => 'again')
  const put = putObject(stored.key, definition, object)
  const guards = [...fenceGuards(call.fence), versionGuard(stored, 'again'), ...changes.guards]
  const revision = await commitGuarded(rest.storage, guards, [isGone ? { kind: 'delete', key: stored.key } : put, ...changes.writes], call.signal)
  if (revision === 'again') return 'again'
  return { kind: 'object', code: 200, definition, bytes: put.value, revision, warnings }
}

/** The version and uid that the client names must be those of the object. */
function checkPreconditions(rest: Rest, change: Change, object: JsonObject, old: JsonObject, stored: StoredValue): JsonObject {
  const { definition, name } = change
  const version = metadataText(object, 'resourceVersion')
  if (version !== '' && version !== '0') {
    if (!/^\d+$/.test(version)) throw internal(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
    if (Number(version) !== stored.revision) throw modified(definition, name)
  }
  const uid = metadataText(object, 'uid')
  const known = metadataText(old, 'uid')
  if (uid !== '' && uid !== known) {
    const key = rest.storage.key(definition, change.namespace, name).replace('/registry/core/', '/registry/')
    throw conflict(definition, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${known}`)
  }
  return object
}

function isUnchanged(object: JsonObject, old: JsonObject): boolean {
  const bare = (one: JsonObject): JsonObject => withMetadata(one, { resourceVersion: undefined })
  return isEqual(bare(object), bare(old))
}

/** Whether a terminating object has nothing left to wait for. */
export function isFinished(definition: ResourceDefinition, object: JsonObject): boolean {
  if (!isTerminating(object)) return false
  const metadata = metadataOf(object)
  const finalizers = metadata['finalizers']
  if (Array.isArray(finalizers) && finalizers.length > 0) return false
  if (definition.holdsDeletion?.(object) === true) return false
  return metadata['deletionGracePeriodSeconds'] === undefined || metadata['deletionGracePeriodSeconds'] === 0
}
