// Sets of fields, as managedFields keep them: a tree whose nodes are members or only on the way to members. The JSON form
// is FieldsV1 of the Kubernetes API reference: `f:` a field, `k:` an item by its keys, `v:` an item of a set, `.` the node itself.
import { isObject } from '../encoding.ts'
import type { Json, JsonObject } from '../json.ts'

/** A node of the tree. Nodes are never changed once they are shared: every operation answers a new tree. */
export class FieldSet {
  isMember = false
  readonly children = new Map<string, FieldSet>()

  isEmpty(): boolean {
    return !this.isMember && this.children.size === 0
  }

  child(element: string): FieldSet | undefined {
    return this.children.get(element)
  }

  /** The node at the element, made when it is missing. */
  grow(element: string): FieldSet {
    let node = this.children.get(element)
    if (node === undefined) {
      node = new FieldSet()
      this.children.set(element, node)
    }
    return node
  }
}

/** Combines two trees, node by node. */
function combine(left: FieldSet | undefined, right: FieldSet | undefined, keeps: (left: boolean, right: boolean) => boolean): FieldSet {
  const result = new FieldSet()
  result.isMember = keeps(left?.isMember ?? false, right?.isMember ?? false)
  for (const element of new Set([...(left?.children.keys() ?? []), ...(right?.children.keys() ?? [])])) {
    const node = combine(left?.child(element), right?.child(element), keeps)
    if (!node.isEmpty()) result.children.set(element, node)
  }
  return result
}

export const union = (left: FieldSet, right: FieldSet): FieldSet => combine(left, right, (a, b) => a || b)
export const difference = (left: FieldSet, right: FieldSet): FieldSet => combine(left, right, (a, b) => a && !b)
export const intersection = (left: FieldSet, right: FieldSet): FieldSet => combine(left, right, (a, b) => a && b)

/** The set without the members and everything below them. */
export function withoutTrees(set: FieldSet, roots: FieldSet): FieldSet {
  if (roots.isMember) return new FieldSet()
  const result = new FieldSet()
  result.isMember = set.isMember
  for (const [element, node] of set.children) {
    const root = roots.child(element)
    const kept = root === undefined ? node : withoutTrees(node, root)
    if (!kept.isEmpty()) result.children.set(element, kept)
  }
  return result
}

export const isSameSet = (left: FieldSet, right: FieldSet): boolean => combine(left, right, (a, b) => a !== b).isEmpty()

/** The tree of a FieldsV1 value. */
export function parseFields(fields: Json | undefined): FieldSet {
  const set = new FieldSet()
  if (!isObject(fields)) return set
  for (const [element, inner] of Object.entries(fields)) {
    if (element === '.') {
      set.isMember = true
      continue
    }
    const node = parseFields(inner)
    if (node.isEmpty()) node.isMember = true
    set.children.set(canonical(element), node)
  }
  return set
}

/** Keys and values are compared as JSON, whatever the spacing and the order of the text. */
function canonical(element: string): string {
  if (!element.startsWith('k:')) return element
  const keys: Json = JSON.parse(element.slice(2))
  return isObject(keys) ? `k:${JSON.stringify(Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))))}` : element
}

/** The FieldsV1 value of a tree; a member without children is an empty object. */
export function formatFields(set: FieldSet): JsonObject {
  const entries: (readonly [string, Json])[] = []
  for (const [element, node] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const inner = formatFields(node)
    entries.push([element, node.isMember && node.children.size > 0 ? { '.': {}, ...inner } : inner])
  }
  return Object.fromEntries(entries)
}

/** The members as paths of messages: `.spec.ports[port=80,protocol="TCP"].name`. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  const paths: string[] = set.isMember ? [prefix] : []
  for (const [element, node] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) paths.push(...pathsOf(node, prefix + elementText(element)))
  return paths
}

/** One element of a path, as messages print it. */
export function elementText(element: string): string {
  const text = element.slice(2)
  switch (element.slice(0, 2)) {
    case 'f:': return `.${text}`
    case 'v:': return `[=${text}]`
    case 'k:': {
      const keys: Json = JSON.parse(text)
      return `[${Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
    }
    default: return `[${text}]`
  }
}
