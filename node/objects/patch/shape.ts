// The shape of a value as patches need it: is it a struct with known fields, a map, a list, and how are its parts told
// apart. Values without a schema are deduced: maps are merged, lists are replaced whole.
import { isObject } from '../encoding.ts'
import { definitionOfType, knownDefinition } from '../fields.ts'
import type { Definition, FieldFacts, FieldType, Scalar } from '../fields.ts'
import type { Json } from '../json.ts'

export type Shape =
  | { readonly kind: 'struct'; readonly definition: Definition; readonly isAtomic: boolean }
  | { readonly kind: 'map'; readonly of: Shape; readonly isAtomic: boolean }
  | { readonly kind: 'list'; readonly of: Shape; readonly listType: 'atomic' | 'set' | 'map'; readonly keys: readonly string[] }
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'untyped' }

const untyped: Shape = { kind: 'untyped' }

/** The shape of a whole object; undefined names one without a schema. */
export const rootShape = (definition: string | undefined): Shape => (definition === undefined ? untyped : { kind: 'struct', definition: knownDefinition(definition), isAtomic: false })

function shapeOfType(type: FieldType, field: FieldFacts | undefined): Shape {
  const isAtomic = field?.mapType === 'atomic'
  switch (type.kind) {
    case 'array': return { kind: 'list', of: shapeOfType(type.of, undefined), listType: field?.listType === 'set' || field?.listType === 'map' ? field.listType : 'atomic', keys: field?.listMapKeys ?? [] }
    case 'map': return { kind: 'map', of: shapeOfType(type.of, undefined), isAtomic }
    case 'scalar': return ['any', 'object', 'RawExtension'].includes(type.scalar) ? untyped : { kind: 'scalar', scalar: type.scalar }
    case 'object': {
      const definition = definitionOfType(type)
      if (definition === undefined) return untyped
      if (definition.scalar !== undefined) return { kind: 'scalar', scalar: definition.scalar }
      return definition.fields.size === 0 ? untyped : { kind: 'struct', definition, isAtomic: isAtomic || definition.mapType === 'atomic' }
    }
  }
}

const shapes = new WeakMap<FieldFacts, Shape>()

/** The shape of a field of a struct. */
export function shapeOfField(field: FieldFacts): Shape {
  const known = shapes.get(field)
  if (known !== undefined) return known
  const shape = shapeOfType(field.type, field)
  shapes.set(field, shape)
  return shape
}

/** The shape of the value under a name, or undefined when a struct has no such field. */
export function shapeUnder(shape: Shape, name: string): Shape | undefined {
  switch (shape.kind) {
    case 'struct': {
      const field = shape.definition.fields.get(name)
      return field === undefined ? undefined : shapeOfField(field)
    }
    case 'map': return shape.of
    default: return untyped
  }
}

/** Whether the value is owned and replaced as a whole. */
export function isLeaf(shape: Shape, value: Json | undefined): boolean {
  switch (shape.kind) {
    case 'struct': case 'map': return shape.isAtomic || !isObject(value)
    case 'list': return shape.listType === 'atomic' || !Array.isArray(value)
    case 'scalar': return true
    case 'untyped': return !isObject(value)
  }
}

/** The element of a FieldsV1 path for an item of a list, or the message of an item without its keys. */
export function itemElement(shape: Shape & { readonly kind: 'list' }, item: Json): { readonly element: string } | { readonly missing: string } {
  if (shape.listType === 'set') return { element: `v:${JSON.stringify(item)}` }
  const keys: { [key: string]: Json } = {}
  for (const key of [...shape.keys].sort()) {
    const field = shape.of.kind === 'struct' ? shape.of.definition.fields.get(key) : undefined
    const own = isObject(item) ? item[key] : undefined
    const value = own ?? (field?.required === true && field.default === '' ? undefined : field?.default)
    if (value === undefined || value === null) return { missing: key }
    keys[key] = value
  }
  return { element: `k:${JSON.stringify(keys)}` }
}
