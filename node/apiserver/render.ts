// Makes the bytes of an answer in the form that was negotiated: the object, its Table, or its metadata only. Plain objects and
// lists are spliced from stored bytes and never parsed.
// Source: Kubernetes API concepts, "Receiving resources as Tables"; API reference, meta/v1 Table and PartialObjectMetadata.
import { dump } from 'js-yaml'
import { metadataOf, spliceObject } from '../objects/encoding.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { StoredValue } from '../store/types.ts'
import type { Answer, WatchFrame } from './call.ts'
import type { Representation } from './negotiate.ts'
import { apiVersionOf } from './storage.ts'
import type { Storage } from './storage.ts'
import { badRequest, notAcceptable } from './status.ts'

export interface Renderer {
  readonly storage: Storage
  readonly nowMs: () => number
}

type ListAnswer = Answer & { readonly kind: 'list' }

const encoder = new TextEncoder()
const comma = encoder.encode(',')
const newline = encoder.encode('\n')
const jsonBytes = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))

/** Whether rows carry the object, its metadata (the default) or nothing. */
export type IncludeObject = 'Metadata' | 'Object' | 'None'

/** How much of each object goes into a table's rows. Throws 400 for an unknown word. */
export function readIncludeObject(raw: string | null): IncludeObject {
  if (raw === null || raw === '') return 'Metadata'
  const known = (['Metadata', 'Object', 'None'] as const).find((candidate) => candidate === raw)
  if (known === undefined) throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(raw)}: must be 'Metadata', 'Object', 'None', or empty`)
  return known
}

/** The bytes of one object. */
export function renderObject(renderer: Renderer, definition: ResourceDefinition, stored: { bytes: Uint8Array; revision: number }, form: Representation, include: IncludeObject): readonly Uint8Array[] {
  if (form.as === 'object') return [showBytes(renderer, definition, stored.bytes, stored.revision, true), newline]
  const object = renderer.storage.decode(definition, { value: stored.bytes, revision: stored.revision })
  return [renderValue(renderer, definition, object, form, include), newline]
}

/** The bytes of an object that is not stored. */
export function renderValue(renderer: Renderer, definition: ResourceDefinition, object: JsonObject, form: Representation, include: IncludeObject): Uint8Array {
  switch (form.as) {
    case 'Table': return jsonBytes(table(definition, form.version, { resourceVersion: versionOf(object) }, [object], include, renderer.nowMs(), true))
    case 'PartialObjectMetadata': return jsonBytes(partial(object, form.version))
    case 'PartialObjectMetadataList': throw notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (*${internalName(definition)})`)
    default: return jsonBytes(object)
  }
}

/** The bytes of a list, in pieces. */
export function renderList(renderer: Renderer, answer: ListAnswer, form: Representation, include: IncludeObject): readonly Uint8Array[] {
  const { definition, items } = answer
  const metadata: JsonObject = {
    resourceVersion: String(answer.revision),
    ...(answer.continueToken === undefined ? {} : { continue: answer.continueToken }),
    ...(answer.remaining === undefined ? {} : { remainingItemCount: answer.remaining }),
  }
  const decoded = (): JsonObject[] => items.map((stored) => renderer.storage.decode(definition, stored))
  switch (form.as) {
    case 'Table': return [jsonBytes(table(definition, form.version, metadata, decoded(), include, renderer.nowMs(), true)), newline]
    case 'PartialObjectMetadataList': {
      const apiVersion = `meta.k8s.io/${form.version}`
      return [jsonBytes({ kind: form.as, apiVersion, metadata, items: decoded().map((object) => partial(object, form.version)) }), newline]
    }
    case 'PartialObjectMetadata': throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (*${internalName(definition)}List)`)
    default: return spliceList(renderer, definition, metadata, items)
  }
}

function spliceList(renderer: Renderer, definition: ResourceDefinition, metadata: JsonObject, items: readonly StoredValue[]): readonly Uint8Array[] {
  const head = `{"kind":${JSON.stringify(`${definition.kind}List`)},"apiVersion":${JSON.stringify(apiVersionOf(definition))},"metadata":${JSON.stringify(metadata)},"items":[`
  const parts: Uint8Array[] = [encoder.encode(head)]
  for (const [at, stored] of items.entries()) {
    if (at > 0) parts.push(comma)
    parts.push(showBytes(renderer, definition, stored.value, stored.revision, false))
  }
  parts.push(encoder.encode(']}\n'))
  return parts
}

/** Stored bytes as this kind shows them; a second view of another kind has to be decoded. */
function showBytes(renderer: Renderer, definition: ResourceDefinition, bytes: Uint8Array, revision: number, typed: boolean): Uint8Array {
  if (definition.storedAs !== undefined) {
    const { kind, apiVersion, ...rest } = renderer.storage.decode(definition, { value: bytes, revision })
    return jsonBytes(typed ? { kind, apiVersion, ...rest } : rest)
  }
  return spliceObject(bytes, typed ? { apiVersion: apiVersionOf(definition), kind: definition.kind } : undefined, revision)
}

/** One event of a watch, a line. `columns` says whether a Table names its columns: only the first event does. */
export function renderFrame(renderer: Renderer, definition: ResourceDefinition, frame: WatchFrame, form: Representation, include: IncludeObject, columns: boolean): Uint8Array {
  if (frame.kind === 'error') return event('ERROR', jsonBytes(frame.status))
  if (frame.kind === 'bookmark') return event('BOOKMARK', jsonBytes(bookmark(definition, frame, form)))
  if (form.as === 'object') return event(frame.type, showBytes(renderer, definition, frame.bytes, frame.revision, true))
  const decoded = renderer.storage.decode(definition, { value: frame.bytes, revision: frame.revision })
  // Deleted objects are shown at the version of their deletion, not at that of their bytes.
  const object = { ...decoded, metadata: { ...metadataOf(decoded), resourceVersion: String(frame.revision) } }
  if (form.as === 'Table') {
    return event(frame.type, jsonBytes(table(definition, form.version, { resourceVersion: String(frame.revision) }, [object], include, renderer.nowMs(), columns)))
  }
  return event(frame.type, jsonBytes(partial(object, form.version)))
}

function event(type: string, object: Uint8Array): Uint8Array {
  const head = encoder.encode(`{"type":"${type}","object":`)
  const line = new Uint8Array(head.length + object.length + 2)
  line.set(head, 0)
  line.set(object, head.length)
  line.set([0x7d, 0x0a], head.length + object.length)
  return line
}

function bookmark(definition: ResourceDefinition, frame: WatchFrame & { kind: 'bookmark' }, form: Representation): JsonObject {
  const metadata: JsonObject = {
    resourceVersion: String(frame.revision), creationTimestamp: null,
    ...(frame.initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  }
  if (form.as === 'PartialObjectMetadata' || form.as === 'PartialObjectMetadataList') return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${form.version}`, metadata }
  if (form.as === 'Table') return { kind: 'Table', apiVersion: `meta.k8s.io/${form.version}`, metadata, columnDefinitions: [], rows: [] }
  return { kind: definition.kind, apiVersion: apiVersionOf(definition), metadata }
}

const versionOf = (object: JsonObject): Json => metadataOf(object)['resourceVersion'] ?? ''

function partial(object: JsonObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: metadataOf(object) }
}

function table(
  definition: ResourceDefinition, version: string, metadata: JsonObject, objects: readonly JsonObject[], include: IncludeObject, nowMs: number, columns: boolean,
): JsonObject {
  const definitions = columns ? definition.columns.map((column) => ({ ...column, description: column.name })) : null
  const rows = objects.map((object) => {
    const cells = definition.cells(object, nowMs)
    if (include === 'None') return { cells, object: null }
    return { cells, object: include === 'Object' ? object : partial(object, version) }
  })
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: definitions, rows }
}

const internalName = (definition: ResourceDefinition): string => `${definition.group === '' ? 'core' : definition.group.split('.')[0]}.${definition.kind}`

/** JSON text as YAML. */
export function yamlOf(json: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(new TextDecoder().decode(json))
  return encoder.encode(dump(value, { noRefs: true, lineWidth: -1 }))
}
