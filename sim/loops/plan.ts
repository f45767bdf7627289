// What a request that writes does to a state, as far as control loops can tell: creation, replacement, merge patches, status
// and binding, finalizers, graceful deletion. Pure: it answers one write with the version on which it rests, or a refusal.
// Every patch is taken for a merge patch; that is what controllers send.
import { ApiError } from '../../node/client/errors.ts'
import type { StatusBody } from '../../node/client/types.ts'
import type { Json, JsonObject } from '../../node/objects/json.ts'
import { keyOf, objectOf, withStatus } from './places.ts'
import type { Place, StoredObject } from './places.ts'

export interface Existing {
  readonly object: StoredObject
  readonly revision: number
}

/** What the surroundings give: a fresh id, and the time as the API writes it. */
export interface Fresh {
  readonly uid: string
  readonly now: string
}

/** One write: `over` is the version that must still be there, 0 for none. Without an object it is a deletion. */
export interface PlannedWrite {
  readonly key: string
  readonly object: StoredObject | undefined
  readonly over: number
  /** Whether the caller named the version itself, so that losing a race is its affair. */
  readonly strict: boolean
}

/** What to write, or what is answered at once. */
export type Planned = { readonly write: PlannedWrite } | { readonly answer: Json }

export function refusal(code: number, reason: string, message: string): ApiError {
  const status: StatusBody = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  return new ApiError(status)
}

/** Throws ApiError for what is refused. `name` is that of a new object. */
export function planWrite(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', place: Place, body: JsonObject, existing: Existing | undefined, fresh: Fresh): Planned {
  const key = keyOf(place)
  if (method === 'POST' && place.subresource === undefined) {
    if (existing !== undefined) throw refusal(409, 'AlreadyExists', `${place.resource} "${place.name}" already exists`)
    return { write: { key, object: created(place, body, fresh), over: 0, strict: true } }
  }
  if (existing === undefined) throw refusal(404, 'NotFound', `${place.resource} "${place.name}" not found`)
  if (method === 'DELETE') return planDelete(place, key, body, existing, fresh)
  const wanted = objectOf(body['metadata'])
  const strict = method === 'POST' || wanted['resourceVersion'] !== undefined
  for (const field of ['uid', 'resourceVersion'] as const) {
    if (wanted[field] !== undefined && wanted[field] !== existing.object.metadata[field]) throw refusal(409, 'Conflict', `the ${field} differs`)
  }
  const next = method === 'POST' ? bound(existing.object, body, fresh) : merged(place, existing.object, method === 'PATCH' ? patched(existing.object, body) : body)
  if (next === undefined) return { answer: existing.object }
  return { write: { key, object: isFinished(place, next) ? undefined : next, over: existing.revision, strict } }
}

function created(place: Place, body: JsonObject, { uid, now }: Fresh): StoredObject {
  const { resourceVersion: _, ...metadata } = objectOf(body['metadata'])
  const own = { ...metadata, name: place.name ?? '', uid, generation: 1, creationTimestamp: now }
  return { ...body, metadata: place.namespace === undefined ? own : { ...own, namespace: place.namespace } }
}

/** A Pod gets its node once. */
function bound(pod: StoredObject, binding: JsonObject, { now }: Fresh): StoredObject {
  const spec = objectOf(pod['spec'])
  if (spec['nodeName'] !== undefined) throw refusal(409, 'Conflict', 'the Pod has a node already')
  if (pod.metadata['deletionTimestamp'] !== undefined) throw refusal(409, 'Conflict', 'the Pod is being deleted')
  const status = objectOf(pod['status'])
  const conditions = [...listOf(status['conditions']).filter((one) => objectOf(one)['type'] !== 'PodScheduled'), { type: 'PodScheduled', status: 'True', lastTransitionTime: now }]
  return { ...withoutVersion(pod), spec: { ...spec, nodeName: objectOf(binding['target'])['name'] }, status: { ...status, conditions } }
}

/** Status writes change the status only, others leave it alone; undefined when nothing changes. */
function merged(place: Place, old: StoredObject, next: JsonObject): StoredObject | undefined {
  const hasDoor = withStatus.has(place.resource) && place.subresource !== 'finalize'
  const result = place.subresource === 'status' ? { ...old, status: next['status'] } : hasDoor ? { ...next, status: old['status'] } : next
  const specChanged = place.subresource !== 'status' && JSON.stringify(result['spec']) !== JSON.stringify(old['spec'])
  const generation = Number(old.metadata['generation'] ?? 1) + (specChanged ? 1 : 0)
  const { resourceVersion: _, ...metadata } = objectOf(result['metadata'])
  const stored = { ...result, metadata: { ...metadata, uid: old.metadata['uid'], generation } }
  return sorted(stored) === sorted(withoutVersion(old)) ? undefined : stored
}

/** Deleted, and nothing holds it any more. Pods go by the hand of their kubelet. */
function isFinished(place: Place, object: StoredObject): boolean {
  const held = listOf(object.metadata['finalizers']).length > 0 || listOf(objectOf(object['spec'])['finalizers']).length > 0
  return object.metadata['deletionTimestamp'] !== undefined && !held && place.resource !== 'pods'
}

function planDelete(place: Place, key: string, options: JsonObject, existing: Existing, { now }: Fresh): Planned {
  const { object: old, revision } = existing
  const { uid, resourceVersion } = objectOf(options['preconditions'])
  if (uid !== undefined && uid !== old.metadata['uid']) throw refusal(409, 'Conflict', 'the uid differs')
  if (resourceVersion !== undefined && resourceVersion !== old.metadata['resourceVersion']) throw refusal(409, 'Conflict', 'the version differs')
  const strict = resourceVersion !== undefined
  const finalizers = [...listOf(old.metadata['finalizers'])]
  const wanted = options['propagationPolicy'] === 'Foreground' ? 'foregroundDeletion' : options['propagationPolicy'] === 'Orphan' ? 'orphan' : undefined
  if (wanted !== undefined && !finalizers.includes(wanted)) finalizers.push(wanted)
  const isRunning = place.resource === 'pods' && objectOf(old['spec'])['nodeName'] !== undefined
  const graceSeconds = isRunning ? Number(options['gracePeriodSeconds'] ?? objectOf(old['spec'])['terminationGracePeriodSeconds'] ?? 30) : 0
  const isHeld = finalizers.length > 0 || listOf(objectOf(old['spec'])['finalizers']).length > 0
  if (!isHeld && graceSeconds === 0) return { write: { key, object: undefined, over: revision, strict } }
  const isTold = old.metadata['deletionTimestamp'] !== undefined && finalizers.length === listOf(old.metadata['finalizers']).length
  if (isTold && graceSeconds > 0) return { answer: old }
  const metadata = { ...withoutVersion(old).metadata, finalizers, deletionTimestamp: old.metadata['deletionTimestamp'] ?? now, deletionGracePeriodSeconds: graceSeconds }
  return { write: { key, object: { ...old, metadata }, over: revision, strict } }
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function withoutVersion(object: StoredObject): StoredObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** RFC 7386. */
function patched(target: JsonObject, patch: JsonObject): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (typeof value === 'object' && !Array.isArray(value)) result[key] = patched(objectOf(result[key]), objectOf(value))
    else if (value !== undefined) result[key] = value
  }
  return result
}

function sorted(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
