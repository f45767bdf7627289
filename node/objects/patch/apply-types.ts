// Checks an applied configuration against the schema, with the messages of the reference's apply, which differ from those
// of its decoding.
import { isObject } from '../encoding.ts'
import { elementText } from './field-set.ts'
import { itemElement, shapeUnder } from './shape.ts'
import type { Json } from '../json.ts'
import type { Shape } from './shape.ts'

/** Messages with their paths; none when the configuration fits. */
export function typeErrors(value: Json, shape: Shape, path = ''): readonly string[] {
  if (value === null) return []
  switch (shape.kind) {
    case 'untyped': return []
    case 'scalar': return scalarErrors(value, shape.scalar, path)
    case 'list': return Array.isArray(value) ? listErrors(value, shape, path) : [`${path}: expected list, got ${got(value)}`]
    case 'struct': case 'map': {
      if (!isObject(value)) return [`${path}: expected map, got ${got(value)}`]
      return Object.entries(value).flatMap(([name, inner]) => {
        const under = shapeUnder(shape, name)
        if (under === undefined) return [`${path}.${name}: field not declared in schema`]
        return inner === undefined ? [] : typeErrors(inner, under, `${path}.${name}`)
      })
    }
  }
}

const got = (value: Json): string => `&value.valueUnstructured{Value:${typeof value === 'string' ? JSON.stringify(value) : String(value)}}`

function scalarErrors(value: Json, scalar: string, path: string): readonly string[] {
  switch (scalar) {
    case 'string': case 'bytes': case 'Time': case 'MicroTime': return typeof value === 'string' ? [] : [`${path}: expected string, got ${got(value)}`]
    case 'bool': return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got ${got(value)}`]
    case 'int32': case 'int64': case 'double': return typeof value === 'number' ? [] : [`${path}: expected numeric (int or float), got ${got(value)}`]
    default: return []
  }
}

function listErrors(list: readonly Json[], shape: Shape & { readonly kind: 'list' }, path: string): readonly string[] {
  const seen = new Set<string>()
  return list.flatMap((item, at) => {
    if (shape.listType === 'atomic') return typeErrors(item, shape.of, `${path}[${at}]`)
    const key = itemElement(shape, item)
    if ('missing' in key) return [`${path}: element ${at}: associative list with keys has an element that omits key field ${JSON.stringify(key.missing)} (and doesn't have default value)`]
    const text = elementText(key.element)
    if (seen.has(key.element)) return [`${path}: duplicate entries for key ${text}`]
    seen.add(key.element)
    return typeErrors(item, shape.of, `${path}${text}`)
  })
}
