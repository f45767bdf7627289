// The typed client: builds the paths of the Kubernetes API for a kind and gives its answers their type.
// It adds nothing to the API's behaviour: no retries, no cache; errors are those of the transport.
import type { ObjectMeta } from '../objects/generated/meta-v1.ts'
import type { ApiObject, ApiRequest, ApiWatchEvent, Transport } from './types.ts'
import { groupVersion, type ResourceType } from './resource-types.ts'

/** Narrows a list or a watch. */
export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly limit?: number | undefined
  readonly continueToken?: string | undefined
}

export interface WatchOptions extends ListOptions {
  readonly timeoutSeconds?: number | undefined
}

export interface ObjectList<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  readonly continueToken: string
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  /** The delete is refused with a conflict unless the object still is this one. */
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
}

export type PatchType = 'application/merge-patch+json' | 'application/strategic-merge-patch+json' | 'application/json-patch+json' | 'application/apply-patch+yaml'

export interface Client {
  readonly transport: Transport
  resource<T extends ApiObject>(type: ResourceType<T>): ResourceClient<T>
}

/** A client over any transport. */
export function createClient(transport: Transport): Client {
  return { transport, resource: (type) => new ResourceClient(transport, type) }
}

/** The requests of one kind. Methods reject with ApiError. */
export class ResourceClient<T extends ApiObject> {
  readonly type: ResourceType<T>
  readonly #transport: Transport

  constructor(transport: Transport, type: ResourceType<T>) {
    this.#transport = transport
    this.type = type
  }

  /** The path of the kind, in a namespace, of an object, of its subresource. */
  path(namespace: string | undefined, name?: string, subresource?: string): string {
    const { type } = this
    const root = type.group === '' ? '/api' : '/apis'
    const inNamespace = type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
    const ofName = name === undefined ? '' : `/${encodeURIComponent(name)}`
    return `${root}/${groupVersion(type)}${inNamespace}/${type.resource}${ofName}${subresource === undefined ? '' : `/${subresource}`}`
  }

  async get(name: string, namespace?: string, signal?: AbortSignal): Promise<T> {
    return this.#object(await this.#transport.send({ method: 'GET', path: this.path(namespace, name) }, signal))
  }

  async list(options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectList<T>> {
    const answer = await this.#transport.send({ method: 'GET', path: this.path(options.namespace), query: queryOf(options) }, signal)
    return this.#list(answer)
  }

  /** Changes from `options.resourceVersion` on, with bookmarks. */
  watch(options: WatchOptions, signal: AbortSignal): AsyncIterable<ApiWatchEvent> {
    const query = { ...queryOf(options), watch: 'true', allowWatchBookmarks: 'true' }
    return this.#transport.watch({ method: 'GET', path: this.path(options.namespace), query }, signal)
  }

  create(object: T, signal?: AbortSignal): Promise<T> {
    return this.#write('POST', this.path(object.metadata.namespace), object, signal)
  }

  update(object: T, signal?: AbortSignal): Promise<T> {
    return this.#write('PUT', this.path(object.metadata.namespace, object.metadata.name), object, signal)
  }

  updateStatus(object: T, signal?: AbortSignal): Promise<T> {
    return this.#write('PUT', this.path(object.metadata.namespace, object.metadata.name, 'status'), object, signal)
  }

  /** A patch; merge patch unless `patchType` says otherwise. */
  async patch(
    name: string, namespace: string | undefined, body: unknown,
    options: { readonly subresource?: string; readonly patchType?: PatchType } = {}, signal?: AbortSignal,
  ): Promise<T> {
    const path = this.path(namespace, name, options.subresource)
    const contentType = options.patchType ?? 'application/merge-patch+json'
    return this.#object(await this.#transport.send({ method: 'PATCH', path, contentType, body: compact(body) }, signal))
  }

  /** Deletes; answers the object when it lives on for its grace period or finalizers, undefined when it is gone. */
  async delete(name: string, namespace?: string, options: DeleteOptions = {}, signal?: AbortSignal): Promise<T | undefined> {
    const answer = this.#object(await this.#transport.send({ method: 'DELETE', path: this.path(namespace, name), body: deleteBody(options) }, signal))
    return answer.kind !== 'Status' && livesOn(answer.metadata) ? answer : undefined
  }

  async deleteCollection(options: ListOptions = {}, deletion: DeleteOptions = {}, signal?: AbortSignal): Promise<void> {
    const request: ApiRequest = { method: 'DELETE', path: this.path(options.namespace), query: queryOf(options), body: deleteBody(deletion) }
    await this.#transport.send(request, signal)
  }

  /** Posts to a subresource, such as `binding`; the answer is its own kind. */
  post(name: string, namespace: string | undefined, subresource: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.#transport.send({ method: 'POST', path: this.path(namespace, name, subresource), body: compact(body) }, signal)
  }

  /** Puts a subresource, such as a Namespace's `finalize`. */
  put(object: T, subresource: string, signal?: AbortSignal): Promise<T> {
    return this.#write('PUT', this.path(object.metadata.namespace, object.metadata.name, subresource), object, signal)
  }

  async #write(method: 'POST' | 'PUT', path: string, object: T, signal?: AbortSignal): Promise<T> {
    const body = { ...object, apiVersion: groupVersion(this.type), kind: this.type.kind }
    return this.#object(await this.#transport.send({ method, path, body: compact(body) }, signal))
  }

  /** The server answers the kind that the path names: the one place where this trust is spent. */
  #object(answer: unknown): T {
    return answer as T
  }

  #list(answer: unknown): ObjectList<T> {
    const list = answer as { readonly items?: readonly T[] | null; readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string } }
    return { items: list.items ?? [], resourceVersion: list.metadata?.resourceVersion ?? '', continueToken: list.metadata?.continue ?? '' }
  }
}

/** A deleted object lives on while it has finalizers or a grace period; otherwise the answer shows it for the last time. */
function livesOn(metadata: ObjectMeta): boolean {
  if (metadata.deletionTimestamp === undefined) return false
  return (metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0
}

function queryOf(options: WatchOptions): { [name: string]: string } {
  const query: { [name: string]: string } = {}
  if (options.labelSelector !== undefined) query['labelSelector'] = options.labelSelector
  if (options.fieldSelector !== undefined) query['fieldSelector'] = options.fieldSelector
  if (options.resourceVersion !== undefined) query['resourceVersion'] = options.resourceVersion
  if (options.limit !== undefined) query['limit'] = String(options.limit)
  if (options.continueToken !== undefined && options.continueToken !== '') query['continue'] = options.continueToken
  if (options.timeoutSeconds !== undefined) query['timeoutSeconds'] = String(options.timeoutSeconds)
  return query
}

function deleteBody(options: DeleteOptions): unknown {
  const preconditions = options.uid === undefined && options.resourceVersion === undefined
    ? undefined
    : { uid: options.uid, resourceVersion: options.resourceVersion }
  return compact({
    kind: 'DeleteOptions', apiVersion: 'v1',
    gracePeriodSeconds: options.gracePeriodSeconds, propagationPolicy: options.propagationPolicy, preconditions,
  })
}

/** The value without undefined fields, as JSON would carry it: the transport in process hands it on as it is. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, compact(inner)]])))
}
