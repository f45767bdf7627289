// All objects of one path, live: a list, then a watch from its version on, and again from the list when the watch is lost. Who
// shows it subscribes; the watch ends some seconds after the last has left. Changes are told in bundles, a few times a second.
import { useEffect, useReducer } from 'preact/hooks'
import { ask, read, Refused } from './api.ts'
import type { Item } from './objects.ts'

/** Changes within this time are shown together. */
const bundleMs = 150
/** A collection nobody shows stays live this long, since people go back and forth. */
const lingerMs = 10_000
const firstRetryMs = 500
const longestRetryMs = 8_000

interface List<T> {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly T[]
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export class Collection<T extends Item> {
  readonly #path: string
  readonly #items = new Map<string, T>()
  readonly #listeners = new Set<() => void>()
  #sorted: readonly T[] | undefined
  #stop: AbortController | undefined
  #bundle: number | undefined
  #linger: number | undefined
  /** The first list has come. */
  loaded = false
  /** Why it is not live, in the server's words; empty while it is. */
  trouble = ''
  /** The server does not know this kind, or the user may not read it. */
  refused: Refused | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** By namespace and name; the same array until something changes. */
  get items(): readonly T[] {
    return this.#sorted ??= [...this.#items.values()].sort((a, b) => order(a, b))
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    clearTimeout(this.#linger)
    if (this.#stop === undefined) void this.#run(this.#stop = new AbortController())
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#linger = setTimeout(() => this.close(), lingerMs)
    }
  }

  close(): void {
    this.#stop?.abort()
    this.#stop = undefined
  }

  async #run({ signal }: AbortController): Promise<void> {
    for (let waitMs = firstRetryMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      try {
        const version = await this.#list(signal)
        waitMs = firstRetryMs
        await this.#watch(version, signal)
        continue
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof Refused && [401, 403, 404].includes(error.code)) {
          this.refused = error
          this.loaded = true
          this.#stop = undefined
          this.#tell()
          return
        }
        this.trouble = error instanceof Refused ? error.message : 'no peer answers at this address'
        this.#tell()
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const list = await read<List<T>>(this.#path, signal)
    this.#items.clear()
    for (const item of list.items) this.#items.set(item.metadata.uid, item)
    this.loaded = true
    this.trouble = ''
    this.refused = undefined
    this.#tell()
    return list.metadata.resourceVersion
  }

  /** Ends when the server ends the watch. */
  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const mark = this.#path.includes('?') ? '&' : '?'
    const answer = await ask(`${this.#path}${mark}watch=true&allowWatchBookmarks=true&resourceVersion=${version}`, { signal })
    if (answer.body === null) return
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '' && !this.#take(JSON.parse(line) as WatchEvent<T>)) return
    }
  }

  /** False when the watch must begin anew. */
  #take({ type, object }: WatchEvent<T>): boolean {
    if (type === 'ERROR') return false
    if (type === 'BOOKMARK') return true
    if (type === 'DELETED') this.#items.delete(object.metadata.uid)
    else this.#items.set(object.metadata.uid, object)
    this.#tell()
    return true
  }

  #tell(): void {
    this.#sorted = undefined
    this.#bundle ??= setTimeout(() => {
      this.#bundle = undefined
      for (const listener of [...this.#listeners]) listener()
    }, bundleMs)
  }
}

function order(a: Item, b: Item): number {
  const [first, second] = [a.metadata.namespace ?? '', b.metadata.namespace ?? '']
  if (first !== second) return first < second ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0
}

const known = new Map<string, Collection<Item>>()

/** The collection of a path, made when first asked for. */
function collection<T extends Item>(path: string): Collection<T> {
  const found = known.get(path) ?? new Collection<Item>(path)
  known.set(path, found)
  return found as Collection<T>
}

/** Forgets everything, for another user. */
export function closeCollections(): void {
  for (const one of known.values()) one.close()
  known.clear()
}

/** The live collection of a path; the component is drawn again when it changes. */
export function useCollection<T extends Item>(path: string): Collection<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const found = collection<T>(path)
  useEffect(() => found.subscribe(() => redraw(undefined)), [found])
  return found
}
