// The field table: what every schema definition of release 1.32 says about its fields. One table serves decoding, strategic
// merge, server-side apply, defaults of the schema, explain and OpenAPI. It is data; what to do with it belongs elsewhere.
import { assert, required } from '../../protocol/base/assert.ts'
import { fieldTable } from './generated/field-table.ts'
import type { Json } from './json.ts'
import { ownFieldTable } from './own-fields.ts'

/** Types without fields of their own. `bytes` is base64 text in JSON. */
export type Scalar =
  | 'string' | 'int32' | 'int64' | 'bool' | 'double' | 'bytes' | 'object' | 'any'
  | 'Quantity' | 'IntOrString' | 'Time' | 'MicroTime' | 'RawExtension' | 'FieldsV1'

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'array'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'object'; readonly definition: string }

export interface FieldFacts {
  readonly name: string
  readonly type: FieldType
  /** Always written, also when it is empty. */
  readonly required: boolean
  readonly format: string
  /** The schema's default: a zero value of fields that are always written, or what completes the keys of map lists. */
  readonly default: Json | undefined
  readonly enum: readonly string[]
  /** How server-side apply merges a list; lists without it are atomic. */
  readonly listType: 'atomic' | 'set' | 'map' | ''
  readonly listMapKeys: readonly string[]
  readonly mapType: 'atomic' | 'granular' | ''
  /** Key and strategies of a strategic merge patch. */
  readonly mergeKey: string
  readonly strategies: readonly string[]
}

export interface Definition {
  readonly name: string
  /** Set when the whole definition is one scalar. */
  readonly scalar: Scalar | undefined
  /** group/version/kind of the kinds that it describes. */
  readonly kinds: readonly string[]
  /** Apply replaces an atomic struct as a whole. */
  readonly mapType: 'atomic' | 'granular' | ''
  readonly fields: ReadonlyMap<string, FieldFacts>
}

const scalars: readonly string[] = [
  'string', 'int32', 'int64', 'bool', 'double', 'bytes', 'object', 'any',
  'Quantity', 'IntOrString', 'Time', 'MicroTime', 'RawExtension', 'FieldsV1',
] satisfies Scalar[]
const isScalar = (text: string): text is Scalar => scalars.includes(text)
const long = (text: string): string => text.replace('~', 'io.k8s.api.').replace('^', 'io.k8s.apimachinery.pkg.apis.meta.')
const list = (text: string): readonly string[] => (text === '' ? [] : text.split(','))

const types = new Map<string, FieldType>()

function typeOf(text: string): FieldType {
  const known = types.get(text)
  if (known !== undefined) return known
  const type = parseType(text)
  types.set(text, type)
  return type
}

function parseType(text: string): FieldType {
  if (text.startsWith('array-of ')) return { kind: 'array', of: typeOf(text.slice('array-of '.length)) }
  if (text.startsWith('map-of ')) return { kind: 'map', of: typeOf(text.slice('map-of '.length)) }
  if (isScalar(text)) return { kind: 'scalar', scalar: text }
  return { kind: 'object', definition: long(text) }
}

function oneOf<T extends string>(text: string, ...values: readonly T[]): T | '' {
  const value = values.find((candidate) => candidate === text)
  assert(value !== undefined || text === '', `the field table knows no ${text}`)
  return value ?? ''
}

function fieldOf(line: string): FieldFacts {
  const [name = '', type = '', always = '', format = '', initial = '', values = '', listType = '', keys = '', mapType = '', mergeKey = '', strategies = ''] = line.split('\t')
  const initialValue: Json | undefined = initial === '' ? undefined : JSON.parse(initial)
  return {
    name, type: typeOf(type), required: always === '1', format, default: initialValue, enum: list(values),
    listType: oneOf(listType, 'atomic', 'set', 'map'), listMapKeys: list(keys), mapType: oneOf(mapType, 'atomic', 'granular'),
    mergeKey, strategies: list(strategies),
  }
}

function readTable(): ReadonlyMap<string, Definition> {
  const definitions = new Map<string, Definition>()
  let fields = new Map<string, FieldFacts>()
  for (const line of [...fieldTable.split('\n'), ...ownFieldTable.split('\n')]) {
    if (line.startsWith(' ')) {
      const field = fieldOf(line.slice(1))
      fields.set(field.name, field)
      continue
    }
    const [name = '', scalar = '', kinds = '', mapType = ''] = line.split('\t')
    fields = new Map()
    const full = long(name)
    definitions.set(full, { name: full, scalar: isScalar(scalar) ? scalar : undefined, kinds: list(kinds), mapType: oneOf(mapType, 'atomic', 'granular'), fields })
  }
  return definitions
}

const definitions = readTable()

/** The definition of that full name (`io.k8s.api.core.v1.Pod`), or undefined. */
export function definitionOf(name: string): Definition | undefined {
  return definitions.get(name)
}

/** The definition that must be there: a name from the table or from a kind's file. */
export function knownDefinition(name: string): Definition {
  return required(definitions.get(name), `the definition ${name}`)
}

/** All definitions, for explain and OpenAPI. */
export function allDefinitions(): Iterable<Definition> {
  return definitions.values()
}

/** The definition that describes a kind, or undefined. */
export function definitionOfKind(group: string, version: string, kind: string): Definition | undefined {
  return byKind.get(`${group}/${version}/${kind}`)
}

const byKind = new Map<string, Definition>()
for (const definition of definitions.values()) {
  if (definition.kinds.length === 1) byKind.set(definition.kinds[0] ?? '', definition)
}

/** A field's type as the definition that describes it, or undefined for scalars, lists and maps. */
export function definitionOfType(type: FieldType): Definition | undefined {
  return type.kind === 'object' ? knownDefinition(type.definition) : undefined
}
