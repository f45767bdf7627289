// Builds a kind's declaration: a kind's file says what is particular, this adds what all kinds share (names and columns
// from the generated table, metadata, separation of spec and status, generations). It does not know any kind by name.
import { required } from '../../protocol/base/assert.ts'
import { has, isEqual, numberIn, stringIn, withFields } from '../objects/access.ts'
import { decodeTyped } from '../objects/decode.ts'
import { metadataOf } from '../objects/encoding.ts'
import { dnsSubdomain } from '../objects/names.ts'
import { FieldErrors } from './field-errors.ts'
import { kindTable } from './generated/kind-table.ts'
import { ownKindTable } from './own-kinds.ts'
import { prepareNewMetadata, prepareUpdatedMetadata, validateMetadata, validateMetadataUpdate } from './metadata.ts'
import type { Json, JsonObject } from '../objects/json.ts'
import type { NameRule } from './metadata.ts'
import type { Column, ResourceDefinition, ResourceNames, StrategyContext } from './types.ts'

interface KindRow extends ResourceNames {
  readonly verbs: readonly string[]
  readonly columns: readonly Column[]
}

const rowOf = (key: string): KindRow => required(table.get(key), `the kind ${key}`)
const list = (text: string): readonly string[] => (text === '' ? [] : text.split(','))
const columnTypes = ['string', 'integer', 'number', 'boolean', 'date'] as const

function readTable(): ReadonlyMap<string, KindRow> {
  const kinds = new Map<string, KindRow>()
  let columns: Column[] = []
  for (const line of [...kindTable.split('\n'), ...ownKindTable.split('\n')]) {
    if (line.startsWith(' ')) {
      const [name = '', type = '', format = '', priority = '0'] = line.slice(2).split('\t')
      columns.push({ name, type: required(columnTypes.find((known) => known === type), `the column type ${type}`), format, priority: Number(priority) })
      continue
    }
    const [group = '', version = '', resource = '', singular = '', kind = '', namespaced = '', shortNames = '', categories = '', verbs = ''] = line.split('\t')
    columns = []
    kinds.set(`${group}/${version}/${resource}`, {
      group, version, resource, singular, kind, namespaced: namespaced === '1', shortNames: list(shortNames), categories: list(categories), verbs: list(verbs), columns,
    })
  }
  return kinds
}

const table = readTable()

/** What is particular about a kind. */
export interface KindSpec {
  /** `group/version/resource`, as in the generated table; the group is empty for core. */
  readonly key: string
  readonly definition: string
  readonly subresources?: readonly string[]
  readonly scale?: ResourceDefinition['scale']
  /** Names that the kind accepts; DNS subdomains unless said otherwise. */
  readonly nameRule?: NameRule
  /** The generation counts changes of everything but metadata and status. */
  readonly hasGeneration?: boolean
  /** Changes of annotations count as well. */
  readonly countsAnnotations?: boolean
  /** The main resource may set the status at creation (Nodes register with theirs). */
  readonly createsStatus?: boolean
  readonly defaults?: (object: JsonObject) => JsonObject
  /** After the shared preparation. */
  readonly prepare?: (object: JsonObject, old: JsonObject | undefined, context: StrategyContext) => JsonObject
  readonly validate?: (errors: FieldErrors, object: JsonObject, old: JsonObject | undefined, context: StrategyContext) => void
  readonly warnings?: ResourceDefinition['warnings']
  readonly allocations?: ResourceDefinition['allocations']
  readonly allocate?: ResourceDefinition['allocate']
  readonly cells: ResourceDefinition['cells']
  /** Whether the field selector knows metadata.namespace; two kinds of core do not. */
  readonly hasNamespaceLabel?: boolean
  readonly selectable?: (object: JsonObject) => { readonly [label: string]: string }
  readonly gracePeriodSeconds?: ResourceDefinition['gracePeriodSeconds']
  readonly defaultPropagation?: 'Background' | 'Orphan'
}

const unchanged = (object: JsonObject): JsonObject => object

/** Completes a kind's declaration. */
export function defineKind(spec: KindSpec): ResourceDefinition {
  const row = rowOf(spec.key)
  const nameRule = spec.nameRule ?? dnsSubdomain
  return {
    ...row,
    definition: spec.definition,
    subresources: spec.subresources ?? [],
    ...(spec.scale === undefined ? {} : { scale: spec.scale }),
    defaults: spec.defaults ?? unchanged,
    prepare: (object, old, context) => {
      const prepared = old === undefined ? prepareNew(spec, object, context) : prepareUpdate(spec, object, old, context)
      return spec.prepare === undefined ? prepared : spec.prepare(prepared, old, context)
    },
    validate: (object, old, context) => {
      const errors = new FieldErrors()
      validateMetadata(errors, object, row.namespaced, nameRule)
      if (old !== undefined) validateMetadataUpdate(errors, object, old)
      spec.validate?.(errors, object, old, context)
      return errors.list()
    },
    ...(spec.warnings === undefined ? {} : { warnings: spec.warnings }),
    ...(spec.allocations === undefined ? {} : { allocations: spec.allocations }),
    ...(spec.allocate === undefined ? {} : { allocate: spec.allocate }),
    cells: spec.cells,
    selectableFields: (object) => ({
      'metadata.name': stringIn(object, 'metadata', 'name'),
      ...(spec.hasNamespaceLabel === false ? {} : { 'metadata.namespace': stringIn(object, 'metadata', 'namespace') }),
      ...spec.selectable?.(object),
    }),
    ...(spec.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: spec.gracePeriodSeconds }),
    defaultPropagation: spec.defaultPropagation ?? 'Background',
  }
}

/** The status of a new object, as its definition writes it when nothing is set. */
function emptyStatus(spec: KindSpec): Json | undefined {
  const decoded = decodeTyped({}, spec.definition)
  return decoded.ok ? decoded.object.status : undefined
}

function prepareNew(spec: KindSpec, object: JsonObject, context: StrategyContext): JsonObject {
  const prepared = prepareNewMetadata(object, spec.hasGeneration === true, context)
  return spec.createsStatus === true ? prepared : withFields(prepared, { status: emptyStatus(spec) })
}

function prepareUpdate(spec: KindSpec, object: JsonObject, old: JsonObject, context: StrategyContext): JsonObject {
  const before = numberIn(old, 'metadata', 'generation')
  if (context.subresource === 'status') {
    const metadata = withFields(metadataOf(object), spec.scale === undefined ? {} : { labels: metadataOf(old).labels })
    const merged = withFields(old, { metadata, status: object.status, kind: object.kind, apiVersion: object.apiVersion })
    return prepareUpdatedMetadata(merged, old, before)
  }
  // What other subresources write (a binding, a scale) the server has made itself from the stored object.
  const isStatusSeparate = context.subresource === '' && (spec.subresources ?? []).includes('status')
  const kept = isStatusSeparate ? withFields(object, { status: old.status }) : object
  const annotations = (of: JsonObject): Json | undefined => (spec.countsAnnotations === true ? metadataOf(of).annotations : undefined)
  const isChanged = spec.hasGeneration === true && !(isEqual(content(kept), content(old)) && isEqual(annotations(kept), annotations(old)))
  return prepareUpdatedMetadata(kept, old, isChanged ? (before ?? 0) + 1 : before)
}

function content(object: JsonObject): JsonObject {
  return withFields(object, { metadata: undefined, status: undefined, kind: undefined, apiVersion: undefined })
}

/** The age cell's time. */
export const createdAt = (object: JsonObject): Json | undefined => metadataOf(object).creationTimestamp

/** Whether the object has asked to be deleted. */
export const isDeleting = (object: JsonObject): boolean => has(object, 'metadata', 'deletionTimestamp')
