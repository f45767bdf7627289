// The garbage collector: deletes what its owners left behind. It follows every kind that the API serves through the shared
// informers, indexed by owner, and never deletes on the word of a copy alone: an owner that seems gone is asked for first.
// Keys are `group/version/resource kind-key`.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import type { Informer } from '../../client/informer.ts'
import { keyOf, splitKey } from '../../client/object-cache.ts'
import { groupVersion, type ResourceType } from '../../client/resource-types.ts'
import type { ApiObject } from '../../client/types.ts'
import type { OwnerReference } from '../../objects/generated/meta-v1.ts'
import { type Controller, type ControllerDeps, type KeySink, settled } from '../controller.ts'
import { type Dependent, foregroundFinalizer, type OwnerState, orphanFinalizer, planGarbage } from './plan.ts'

const anyOwnerIndex = 'any owner'

/** How often new kinds are looked for. */
const catalogEveryMs = 30_000

/** Kinds that nothing owns and that change all the time: following them would be pure cost. */
const notFollowed = new Set(['v1/events', 'coordination.k8s.io/v1/leases'])

const nameOfType = (type: ResourceType): string => `${groupVersion(type)}/${type.resource}`
const keyIn = (type: ResourceType, object: ApiObject): string => `${nameOfType(type)} ${keyOf(object)}`

/** The garbage collector. */
export function garbageController(deps: ControllerDeps): Controller {
  return new GarbageController(deps)
}

class GarbageController implements Controller {
  readonly name = 'garbage'
  readonly #deps: ControllerDeps
  readonly #followed = new Map<string, { readonly informer: Informer<ApiObject>; readonly end: () => void }>()
  #sink: KeySink | undefined

  constructor(deps: ControllerDeps) {
    this.#deps = deps
  }

  watch(sink: KeySink): () => void {
    this.#sink = sink
    this.#follow(this.#deps.catalog.known())
    sink.add('catalog')
    return () => {
      this.#sink = undefined
      for (const { end } of this.#followed.values()) end()
      this.#followed.clear()
    }
  }

  #follow(types: readonly ResourceType[]): void {
    const sink = this.#sink
    if (sink === undefined) return
    let hasNew = false
    for (const type of types) {
      const name = nameOfType(type)
      if (this.#followed.has(name) || notFollowed.has(name)) continue
      const informer = this.#deps.informers.of(type)
      informer.addIndex(anyOwnerIndex, (object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid))
      const end = informer.onChange(({ kind, object }) => {
        if (kind === 'deleted') this.#ended(object, sink)
        else if (needsLook(object)) sink.add(keyIn(type, object))
      })
      this.#followed.set(name, { informer, end })
      hasNew = true
    }
    // What had an owner of an unknown kind may now be decided.
    if (hasNew) this.#addAll(sink)
  }

  #addAll(sink: KeySink): void {
    for (const { informer } of this.#followed.values()) {
      for (const object of informer.cache.list()) {
        if (needsLook(object)) sink.add(keyIn(informer.type, object))
      }
    }
  }

  /** An object is gone: its dependents may be too, and owners may have waited for it. */
  #ended(object: ApiObject, sink: KeySink): void {
    for (const dependent of this.#dependentsOf(object)) sink.add(dependent.key)
    for (const owner of object.metadata.ownerReferences ?? []) {
      const informer = this.#informerOfKind(owner)
      if (informer !== undefined) sink.add(`${nameOfType(informer.type)} ${ownerKey(informer.type, owner, object.metadata.namespace)}`)
    }
  }

  #dependentsOf(owner: ApiObject): readonly Dependent[] {
    const uid = owner.metadata.uid
    if (uid === undefined) return []
    const found: Dependent[] = []
    for (const { informer } of this.#followed.values()) {
      for (const one of informer.cache.byIndex(anyOwnerIndex, uid)) found.push({ key: keyIn(informer.type, one), metadata: one.metadata })
    }
    return found
  }

  #informerOfKind(owner: OwnerReference): Informer<ApiObject> | undefined {
    const group = owner.apiVersion.includes('/') ? owner.apiVersion.slice(0, owner.apiVersion.indexOf('/')) : ''
    for (const { informer } of this.#followed.values()) {
      if (informer.type.kind === owner.kind && informer.type.group === group) return informer
    }
    return undefined
  }

  async reconcile(key: string): Promise<WorkResult> {
    if (key === 'catalog') {
      this.#follow(await this.#deps.catalog.refresh(catalogEveryMs))
      return { againAfterMs: catalogEveryMs }
    }
    const space = key.indexOf(' ')
    const informer = this.#followed.get(key.slice(0, space))?.informer
    const object = informer?.cache.get(key.slice(space + 1))
    if (informer === undefined || object === undefined) return settled
    const owners = await Promise.all((object.metadata.ownerReferences ?? []).map(async (reference) => ({ reference, state: await this.#stateOf(reference, object) })))
    const step = planGarbage({ metadata: object.metadata, owners, dependents: this.#dependentsOf(object) })
    try {
      switch (step.kind) {
        case 'none': break
        case 'delete': await this.#delete(informer, object, step.policy); break
        case 'disown': await this.#disown(informer, object, step.uids); break
        case 'removeFinalizer': await this.#removeFinalizer(informer, object, step.finalizer); break
        case 'visit': step.keys.forEach((dependent) => this.#sink?.add(dependent)); break
        case 'orphan': await this.#orphan(informer, object, step.dependents); break
      }
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    return settled
  }

  async #stateOf(reference: OwnerReference, dependent: ApiObject): Promise<OwnerState> {
    const informer = this.#informerOfKind(reference)
    if (informer === undefined) return 'unknown'
    const key = ownerKey(informer.type, reference, dependent.metadata.namespace)
    const known = informer.cache.get(key)
    if (known !== undefined && known.metadata.uid === reference.uid) return stateOfOwner(known)
    // An owner in a namespace cannot own what lives in none: the reference is invalid, and nothing follows from it.
    if (informer.type.namespaced && dependent.metadata.namespace === undefined) return 'unknown'
    const { namespace, name } = splitKey(key)
    try {
      const live = await this.#deps.client.resource(informer.type).get(name, namespace)
      return live.metadata.uid === reference.uid ? stateOfOwner(live) : 'absent'
    } catch (error) {
      if (isNotFound(error)) return 'absent'
      throw error
    }
  }

  async #delete(informer: Informer<ApiObject>, object: ApiObject, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = object.metadata
    const ending = await this.#deps.client.resource(informer.type).delete(name, namespace, { uid, resourceVersion, propagationPolicy })
    if (ending === undefined) informer.assumeDeleted(keyOf(object), uid)
    else informer.assume(ending)
  }

  async #disown(informer: Informer<ApiObject>, object: ApiObject, uids: readonly string[]): Promise<void> {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter((one) => !uids.includes(one.uid))
    await this.#patch(informer, object, { ownerReferences: ownerReferences.length === 0 ? null : ownerReferences })
  }

  async #removeFinalizer(informer: Informer<ApiObject>, object: ApiObject, finalizer: string): Promise<void> {
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer)
    await this.#patch(informer, object, { finalizers: finalizers.length === 0 ? null : finalizers })
  }

  async #orphan(informer: Informer<ApiObject>, owner: ApiObject, dependents: readonly Dependent[]): Promise<void> {
    for (const dependent of dependents) {
      const space = dependent.key.indexOf(' ')
      const theirs = this.#followed.get(dependent.key.slice(0, space))?.informer
      const object = theirs?.cache.get(dependent.key.slice(space + 1))
      if (theirs === undefined || object === undefined) continue
      try {
        await this.#disown(theirs, object, [owner.metadata.uid ?? ''])
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
    await this.#removeFinalizer(informer, owner, orphanFinalizer)
  }

  async #patch(informer: Informer<ApiObject>, object: ApiObject, metadata: object): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = object.metadata
    const changed = await this.#deps.client.resource(informer.type).patch(name, namespace, { metadata: { ...metadata, uid, resourceVersion } })
    const isGone = changed.metadata.deletionTimestamp !== undefined && (changed.metadata.finalizers ?? []).length === 0
    if (!isGone) informer.assume(changed)
  }
}

function stateOfOwner(owner: ApiObject): OwnerState {
  const isWaiting = owner.metadata.deletionTimestamp !== undefined && (owner.metadata.finalizers ?? []).includes(foregroundFinalizer)
  return isWaiting ? 'waiting' : 'present'
}

/** Owners live in their dependent's namespace, or in none. */
function ownerKey(type: ResourceType, owner: OwnerReference, namespace: string | undefined): string {
  return type.namespaced && namespace !== undefined ? `${namespace}/${owner.name}` : owner.name
}

function needsLook(object: ApiObject): boolean {
  const { deletionTimestamp, finalizers, ownerReferences } = object.metadata
  if ((ownerReferences ?? []).length > 0) return true
  return deletionTimestamp !== undefined && (finalizers ?? []).some((one) => one === foregroundFinalizer || one === orphanFinalizer)
}
