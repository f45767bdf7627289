// The objects that an informer knows, by key, with indexes. It is also told what its owner has just written, so that a
// control loop reads its own writes before the watch repeats them. Versions decide: an older one never replaces a newer one.
// Objects in it are shared by all readers and must not be changed.
import type { ApiObject } from './types.ts'

/** `namespace/name`, or `name` for what lives in no namespace. */
export function keyOf(object: { readonly metadata: { readonly name?: string | undefined; readonly namespace?: string | undefined } }): string {
  const { namespace, name } = object.metadata
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name ?? ''}`
}

/** The two halves of a key. */
export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** A resourceVersion as the number that it is in this API; 0 when absent. */
export function versionOf(object: ApiObject): number {
  return Number(object.metadata.resourceVersion ?? 0)
}

/** Answers under which values an object is found. */
export type IndexFunction<T> = (object: T) => readonly string[]

export type Change<T> =
  | { readonly kind: 'added'; readonly object: T; readonly previous: undefined }
  | { readonly kind: 'updated'; readonly object: T; readonly previous: T }
  | { readonly kind: 'deleted'; readonly object: T; readonly previous: T }

/** See the head of this file. All mutators answer the change that they made, if any. */
export class ObjectCache<T extends ApiObject> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, { readonly of: IndexFunction<T>; readonly keys: Map<string, Set<string>> }>()
  /** uids that the owner deleted and whose last event is still to come. */
  readonly #gone = new Set<string>()
  #seenVersion = 0

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(): readonly T[] {
    return [...this.#objects.values()]
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()]
  }

  /** Adds an index; the same name twice keeps the first. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return
    const index = { of, keys: new Map<string, Set<string>>() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) insert(index.keys, of(object), key)
  }

  /** The objects that the index files under `value`. */
  byIndex(name: string, value: string): readonly T[] {
    const keys = this.#indexes.get(name)?.keys.get(value)
    if (keys === undefined) return []
    const found: T[] = []
    for (const key of keys) {
      const object = this.#objects.get(key)
      if (object !== undefined) found.push(object)
    }
    return found
  }

  /** The watch shows an object. */
  observe(object: T): Change<T> | undefined {
    this.#seenVersion = Math.max(this.#seenVersion, versionOf(object))
    if (this.#gone.has(object.metadata.uid ?? '')) return undefined
    return this.#put(object)
  }

  /** The watch shows that an object is gone. */
  observeDeleted(object: T): Change<T> | undefined {
    this.#seenVersion = Math.max(this.#seenVersion, versionOf(object))
    this.#gone.delete(object.metadata.uid ?? '')
    const key = keyOf(object)
    const known = this.#objects.get(key)
    // A new object of the same name that we wrote ourselves must survive the end of its predecessor.
    if (known === undefined || known.metadata.uid !== object.metadata.uid) return undefined
    return this.#remove(key, known, object)
  }

  /** Everything up to this version has been shown. */
  observeVersion(version: number): void {
    this.#seenVersion = Math.max(this.#seenVersion, version)
  }

  /** The owner has written this object: it counts from now on, unless the watch is already further. */
  assume(object: T): Change<T> | undefined {
    if (versionOf(object) <= this.#seenVersion) return undefined
    return this.#put(object)
  }

  /** The owner has deleted the object with this uid: it is gone from now on. */
  assumeDeleted(key: string, uid: string | undefined): Change<T> | undefined {
    const known = this.#objects.get(key)
    if (known === undefined || known.metadata.uid !== uid) return undefined
    if (uid !== undefined) this.#gone.add(uid)
    return this.#remove(key, known, known)
  }

  /** A whole new list at `version`; answers all that changed. */
  replace(objects: readonly T[], version: number): readonly Change<T>[] {
    this.#seenVersion = Math.max(this.#seenVersion, version)
    this.#gone.clear()
    const changes: Change<T>[] = []
    const fresh = new Set<string>()
    for (const object of objects) {
      fresh.add(keyOf(object))
      const change = this.#put(object)
      if (change !== undefined) changes.push(change)
    }
    for (const [key, known] of this.#objects) {
      if (!fresh.has(key) && versionOf(known) <= version) changes.push(this.#remove(key, known, known))
    }
    return changes
  }

  #put(object: T): Change<T> | undefined {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (previous !== undefined && versionOf(previous) >= versionOf(object)) return undefined
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (previous !== undefined) remove(index.keys, index.of(previous), key)
      insert(index.keys, index.of(object), key)
    }
    return previous === undefined ? { kind: 'added', object, previous } : { kind: 'updated', object, previous }
  }

  #remove(key: string, known: T, last: T): Change<T> {
    this.#objects.delete(key)
    for (const index of this.#indexes.values()) remove(index.keys, index.of(known), key)
    return { kind: 'deleted', object: last, previous: known }
  }
}

function insert(index: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const keys = index.get(value)
    if (keys === undefined) index.set(value, new Set([key]))
    else keys.add(key)
  }
}

function remove(index: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const keys = index.get(value)
    keys?.delete(key)
    if (keys?.size === 0) index.delete(value)
  }
}
