// The metadata that every kind has: what a client may set, what is carried over at an update, and what is wrong with it.
// Source: the Kubernetes API reference, ObjectMeta. managedFields are the business of node/objects/managed-fields.ts.
import { timestamp } from '../base/clock.ts'
import { has, isTrue, numberIn, objectIn, objectsIn, stringIn, stringsIn, withFields } from '../objects/access.ts'
import { metadataOf } from '../objects/encoding.ts'
import { labelValueErrors, maskTrailingDash, qualifiedName } from '../objects/names.ts'
import { FieldErrors, goStrings, verbatim } from './field-errors.ts'
import { annotationsMostBytes } from './limits.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { StrategyContext } from './types.ts'

export type NameRule = (name: string) => readonly string[]

const byteLength = (text: string): number => new TextEncoder().encode(text).length
const suffixLength = 5
const generatedNameMost = 63

/** The metadata of a new object: generated name, id and time; nothing that only the server may set. */
export function prepareNewMetadata(object: JsonObject, hasGeneration: boolean, context: StrategyContext): JsonObject {
  const given = metadataOf(object)
  const prefix = stringIn(given, 'generateName')
  const isNameless = stringIn(given, 'name') === '' && prefix !== ''
  const generated = isNameless ? prefix.slice(0, generatedNameMost - suffixLength) + context.random.suffix(suffixLength) : given.name
  const metadata = withFields(given, {
    name: generated,
    uid: context.random.uid(),
    creationTimestamp: timestamp(context.nowMs),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
    generation: hasGeneration ? 1 : given.generation,
  })
  return withFields(object, { metadata })
}

/** The metadata of an update: what only the server may set comes from the stored object. */
export function prepareUpdatedMetadata(object: JsonObject, old: JsonObject, generation: number | undefined): JsonObject {
  const given = metadataOf(object)
  const before = metadataOf(old)
  const metadata = withFields(given, {
    uid: stringIn(given, 'uid') === '' ? before.uid : given.uid,
    creationTimestamp: before.creationTimestamp,
    deletionTimestamp: before.deletionTimestamp ?? given.deletionTimestamp,
    deletionGracePeriodSeconds: before.deletionGracePeriodSeconds ?? given.deletionGracePeriodSeconds,
    generateName: before.generateName,
    selfLink: undefined,
    generation,
  })
  return withFields(object, { metadata })
}

/** Checks the metadata of a new or an updated object. */
export function validateMetadata(errors: FieldErrors, object: JsonObject, namespaced: boolean, nameRule: NameRule, path = 'metadata'): void {
  const metadata = objectIn(object, 'metadata')
  const generateName = stringIn(metadata, 'generateName')
  const name = stringIn(metadata, 'name')
  if (generateName !== '') errors.each(`${path}.generateName`, generateName, nameRule(maskTrailingDash(generateName)))
  if (name === '') errors.required(`${path}.name`, 'name or generateName is required')
  else errors.each(`${path}.name`, name, nameRule(name))
  if (!namespaced && stringIn(metadata, 'namespace') !== '') errors.forbidden(`${path}.namespace`, 'not allowed on this type')
  errors.nonNegative(`${path}.generation`, numberIn(metadata, 'generation'))
  validateLabels(errors, objectIn(metadata, 'labels'), `${path}.labels`)
  validateAnnotations(errors, objectIn(metadata, 'annotations'), `${path}.annotations`)
  validateOwners(errors, objectsIn(metadata, 'ownerReferences'), `${path}.ownerReferences`)
  validateFinalizers(errors, stringsIn(metadata, 'finalizers'), `${path}.finalizers`)
}

/** Keys and values of labels; the field of all of them is the map. */
export function validateLabels(errors: FieldErrors, labels: JsonObject, path: string): void {
  for (const [key, value] of Object.entries(labels)) {
    errors.each(path, key, qualifiedName(key))
    if (typeof value === 'string') errors.each(path, value, labelValueErrors(value))
  }
}

/** Keys and the size of annotations. Keys are compared without regard to case. */
export function validateAnnotations(errors: FieldErrors, annotations: JsonObject, path: string): void {
  let sizeBytes = 0
  for (const [key, value] of Object.entries(annotations)) {
    errors.each(path, key, qualifiedName(key.toLowerCase()))
    sizeBytes += byteLength(key) + byteLength(String(value))
  }
  if (sizeBytes > annotationsMostBytes) errors.tooLong(path, `may not be more than ${annotationsMostBytes} bytes`)
}

function validateOwners(errors: FieldErrors, owners: readonly JsonObject[], path: string): void {
  const controllers: JsonObject[] = []
  for (const owner of owners) {
    if (isTrue(owner, 'controller')) controllers.push(owner)
    if (stringIn(owner, 'apiVersion') === '') errors.invalid(`${path}.apiVersion`, '', 'version must not be empty')
    if (stringIn(owner, 'kind') === '') errors.invalid(`${path}.kind`, '', 'kind must not be empty')
    if (stringIn(owner, 'name') === '') errors.invalid(`${path}.name`, '', 'name must not be empty')
    if (stringIn(owner, 'uid') === '') errors.invalid(`${path}.uid`, '', 'uid must not be empty')
    if (stringIn(owner, 'kind') === 'Event' && stringIn(owner, 'apiVersion') === 'v1') errors.invalid(path, verbatim(goOwner(owner)), '/v1, Kind=Event is disallowed from being an owner')
  }
  const [first, second] = controllers
  if (first === undefined || second === undefined) return
  const list = `[]v1.OwnerReference{${owners.map(goOwner).join(', ')}}`
  errors.invalid(path, verbatim(list), `Only one reference can have Controller set to true. Found "true" in references for ${ownerName(first)} and ${ownerName(second)}`)
}

const ownerName = (owner: JsonObject): string => `${stringIn(owner, 'kind')}/${stringIn(owner, 'name')}`

function goOwner(owner: JsonObject): string {
  const text = (name: string): string => JSON.stringify(stringIn(owner, name))
  const flag = (name: string): string => `(*bool)(${has(owner, name) ? String(valueOf(owner, name)) : 'nil'})`
  return `v1.OwnerReference{APIVersion:${text('apiVersion')}, Kind:${text('kind')}, Name:${text('name')}, UID:${text('uid')}, Controller:${flag('controller')}, BlockOwnerDeletion:${flag('blockOwnerDeletion')}}`
}

const valueOf = (owner: JsonObject, name: string): Json => owner[name] ?? null

const standardFinalizers: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion']

function validateFinalizers(errors: FieldErrors, finalizers: readonly string[], path: string): void {
  for (const [at, finalizer] of finalizers.entries()) validateFinalizer(errors, finalizer, path, `${path}[${at}]`)
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.invalid(path, verbatim(`[${finalizers.join(' ')}]`), 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

/** A finalizer is one of the standard ones or has a domain in front. */
export function validateFinalizer(errors: FieldErrors, finalizer: string, path: string, itemPath: string): void {
  const wrong = qualifiedName(finalizer)
  errors.each(path, finalizer, wrong)
  if (wrong.length === 0 && !finalizer.includes('/') && !standardFinalizers.includes(finalizer)) {
    errors.invalid(itemPath, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}

/** What may not change at an update. */
export function validateMetadataUpdate(errors: FieldErrors, object: JsonObject, old: JsonObject): void {
  const metadata = metadataOf(object)
  const before = metadataOf(old)
  for (const name of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    const given = metadata[name]
    const known = before[name]
    if (given !== known && !(given === undefined && known === undefined)) errors.invalid(`metadata.${name}`, given, 'field is immutable')
  }
  const known = stringsIn(before, 'finalizers')
  const added = stringsIn(metadata, 'finalizers').filter((finalizer) => !known.includes(finalizer))
  if (has(before, 'deletionTimestamp') && added.length > 0) {
    errors.forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`)
  }
}
