// The two changes that an apply makes to an object: its configuration is merged in, and fields that nobody owns any more go.
import { isObject } from '../encoding.ts'
import { FieldSet } from './field-set.ts'
import { isLeaf, itemElement, shapeUnder } from './shape.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Shape } from './shape.ts'

/** The live value with the configuration merged in; leaves of the configuration win. */
export function mergeApplied(live: Json | undefined, applied: Json, shape: Shape): JsonObject {
  const merged = mergeValue(live, applied, shape)
  return isObject(merged) ? merged : {}
}

function mergeValue(live: Json | undefined, applied: Json, shape: Shape): Json {
  if (live === undefined || live === null || isLeaf(shape, applied) || isLeaf(shape, live)) return applied
  if (Array.isArray(live) && Array.isArray(applied) && shape.kind === 'list') return mergeItems(live, applied, shape)
  if (!isObject(live) || !isObject(applied)) return applied
  const merged = new Map<string, Json | undefined>(Object.entries(live))
  for (const [name, value] of Object.entries(applied)) {
    const under = shapeUnder(shape, name)
    if (value !== undefined && under !== undefined) merged.set(name, mergeValue(merged.get(name), value, under))
  }
  return Object.fromEntries(merged)
}

type ListShape = Shape & { readonly kind: 'list' }

function byElement(list: readonly Json[], shape: ListShape): Map<string, Json> {
  const items = new Map<string, Json>()
  for (const item of list) {
    const key = itemElement(shape, item)
    if ('element' in key) items.set(key.element, item)
  }
  return items
}

/** Items of both lists: the applied order holds for what is applied, the others stay where they are between them. */
function mergeItems(live: readonly Json[], applied: readonly Json[], shape: ListShape): readonly Json[] {
  const left = byElement(live, shape)
  const right = byElement(applied, shape)
  const [lefts, rights] = [[...left.keys()], [...right.keys()]]
  const shared = rights.filter((element) => left.has(element))
  const done = new Set<string>()
  const merged: Json[] = []
  const take = (element: string): void => {
    const own = right.get(element)
    if (own === undefined) return
    merged.push(mergeValue(left.get(element), own, shape.of))
    done.add(element)
    if (shared[0] === element) shared.shift()
  }
  let [atLeft, atRight] = [0, 0]
  while (atLeft < lefts.length || atRight < rights.length) {
    const [mine, theirs] = [lefts[atLeft], rights[atRight]]
    if (mine !== undefined && mine === theirs) {
      take(mine)
      atLeft += 1
      atRight += 1
    } else if (mine !== undefined && (done.has(mine) || (theirs !== undefined && right.has(mine) && shared[0] !== undefined && shared[0] !== mine))) {
      atLeft += 1
    } else if (mine !== undefined && !right.has(mine)) {
      merged.push(left.get(mine) ?? null)
      atLeft += 1
    } else if (theirs !== undefined) {
      take(theirs)
      atRight += 1
    } else {
      atLeft += 1
    }
  }
  return merged
}

/** The value without what `gone` names and `kept` does not; undefined when nothing of it is left. */
export function removeFields(value: Json, shape: Shape, gone: FieldSet, kept: FieldSet): Json {
  if (Array.isArray(value) && shape.kind === 'list') {
    return value.flatMap((item) => {
      const key = itemElement(shape, item)
      if (!('element' in key)) return [item]
      const inner = gone.child(key.element)
      if (inner === undefined) return [item]
      const keeper = kept.child(key.element)
      return keeper === undefined ? [] : [removeFields(item, shape.of, inner, keeper)]
    })
  }
  if (!isObject(value) || isLeaf(shape, value)) return value
  const result = new Map<string, Json | undefined>(Object.entries(value))
  for (const [element, inner] of gone.children) {
    const name = element.slice('f:'.length)
    const own = result.get(name)
    const under = shapeUnder(shape, name)
    if (!element.startsWith('f:') || own === undefined || under === undefined) continue
    const keeper = kept.child(element)
    if (keeper === undefined) result.delete(name)
    else result.set(name, removeFields(own, under, inner, keeper))
  }
  return Object.fromEntries(result)
}
