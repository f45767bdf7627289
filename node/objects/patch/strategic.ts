// Strategic merge patch: a merge patch that knows the lists of the schema. Lists with a merge key are merged item by item;
// directives in the patch ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder) say what plain merging cannot.
// Source: Kubernetes documentation, "Update API objects in place using kubectl patch", and the recorded answers.
import { isEqual } from '../access.ts'
import { isObject } from '../encoding.ts'
import { definitionOfType, knownDefinition } from '../fields.ts'
import { badPatch, failedPatch, goValue } from './outcome.ts'
import { mergedOrder } from './list-order.ts'
import type { Definition, FieldFacts } from '../fields.ts'
import type { Json, JsonObject } from '../json.ts'
import type { PatchOutcome, PatchRefusal } from './outcome.ts'

const patchDirective = '$patch'
const retainDirective = '$retainKeys'
const deletePrefix = '$deleteFromPrimitiveList/'
const orderPrefix = '$setElementOrder/'

/** Carries a refusal out of the recursion; caught below, never seen outside. */
class Refused extends Error {
  readonly refusal: PatchRefusal

  constructor(refusal: PatchRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

const refuse = (refusal: PatchRefusal): never => {
  throw new Refused(refusal)
}

/** Applies a strategic merge patch to an object of the named definition. */
export function applyStrategicPatch(object: JsonObject, patch: Json, definition: string): PatchOutcome {
  if (!isObject(patch)) return badPatch(`error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`)
  try {
    return { ok: true, object: mergeMap(object, patch, knownDefinition(definition)) }
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

type Draft = Map<string, Json>

const draftOf = (object: JsonObject): Draft => new Map(Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined))

function mergeMap(original: JsonObject, patch: JsonObject, definition: Definition | undefined): JsonObject {
  const directive = patch[patchDirective]
  if (directive !== undefined) {
    const { [patchDirective]: _directive, ...rest } = patch
    if (directive === 'replace') return rest
    return directive === 'delete' ? {} : refuse(failedPatch(`unknown patch type: ${goValue(directive)} in map: ${goValue(patch)}`))
  }
  const draft = retainKeys(draftOf(original), patch)
  const handled = new Set<string>([retainDirective])
  for (const [name, order] of Object.entries(patch)) {
    if (!name.startsWith(orderPrefix)) continue
    const field = name.slice(orderPrefix.length)
    handled.add(name).add(field)
    mergeInOrder(draft, field, patch[field], Array.isArray(order) ? order : [], definition?.fields.get(field))
  }
  for (const [name, value] of Object.entries(patch)) if (!handled.has(name) && value !== undefined) mergeField(draft, name, value, definition)
  return Object.fromEntries(draft)
}

function retainKeys(draft: Draft, patch: JsonObject): Draft {
  const retained = patch[retainDirective]
  if (!Array.isArray(retained)) return draft
  for (const name of Object.keys(patch)) {
    if (!name.startsWith('$') && !retained.includes(name)) return refuse(badPatch('invalid patch format of retainKeys'))
  }
  return new Map([...draft].filter(([name]) => retained.includes(name)))
}

function mergeField(draft: Draft, name: string, value: Json, definition: Definition | undefined): void {
  if (name.startsWith(deletePrefix)) {
    const field = name.slice(deletePrefix.length)
    const known = draft.get(field)
    if (Array.isArray(known) && Array.isArray(value)) draft.set(field, known.filter((item) => !value.some((gone) => isEqual(item, gone))))
    return
  }
  const original = draft.get(name)
  const field = definition?.fields.get(name)
  if (value === null) draft.delete(name)
  else if (original === undefined || original === null) draft.set(name, withoutDirectives(value))
  else if (isObject(original) && isObject(value)) {
    const isReplaced = field?.strategies.includes('replace') === true
    draft.set(name, isReplaced ? value : mergeMap(original, value, innerDefinition(field)))
  } else if (Array.isArray(original) && Array.isArray(value)) draft.set(name, mergeList(original, value, field))
  else draft.set(name, value)
}

/** The definition of a field's value, or of what a list or a map of them holds. */
function innerDefinition(field: FieldFacts | undefined): Definition | undefined {
  let type = field?.type
  while (type?.kind === 'array' || type?.kind === 'map') type = type.of
  return type === undefined ? undefined : definitionOfType(type)
}

/** What is new in the object: without nulls and without directives. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => !isObject(item) || item[patchDirective] === undefined || item[patchDirective] === 'merge').map(withoutDirectives)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([name, inner]) => inner !== null && inner !== undefined && !isDirective(name))
  return Object.fromEntries(kept.map(([name, inner]): [string, Json] => [name, withoutDirectives(inner ?? null)]))
}

const isDirective = (name: string): boolean => name === patchDirective || name === retainDirective || name.startsWith(deletePrefix) || name.startsWith(orderPrefix)

function mergeList(original: readonly Json[], patch: readonly Json[], field: FieldFacts | undefined): Json {
  if (field?.strategies.includes('merge') !== true) return patch
  const isOfMaps = [...original, ...patch].some(isObject)
  if (!isOfMaps) {
    const merged = [...original, ...patch.filter((item) => !original.some((known) => isEqual(known, item)))]
    return mergedOrder(merged, patch, original, isEqual)
  }
  const key = field.mergeKey
  const { kept, plain, isReplaced } = takeDirectives(original, patch, key)
  if (isReplaced) return plain
  return mergedOrder(mergeItems(kept, plain, key, innerDefinition(field)), plain, kept, sameBy(key))
}

const sameBy = (key: string) => (left: Json, right: Json): boolean => isObject(left) && isObject(right) && isEqual(left[key], right[key])

interface Directed {
  readonly kept: readonly Json[]
  readonly plain: readonly Json[]
  readonly isReplaced: boolean
}

/** Items with a directive delete their like or replace the whole list. */
function takeDirectives(original: readonly Json[], patch: readonly Json[], key: string): Directed {
  let kept = original
  const plain: Json[] = []
  let isReplaced = false
  for (const item of patch) {
    const directive = isObject(item) ? item[patchDirective] : undefined
    if (!isObject(item) || directive === undefined) plain.push(item)
    else if (directive === 'replace') isReplaced = true
    else if (directive !== 'delete') refuse(failedPatch(`unknown patch type: ${goValue(directive)} in map: ${goValue(item)}`))
    else if (item[key] === undefined) refuse(failedPatch('delete patch type with no merge key defined'))
    else kept = kept.filter((known) => !sameBy(key)(known, item))
  }
  return { kept, plain, isReplaced }
}

function mergeItems(original: readonly Json[], patch: readonly Json[], key: string, definition: Definition | undefined): readonly Json[] {
  const merged = [...original]
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) return refuse(failedPatch(`map: ${goValue(item)} does not contain declared merge key: ${key}`))
    const at = merged.findIndex((known) => sameBy(key)(known, item))
    const known = merged[at]
    if (isObject(known)) merged[at] = mergeMap(known, item, definition)
    else merged.push(withoutDirectives(item))
  }
  return merged
}

/** Merges a list for which the patch gives the order of its items. */
function mergeInOrder(draft: Draft, name: string, patch: Json | undefined, order: readonly Json[], field: FieldFacts | undefined): void {
  const original = draft.get(name)
  const isSame = field !== undefined && field.mergeKey !== '' ? sameBy(field.mergeKey) : isEqual
  if (Array.isArray(patch)) checkOrder(patch, order, isSame)
  const known = Array.isArray(original) ? original : undefined
  if (known === undefined && !Array.isArray(patch)) return
  const merged = known === undefined ? withoutDirectives(patch ?? []) : Array.isArray(patch) ? mergeList(known, patch, field) : known
  draft.set(name, Array.isArray(merged) ? mergedOrder(merged, order, known ?? [], isSame) : merged)
}

/** The patch's items must appear in its own order list, in that order. */
function checkOrder(patch: readonly Json[], order: readonly Json[], isSame: (left: Json, right: Json) => boolean): void {
  let at = 0
  for (const item of patch) {
    if (isObject(item) && item[patchDirective] !== undefined) continue
    while (at < order.length && !isSame(order[at] ?? null, item)) at += 1
    if (at >= order.length) refuse(failedPatch(`The order in patch list:\n${goValue(patch)}\n doesn't match ${orderPrefix.slice(0, -1)} list:\n${goValue(order)}\n`))
  }
}
