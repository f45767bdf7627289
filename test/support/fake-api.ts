// A small API in memory behind the Transport contract, for tests of what lives on the API: versions, conflicts, watches,
// finalizers, graceful deletion of Pods, the status, binding and finalize subresources. It can break down after a number of
// writes. It validates and defaults nothing, keeps all history, and knows a kind by its path only.
import { ApiError } from '../../node/client/errors.ts'
import { matchesLabels, parseLabelSelector } from '../../node/objects/selector.ts'
import type { ApiObject, ApiRequest, ApiWatchEvent, StatusBody, Transport } from '../../node/client/types.ts'
import { timestamp } from '../../node/base/clock.ts'
import { ManualClock } from './manual-clock.ts'

type Loose = { [key: string]: unknown; metadata: LooseMeta }
interface LooseMeta {
  [key: string]: unknown
  name?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  finalizers?: string[]
  deletionTimestamp?: string
  labels?: { [key: string]: string }
  generation?: number
}
interface Place {
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}
interface Happening {
  readonly version: number
  readonly place: Place
  readonly event: ApiWatchEvent
}

const withStatus = new Set(['pods', 'deployments', 'replicasets', 'namespaces', 'nodes', 'services', 'jobs', 'cronjobs', 'statefulsets', 'daemonsets', 'poddisruptionbudgets', 'persistentvolumes', 'persistentvolumeclaims'])

/** What a test may set up. */
export interface FakeApiOptions {
  readonly clock?: ManualClock
}

export class FakeApi implements Transport {
  readonly clock: ManualClock
  readonly writes: string[] = []
  readonly #objects = new Map<string, Loose>()
  readonly #history: Happening[] = []
  readonly #watchers = new Set<() => void>()
  #version = 1
  #uids = 0
  #writesLeft = Number.POSITIVE_INFINITY
  #expired = false

  constructor(options: FakeApiOptions = {}) {
    this.clock = options.clock ?? new ManualClock()
  }

  /** From now on only this many writes succeed; then every request fails, as if the caller had crashed. */
  breakAfter(writes: number): void {
    this.#writesLeft = writes
  }

  /** Ends a break-down. */
  repair(): void {
    this.#writesLeft = Number.POSITIVE_INFINITY
  }

  /** The next watch answers that its version is too old. */
  expireWatches(): void {
    this.#expired = true
    for (const wake of this.#watchers) wake()
  }

  /** Puts an object in place as a user would create it. `path` is that of its collection. */
  put<T extends ApiObject>(path: string, object: T): T {
    return this.#create(parsePath(path), loose(object)) as unknown as T
  }

  /** Changes an object behind everybody's back: the whole object, status included. */
  change(path: string, edit: (object: never) => unknown): void {
    const key = keyOfPlace(parsePath(path))
    const old = this.#must(parsePath(path), key)
    this.#store(parsePath(path), key, loose(edit(structuredClone(old) as never)), 'MODIFIED')
  }

  /** Takes an object away at once, finalizers or not. */
  remove(path: string): void {
    const place = parsePath(path)
    this.#erase(place, keyOfPlace(place))
  }

  /** The object at a path, or undefined. */
  get<T extends ApiObject>(path: string): T | undefined {
    return this.#objects.get(keyOfPlace(parsePath(path))) as unknown as T | undefined
  }

  /** All objects of a collection. */
  all<T extends ApiObject>(path: string): T[] {
    return this.#collection(parsePath(path), undefined) as unknown as T[]
  }

  send(request: ApiRequest): Promise<unknown> {
    // Answers come later, never in the same turn, as over any wire.
    return new Promise((resolve, reject) => {
      queueMicrotask(() => {
        try {
          resolve(structuredClone(this.#answer(request)))
        } catch (error) {
          reject(error as Error)
        }
      })
    })
  }

  async *watch(request: ApiRequest, signal: AbortSignal): AsyncIterable<ApiWatchEvent> {
    const place = parsePath(request.path)
    let at = Number(request.query?.['resourceVersion'] ?? this.#version)
    let wake: () => void = () => undefined
    const onWake = (): void => wake()
    this.#watchers.add(onWake)
    signal.addEventListener('abort', onWake, { once: true })
    try {
      while (!signal.aborted) {
        if (this.#expired) {
          this.#expired = false
          throw refusal(410, 'Expired', 'too old resource version')
        }
        const next = this.#history.find((one) => one.version > at && one.place.resource === place.resource && (place.namespace === undefined || one.place.namespace === place.namespace))
        if (next !== undefined) {
          at = next.version
          yield structuredClone(next.event)
          continue
        }
        await new Promise<void>((resolve) => { wake = resolve })
      }
    } finally {
      this.#watchers.delete(onWake)
    }
  }

  #answer(request: ApiRequest): unknown {
    const place = parsePath(request.path)
    if (this.#writesLeft <= 0) throw refusal(503, 'ServiceUnavailable', 'the fake API is broken down')
    if (request.method === 'GET') return discovery(request.path) ?? this.#read(place, request)
    this.#writesLeft--
    this.writes.push(`${request.method} ${request.path}`)
    switch (request.method) {
      case 'POST': return this.#post(place, loose(request.body))
      case 'PUT': return this.#replace(place, loose(request.body))
      case 'PATCH': return this.#patch(place, request.body)
      case 'DELETE': return place.name === undefined ? this.#deleteAll(place, request) : this.#delete(place, request.body)
    }
  }

  #read(place: Place, request: ApiRequest): unknown {
    if (place.name !== undefined) return this.#must(place, keyOfPlace(place))
    return {
      kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(this.#version) },
      items: this.#collection(place, request.query?.['labelSelector']),
    }
  }

  #collection(place: Place, selector: string | undefined): Loose[] {
    const parsed = selector === undefined ? undefined : parseLabelSelector(selector)
    const prefix = place.namespace === undefined ? `${place.resource} ` : `${place.resource} ${place.namespace}/`
    return [...this.#objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object)
      .filter((object) => parsed === undefined || (parsed.ok && matchesLabels(parsed.value, object.metadata.labels)))
  }

  #post(place: Place, body: Loose): unknown {
    if (place.subresource === 'binding') return this.#bind(place, body)
    return this.#create(place, body)
  }

  #create(place: Place, body: Loose): Loose {
    const namespace = place.namespace ?? body.metadata.namespace
    const name = body.metadata.name ?? `${String(body.metadata['generateName'])}${(this.#uids + 1).toString(36).padStart(5, 'x')}`
    const target = { ...place, namespace, name }
    const key = keyOfPlace(target)
    if (this.#objects.has(key)) throw refusal(409, 'AlreadyExists', `${place.resource} "${name}" already exists`)
    const uid = `uid-${++this.#uids}`
    const metadata = { ...body.metadata, name, uid, generation: 1, creationTimestamp: timestamp(this.clock.wallMs()) }
    return this.#store(target, key, { ...body, metadata: namespace === undefined ? metadata : { ...metadata, namespace } }, 'ADDED')
  }

  #bind(place: Place, body: Loose): unknown {
    const key = keyOfPlace(place)
    const pod = this.#must(place, key)
    const spec = (pod['spec'] ?? {}) as { nodeName?: string }
    if (spec.nodeName !== undefined) throw refusal(409, 'Conflict', 'the pod is already assigned to a node')
    if (pod.metadata.deletionTimestamp !== undefined) throw refusal(409, 'Conflict', 'the pod is being deleted')
    const target = body['target'] as { name: string }
    const condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(this.clock.wallMs()) }
    const status = (pod['status'] ?? {}) as { conditions?: { type: string }[] }
    const conditions = [...(status.conditions ?? []).filter((one) => one.type !== 'PodScheduled'), condition]
    this.#store(place, key, { ...pod, spec: { ...spec, nodeName: target.name }, status: { ...status, conditions } }, 'MODIFIED')
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  }

  #replace(place: Place, body: Loose): Loose {
    const key = keyOfPlace(place)
    const old = this.#must(place, key)
    const wanted = body.metadata.resourceVersion
    if (wanted !== undefined && wanted !== old.metadata.resourceVersion) throw refusal(409, 'Conflict', 'the object has been modified')
    return this.#merged(place, key, old, body)
  }

  #patch(place: Place, patch: unknown): Loose {
    const key = keyOfPlace(place)
    const old = this.#must(place, key)
    const patched = loose(mergePatch(old, patch))
    for (const field of ['resourceVersion', 'uid'] as const) {
      const wanted = (patch as { metadata?: LooseMeta }).metadata?.[field]
      if (wanted !== undefined && wanted !== old.metadata[field]) throw refusal(409, 'Conflict', `the ${field} differs`)
    }
    return this.#merged(place, key, old, patched)
  }

  /** Status writes change status and metadata only, others leave the status alone; nothing changes, no new version. */
  #merged(place: Place, key: string, old: Loose, next: Loose): Loose {
    const own = withStatus.has(place.resource)
    let result: Loose = next
    if (place.subresource === 'status') result = { ...old, metadata: next.metadata, status: next['status'] }
    else if (own && place.subresource !== 'finalize') result = { ...next, status: old['status'] }
    const { resourceVersion: _, ...metadata } = { ...result.metadata, uid: old.metadata.uid ?? '' }
    const isNewSpec = place.subresource !== 'status' && JSON.stringify(result['spec']) !== JSON.stringify(old['spec'])
    const generation = (old.metadata.generation ?? 1) + (isNewSpec ? 1 : 0)
    const stored: Loose = { ...result, metadata: { ...metadata, generation } }
    if (sortedJson({ ...stored, metadata: { ...stored.metadata, resourceVersion: undefined } }) === sortedJson({ ...old, metadata: { ...old.metadata, resourceVersion: undefined } })) return old
    const isFinished = stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers ?? []).length === 0 && (place.resource !== 'pods' || stored.metadata['deletionGracePeriodSeconds'] === 0)
    const hasNamespaceFinalizer = place.resource === 'namespaces' && ((stored['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0
    if (isFinished && !hasNamespaceFinalizer) {
      this.#erase(place, key)
      return stored
    }
    return this.#store(place, key, stored, 'MODIFIED')
  }

  #deleteAll(place: Place, request: ApiRequest): unknown {
    for (const object of this.#collection(place, request.query?.['labelSelector'])) {
      this.#delete({ ...place, namespace: object.metadata.namespace, name: object.metadata.name }, request.body)
    }
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 }
  }

  #delete(place: Place, body: unknown): unknown {
    const key = keyOfPlace(place)
    const old = this.#must(place, key)
    const options = (body ?? {}) as { gracePeriodSeconds?: number; propagationPolicy?: string; preconditions?: { uid?: string; resourceVersion?: string } }
    const { uid, resourceVersion } = options.preconditions ?? {}
    if (uid !== undefined && uid !== old.metadata.uid) throw refusal(409, 'Conflict', 'the uid differs')
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) throw refusal(409, 'Conflict', 'the version differs')
    const finalizers = [...(old.metadata.finalizers ?? [])]
    if (options.propagationPolicy === 'Foreground' && !finalizers.includes('foregroundDeletion')) finalizers.push('foregroundDeletion')
    if (options.propagationPolicy === 'Orphan' && !finalizers.includes('orphan')) finalizers.push('orphan')
    const graceSeconds = this.#graceSeconds(place, old, options.gracePeriodSeconds)
    const hasSpecFinalizers = ((old['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0
    if (finalizers.length === 0 && graceSeconds === 0 && !hasSpecFinalizers) {
      this.#erase(place, key)
      return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 }
    }
    if (old.metadata.deletionTimestamp !== undefined && finalizers.length === (old.metadata.finalizers ?? []).length && graceSeconds > 0) return old
    const deletionTimestamp = old.metadata.deletionTimestamp ?? timestamp(this.clock.wallMs() + graceSeconds * 1000)
    const metadata = { ...old.metadata, finalizers, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds }
    return this.#store(place, key, { ...old, metadata }, 'MODIFIED')
  }

  /** A Pod that no node runs needs no grace. */
  #graceSeconds(place: Place, old: Loose, requested: number | undefined): number {
    const spec = (old['spec'] ?? {}) as { nodeName?: string; terminationGracePeriodSeconds?: number }
    if (place.resource !== 'pods' || spec.nodeName === undefined) return 0
    return requested ?? spec.terminationGracePeriodSeconds ?? 30
  }

  #must(place: Place, key: string): Loose {
    const object = this.#objects.get(key)
    if (object === undefined) throw refusal(404, 'NotFound', `${place.resource} "${place.name}" not found`)
    return object
  }

  #store(place: Place, key: string, object: Loose, type: 'ADDED' | 'MODIFIED'): Loose {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } }
    this.#objects.set(key, stored)
    this.#tell(place, type, stored)
    return stored
  }

  #erase(place: Place, key: string): void {
    const old = this.#must(place, key)
    this.#objects.delete(key)
    this.#tell(place, 'DELETED', { ...old, metadata: { ...old.metadata, resourceVersion: String(++this.#version) } })
  }

  #tell(place: Place, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Loose): void {
    this.#history.push({ version: this.#version, place, event: { type, object: structuredClone(object) as unknown as ApiObject } })
    for (const wake of this.#watchers) wake()
  }
}

const served: { readonly [groupVersion: string]: readonly (readonly [string, string, boolean])[] } = {
  v1: [
    ['namespaces', 'Namespace', false], ['nodes', 'Node', false], ['pods', 'Pod', true], ['services', 'Service', true], ['endpoints', 'Endpoints', true],
    ['configmaps', 'ConfigMap', true], ['secrets', 'Secret', true], ['serviceaccounts', 'ServiceAccount', true], ['events', 'Event', true],
    ['persistentvolumes', 'PersistentVolume', false], ['persistentvolumeclaims', 'PersistentVolumeClaim', true],
  ],
  'apps/v1': [
    ['deployments', 'Deployment', true], ['replicasets', 'ReplicaSet', true], ['statefulsets', 'StatefulSet', true], ['daemonsets', 'DaemonSet', true],
    ['controllerrevisions', 'ControllerRevision', true],
  ],
  'batch/v1': [['jobs', 'Job', true], ['cronjobs', 'CronJob', true]],
  'discovery.k8s.io/v1': [['endpointslices', 'EndpointSlice', true]],
  'coordination.k8s.io/v1': [['leases', 'Lease', true]],
}

/** The discovery documents, or undefined for any other path. */
function discovery(path: string): unknown {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') {
    const groups = Object.keys(served).filter((one) => one.includes('/')).map((groupVersion) => {
      const [name, version] = groupVersion.split('/')
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } }
    })
    return { kind: 'APIGroupList', groups }
  }
  const found = served[path.replace(/^\/apis?\//, '')]
  if (found === undefined) return undefined
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
  return { kind: 'APIResourceList', resources: found.map(([name, kind, namespaced]) => ({ name, singularName: '', kind, namespaced, verbs })) }
}

/** Lets everything that is ready run, until nothing more happens for a while of turns. */
export async function settle(turns = 60): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Objects of a test as the fake keeps them. */
function loose(value: unknown): Loose {
  const object = structuredClone(value) as Loose
  return { ...object, metadata: object.metadata ?? {} }
}

function keyOfPlace(place: Place): string {
  return `${place.resource} ${place.namespace === undefined ? '' : `${place.namespace}/`}${place.name ?? ''}`
}

function parsePath(path: string): Place {
  const parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3)
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')
  const namespace = isInNamespace ? rest[1] : undefined
  const [resource = '', name, subresource] = isInNamespace ? rest.slice(2) : rest
  return { resource, namespace, name, subresource }
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: { [key: string]: unknown } = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = mergePatch(result[key], value)
  }
  return result
}

const sortedJson = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => {
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
  return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
})

function refusal(code: number, reason: string, message: string): ApiError {
  const status: StatusBody = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  return new ApiError(status)
}
