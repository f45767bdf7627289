// An informer keeps a copy of all objects of a kind: it lists once, then watches, resumes where a watch ended, and lists
// again when history no longer reaches back (410). Consumers read the copy and hear of changes; they never poll.
// It hands out shared objects; `freeze` makes a change of one throw, which tests use.
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Client, ListOptions, ResourceClient } from './client.ts'
import { isExpired } from './errors.ts'
import { listPageObjects, relistBackoffBaseMs, relistBackoffMostMs } from './limits.ts'
import { type Change, type IndexFunction, ObjectCache } from './object-cache.ts'
import type { ResourceType } from './resource-types.ts'
import type { ApiObject } from './types.ts'

export interface InformerDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

export interface InformerOptions {
  /** Only these objects. */
  readonly narrow?: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>
  /** Start from the local copy (`resourceVersion=0`) instead of asking a majority. */
  readonly fromLocalCopy?: boolean
  /** Freeze every object deeply. */
  readonly freeze?: boolean
}

export type ChangeListener<T> = (change: Change<T>) => void

/** See the head of this file. */
export class Informer<T extends ApiObject> {
  readonly type: ResourceType<T>
  readonly cache = new ObjectCache<T>()
  readonly #client: ResourceClient<T>
  readonly #deps: InformerDeps
  readonly #options: InformerOptions
  readonly #listeners = new Set<ChangeListener<T>>()
  #abort: AbortController | undefined
  #running: Promise<void> = Promise.resolve()
  #synced = false
  #waiters: (() => void)[] = []
  #version = ''

  constructor(deps: InformerDeps, type: ResourceType<T>, options: InformerOptions = {}) {
    this.type = type
    this.#deps = deps
    this.#client = deps.client.resource(type)
    this.#options = options
  }

  /** Whether the first list is in. */
  hasSynced(): boolean {
    return this.#synced
  }

  /** Resolves when the first list is in, or the signal ends the wait. */
  whenSynced(signal?: AbortSignal): Promise<void> {
    if (this.#synced || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Hears of every change from now on; the answer ends it. What is already known comes as `added` at once. */
  onChange(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener)
    for (const object of this.cache.list()) listener({ kind: 'added', object, previous: undefined })
    return () => this.#listeners.delete(listener)
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    this.cache.addIndex(name, of)
  }

  /** The caller has written this object through the API. */
  assume(object: T): void {
    this.#tell(this.cache.assume(this.#sealed(object)))
  }

  /** The caller has deleted this object through the API, and it is gone. */
  assumeDeleted(key: string, uid: string | undefined): void {
    this.#tell(this.cache.assumeDeleted(key, uid))
  }

  /** Begins to list and watch; once only until stopped. */
  start(): void {
    if (this.#abort !== undefined) return
    this.#abort = new AbortController()
    this.#running = this.#run(this.#abort.signal)
  }

  async stop(): Promise<void> {
    this.#abort?.abort()
    await this.#running
    this.#abort = undefined
    this.#synced = false
    this.#version = ''
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        if (this.#version === '') await this.#list(signal)
        failures = 0
        await this.#watch(signal)
      } catch (error) {
        if (signal.aborted) return
        failures++
        this.#failed(error, failures)
        await this.#pause(failures, signal)
      }
    }
  }

  #failed(error: unknown, failures: number): void {
    if (isExpired(error)) {
      this.#version = ''
      return
    }
    this.#deps.logger.debug('an informer starts again', { resource: this.type.resource, failures, error })
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects: T[] = []
    let version = ''
    let continueToken = ''
    do {
      const from = continueToken === '' && this.#options.fromLocalCopy === true ? { resourceVersion: '0' } : {}
      const page = await this.#client.list({ ...this.#options.narrow, ...from, limit: listPageObjects, continueToken }, signal)
      for (const item of page.items) objects.push(this.#sealed(this.#withType(item)))
      version = page.resourceVersion
      continueToken = page.continueToken
    } while (continueToken !== '')
    signal.throwIfAborted()
    this.#version = version
    for (const change of this.cache.replace(objects, Number(version))) this.#tell(change)
    this.#synced = true
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for await (const event of this.#client.watch({ ...this.#options.narrow, resourceVersion: this.#version }, signal)) {
      if (signal.aborted) return
      this.#version = event.object.metadata.resourceVersion ?? this.#version
      if (event.type === 'BOOKMARK') {
        this.cache.observeVersion(Number(this.#version))
        continue
      }
      // The server answers the kind that the path names.
      const object = this.#sealed(this.#withType(event.object as T))
      this.#tell(event.type === 'DELETED' ? this.cache.observeDeleted(object) : this.cache.observe(object))
    }
  }

  /** Items of a list carry no kind of their own. */
  #withType(object: T): T {
    if (object.kind !== undefined) return object
    const { group, version, kind } = this.type
    return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind }
  }

  #sealed(object: T): T {
    return this.#options.freeze === true ? deepFreeze(object) : object
  }

  #tell(change: Change<T> | undefined): void {
    if (change === undefined) return
    for (const listener of this.#listeners) listener(change)
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const delayMs = Math.min(relistBackoffMostMs, relistBackoffBaseMs * 2 ** Math.min(failures - 1, 10))
    await new Promise<void>((resolve) => {
      const timer = this.#deps.clock.after(delayMs, resolve)
      signal.addEventListener('abort', () => {
        timer.cancel()
        resolve()
      }, { once: true })
    })
  }
}

/** Freezes a JSON value through and through. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
