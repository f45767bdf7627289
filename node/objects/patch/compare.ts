// Which fields an object has, and which of them differ between two objects: the two questions that field management asks.
import { isEqual } from '../access.ts'
import { isObject } from '../encoding.ts'
import { FieldSet } from './field-set.ts'
import { isLeaf, itemElement, shapeUnder } from './shape.ts'
import type { Json } from '../json.ts'
import type { Shape } from './shape.ts'

/** The fields of an applied configuration. */
export function fieldsOf(value: Json | undefined, shape: Shape): FieldSet {
  const set = new FieldSet()
  collect(value, shape, set)
  return set
}

function collect(value: Json | undefined, shape: Shape, set: FieldSet): void {
  if (isLeaf(shape, value)) {
    set.isMember = true
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const under = shapeUnder(shape, name)
      if (inner === undefined || under === undefined) continue
      const node = set.grow(`f:${name}`)
      collect(inner, under, node)
      const isEmpty = inner === null || (isObject(inner) && Object.keys(inner).length === 0)
      if (isEmpty || shape.kind !== 'struct') node.isMember = true
    }
  } else if (Array.isArray(value) && shape.kind === 'list') {
    for (const item of value) {
      const key = itemElement(shape, item)
      if ('missing' in key) continue
      const node = set.grow(key.element)
      collect(item, shape.of, node)
      node.isMember = true
    }
  }
}

/** What became of the fields between two states of an object. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** Compares two states; undefined is a state in which the value is not there. */
export function compare(before: Json | undefined, after: Json | undefined, shape: Shape): Comparison {
  const result: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() }
  descend(before, after, shape, result)
  return result
}

function descend(before: Json | undefined, after: Json | undefined, shape: Shape, at: Comparison): void {
  const isSame = before !== undefined && after !== undefined && isEqual(before, after)
  if (isSame) return
  const bothDescend = !isLeaf(shape, after ?? before) && (before === undefined || before === null || !isLeaf(shape, before)) && (after === undefined || after === null || !isLeaf(shape, after))
  if (bothDescend) compareInside(before, after, shape, at)
  else if (before !== undefined && after !== undefined) at.modified.isMember = true
  if (before === undefined) at.added.isMember = true
  if (after === undefined) at.removed.isMember = true
}

function compareInside(before: Json | undefined, after: Json | undefined, shape: Shape, at: Comparison): void {
  const left = parts(before, shape)
  const right = parts(after, shape)
  for (const [element, part] of new Map([...left, ...right])) {
    const inner: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() }
    descend(left.get(element)?.value, right.get(element)?.value, part.shape, inner)
    for (const kind of ['added', 'modified', 'removed'] as const) if (!inner[kind].isEmpty()) at[kind].children.set(element, inner[kind])
  }
}

interface Part {
  readonly value: Json
  readonly shape: Shape
}

/** The parts of a struct, map or list by their path elements. */
export function parts(value: Json | undefined, shape: Shape): ReadonlyMap<string, Part> {
  const found = new Map<string, Part>()
  if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const under = shapeUnder(shape, name)
      if (inner !== undefined && under !== undefined) found.set(`f:${name}`, { value: inner, shape: under })
    }
  } else if (Array.isArray(value) && shape.kind === 'list') {
    for (const item of value) {
      const key = itemElement(shape, item)
      if ('element' in key) found.set(key.element, { value: item, shape: shape.of })
    }
  }
  return found
}
