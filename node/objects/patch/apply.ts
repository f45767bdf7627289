// Server-side apply: the configuration of one manager is merged into the object; what the manager set before and no longer
// mentions goes, unless others own it; a change of what others own is a conflict, or a takeover by force.
// Source: Kubernetes documentation, "Server-Side Apply"; recorded answers.
import { timestamp } from '../../base/clock.ts'
import { isEqual, objectIn, stringIn, withFields } from '../access.ts'
import { isObject, metadataOf } from '../encoding.ts'
import { compareStates, isSameManager, loseChanged, managedEntries, owned, withManagedEntries } from '../managed-fields.ts'
import { mergeApplied, removeFields } from './apply-merge.ts'
import { typeErrors } from './apply-types.ts'
import { fieldsOf } from './compare.ts'
import { intersection, pathsOf, union } from './field-set.ts'
import { badPatch, failedPatch } from './outcome.ts'
import { rootShape } from './shape.ts'
import type { Json, JsonObject } from '../json.ts'
import type { ManagedEntry, WriteFacts } from '../managed-fields.ts'
import type { Comparison } from './compare.ts'
import type { PatchOutcome, PatchRefusal } from './outcome.ts'

/** The manager that gets what was there before the first apply. */
const beforeFirstApply = 'before-first-apply'
const lastAppliedManager = 'kubectl'
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** Applies a configuration to the stored object, or to none. The answer carries its managers and still lacks defaults. */
export function applyConfiguration(live: JsonObject | undefined, configuration: Json, facts: WriteFacts, isForced: boolean): PatchOutcome {
  if (!isObject(configuration)) return badPatch('error decoding YAML: the configuration is no object')
  if (metadataOf(configuration).managedFields !== undefined) return badPatch('metadata.managedFields must be nil')
  const shape = rootShape(facts.definition)
  const wrong = typeErrors(configuration, shape)
  if (wrong.length > 0) return failedPatch(`failed to create typed patch object (${identity(configuration)}): ${wrong.length === 1 ? wrong[0] ?? '' : `errors:\n${wrong.map((text) => `  ${text}\n`).join('')}`}`)
  const entries = live === undefined ? [] : adopt(live, facts)
  const previous = entries.find((entry) => isSameManager(entry, facts.manager))
  const others = entries.filter((entry) => entry !== previous)
  const mine: ManagedEntry = { ...facts.manager, time: timestamp(facts.nowMs), fields: owned(fieldsOf(configuration, shape), facts) }
  const merged = mergeApplied(live ?? {}, configuration, shape)
  // Everything that the configuration mentions stays, names among it, which nobody owns.
  const kept = others.reduce((set, entry) => union(set, entry.fields), fieldsOf(configuration, shape))
  const pruned = previous === undefined ? merged : removeFields(merged, shape, previous.fields, kept)
  const result = isObject(pruned) ? pruned : configuration
  const changes = compareStates(live, result, facts)
  if (!isForced) {
    const conflict = conflicts(others, changes)
    if (conflict !== undefined) return conflict
  }
  const object = withLastApplied(result, live, configuration, facts.manager.name)
  return { ok: true, object: withManagedEntries(object, [...loseChanged(others, changes), keepTime(mine, previous, live, result)]) }
}

/** An apply that changes nothing leaves the time as it is; a new manager has none then. */
function keepTime(mine: ManagedEntry, previous: ManagedEntry | undefined, live: JsonObject | undefined, result: JsonObject): ManagedEntry {
  const isSame = live !== undefined && isEqual(withoutManagers(live), withoutManagers(result))
  return isSame ? { ...mine, time: previous?.time } : mine
}

/** Clients that apply both ways keep their configuration in an annotation; an apply here must not leave it behind. */
function withLastApplied(result: JsonObject, live: JsonObject | undefined, configuration: JsonObject, manager: string): JsonObject {
  if (manager !== lastAppliedManager || stringIn(live, 'metadata', 'annotations', lastAppliedAnnotation) === '') return result
  const annotations = { ...objectIn(result, 'metadata', 'annotations'), [lastAppliedAnnotation]: `${JSON.stringify(sorted(configuration))}\n` }
  return withFields(result, { metadata: withFields(metadataOf(result), { annotations }) })
}

function sorted(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(sorted)
  return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]): [string, Json] => [key, sorted(inner)])) : value ?? null
}

const withoutManagers = (object: JsonObject): JsonObject => withFields(object, { metadata: withFields(metadataOf(object), { managedFields: undefined }) })

function identity(configuration: JsonObject): string {
  const version = stringIn(configuration, 'apiVersion')
  const full = version.includes('/') ? version : `/${version}`
  return `${stringIn(configuration, 'metadata', 'namespace')}/${stringIn(configuration, 'metadata', 'name')}; ${full}, Kind=${stringIn(configuration, 'kind')}`
}

/** An object that nobody manages yet belongs as a whole to one manager of that name. */
function adopt(live: JsonObject, facts: WriteFacts): readonly ManagedEntry[] {
  const entries = managedEntries(live)
  if (entries.length > 0) return entries
  const fields = compareStates(undefined, live, facts)
  const all = union(fields.added, fields.modified)
  return all.isEmpty() ? [] : [{ ...facts.manager, name: beforeFirstApply, operation: 'Update', subresource: '', time: timestamp(facts.nowMs), fields: all }]
}

function conflicts(others: readonly ManagedEntry[], changes: Comparison): PatchRefusal | undefined {
  const changed = union(changes.modified, changes.added)
  const found = others.map((entry) => ({ who: managerText(entry), paths: pathsOf(intersection(entry.fields, changed)) })).filter(({ paths }) => paths.length > 0)
  found.sort((a, b) => (a.who < b.who ? -1 : 1))
  const causes = found.flatMap(({ who, paths }) => paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })))
  const [first] = causes
  if (first === undefined) return undefined
  const text = causes.length === 1 ? `${first.message}: ${first.field}` : found.map(({ who, paths }) => `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`).join('\n')
  return { ok: false, code: 409, reason: 'Conflict', message: `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${text}`, causes }
}

function managerText(entry: ManagedEntry): string {
  const door = entry.subresource === '' ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`
  return `${JSON.stringify(entry.name)}${door}${entry.operation === 'Update' ? ` using ${entry.apiVersion}` : ''}`
}
