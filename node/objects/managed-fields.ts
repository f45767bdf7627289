// Field management: which manager set which fields, kept in metadata.managedFields with every write. A write takes over
// what it changes; server-side apply (patch/apply.ts) also gives up what it no longer mentions.
// Source: Kubernetes documentation, "Server-Side Apply", field management; recorded answers.
import { timestamp } from '../base/clock.ts'
import { has, listIn, objectsIn, stringIn, withFields } from './access.ts'
import { decodeTyped } from './decode.ts'
import { isObject, metadataOf } from './encoding.ts'
import { updateManagersMost } from './limits.ts'
import { compare } from './patch/compare.ts'
import { FieldSet, difference, formatFields, intersection, parseFields, union, withoutTrees } from './patch/field-set.ts'
import { rootShape } from './patch/shape.ts'
import type { Json, JsonObject } from './json.ts'
import type { Comparison } from './patch/compare.ts'

/** Who writes, and through which door. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  /** The version of the request: `apps/v1`. */
  readonly apiVersion: string
  /** Empty for the main resource. */
  readonly subresource: string
}

export interface ManagedEntry extends Manager {
  readonly time: string | undefined
  readonly fields: FieldSet
}

/** What a write needs to know besides the objects. */
export interface WriteFacts {
  /** Name in the field table; undefined for objects without a schema. */
  readonly definition: string | undefined
  readonly manager: Manager
  readonly nowMs: number
  /** Fields that this door does not set, as FieldsV1: `{"f:status":{}}` on the main resource of most kinds. */
  readonly resets: JsonObject
}

/** Fields that nobody owns. */
const unowned = parseFields({
  'f:apiVersion': {}, 'f:kind': {},
  'f:metadata': { '.': {}, 'f:name': {}, 'f:namespace': {}, 'f:creationTimestamp': {}, 'f:selfLink': {}, 'f:uid': {}, 'f:clusterName': {}, 'f:generation': {}, 'f:managedFields': {}, 'f:resourceVersion': {} },
})
/** Whether two are the same manager through the same door. */
export const isSameManager = (left: Manager, right: Manager): boolean =>
  left.name === right.name && left.operation === right.operation && left.apiVersion === right.apiVersion && left.subresource === right.subresource

/** The entries of an object. */
export function managedEntries(object: JsonObject | undefined): readonly ManagedEntry[] {
  return objectsIn(object, 'metadata', 'managedFields').filter((entry) => stringIn(entry, 'manager') !== '' || stringIn(entry, 'operation') !== '').map((entry) => ({
    name: stringIn(entry, 'manager'), operation: stringIn(entry, 'operation') === 'Apply' ? 'Apply' : 'Update', apiVersion: stringIn(entry, 'apiVersion'),
    subresource: stringIn(entry, 'subresource'), time: stringIn(entry, 'time') || undefined, fields: parseFields(entry.fieldsV1),
  }))
}

/** The object with these entries, in the order of the reference: applies first, then by age and name. */
export function withManagedEntries(object: JsonObject, entries: readonly ManagedEntry[]): JsonObject {
  const key = (entry: ManagedEntry): string => [entry.operation, entry.time ?? '', entry.name, entry.apiVersion, entry.subresource].join('\n')
  const sorted = [...entries].filter((entry) => !entry.fields.isEmpty()).sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const list = sorted.map((entry): Json => ({
    manager: entry.name, operation: entry.operation, apiVersion: entry.apiVersion, ...(entry.time === undefined ? {} : { time: entry.time }),
    fieldsType: 'FieldsV1', fieldsV1: formatFields(entry.fields), ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
  }))
  return withFields(object, { metadata: withFields(metadataOf(object), { managedFields: list.length === 0 ? undefined : list }) })
}

/** The state before a creation: what an object of the kind shows when nothing is set. */
function emptyObject(definition: string | undefined): JsonObject {
  if (definition === undefined) return {}
  const decoded = decodeTyped({}, definition)
  return decoded.ok ? decoded.object : {}
}

/** Compares two states, without the fields that nobody owns or that this door does not set. */
export function compareStates(before: JsonObject | undefined, after: JsonObject, facts: WriteFacts): Comparison {
  const { added, modified, removed } = compare(before ?? emptyObject(facts.definition), after, rootShape(facts.definition))
  return { added: owned(added, facts), modified: owned(modified, facts), removed: owned(removed, facts) }
}

/** The set without the fields that nobody owns or that this door does not set. */
export function owned(set: FieldSet, facts: WriteFacts): FieldSet {
  const metadata = set.child('f:metadata')
  const own = difference(withoutTrees(set, parseFields(facts.resets)), unowned)
  // Only the node itself goes for metadata, and whole trees for what lies under the other unowned fields.
  if (metadata !== undefined) own.child('f:metadata')?.children.delete('f:managedFields')
  return own
}

/** Entries after a change: others lose what was changed or removed. */
export function loseChanged(entries: readonly ManagedEntry[], changes: Comparison): readonly ManagedEntry[] {
  const taken = union(changes.modified, changes.added)
  return entries.map((entry) => ({ ...entry, fields: difference(difference(entry.fields, intersection(entry.fields, taken)), changes.removed) })).filter((entry) => !entry.fields.isEmpty())
}

/** A client empties the list of managers by sending an empty one or one empty entry. */
function isReset(object: JsonObject): boolean {
  if (!has(object, 'metadata', 'managedFields')) return false
  return listIn(object, 'metadata', 'managedFields').every((entry) => isObject(entry) && Object.keys(entry).length === 0)
}

/**
 * The object with its managers after a create, an update or a patch other than apply. `old` is the stored object, undefined
 * at a creation; `object` is what will be stored, defaults filled in.
 */
export function claimFields(object: JsonObject, old: JsonObject | undefined, facts: WriteFacts): JsonObject {
  if (isReset(object)) return withManagedEntries(object, [])
  const given = managedEntries(object)
  const entries = given.length > 0 ? given : managedEntries(old)
  const changes = compareStates(old, object, facts)
  const mine = union(changes.modified, changes.added)
  const kept = loseChanged(entries, changes)
  if (mine.isEmpty()) return withManagedEntries(object, kept)
  const previous = kept.find((entry) => isSameManager(entry, facts.manager))
  const others = kept.filter((entry) => entry !== previous)
  const entry: ManagedEntry = { ...facts.manager, time: timestamp(facts.nowMs), fields: previous === undefined ? mine : union(previous.fields, mine) }
  return withManagedEntries(object, mergeOldest([...others, entry]))
}

/** Too many updating managers: the oldest become one. */
function mergeOldest(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update').sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  const surplus = updates.slice(0, Math.max(0, updates.length - updateManagersMost + 1))
  const [first] = surplus
  if (first === undefined || updates.length <= updateManagersMost) return entries
  const ancient: ManagedEntry = { ...first, name: 'ancient-changes', subresource: '', time: surplus[surplus.length - 1]?.time, fields: surplus.reduce((set, entry) => union(set, entry.fields), new FieldSet()) }
  return [...entries.filter((entry) => !surplus.includes(entry)), ancient]
}

