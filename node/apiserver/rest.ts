// What every verb has at hand: storage, time, chance and the view of the world that admission and strategies get.
// It is made once by the server and handed to the verbs; it keeps no state of its own.
import type { Random } from '../../protocol/base/random.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { RbacSource } from '../identity/rbac.ts'
import { metadataOf } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition, StrategyContext } from '../resources/types.ts'
import type { AdmissionOptions, AdmissionWorld } from './admission/types.ts'
import type { Storage } from './storage.ts'

/** The kinds that are served. */
export interface Kinds {
  readonly all: readonly ResourceDefinition[]
  byResource(group: string, version: string, resource: string): ResourceDefinition | undefined
}

/** Ids that nobody can guess, and suffixes for generated names. */
export interface Ids {
  uid(): string
  suffix(length: number): string
}

export interface Rest {
  readonly storage: Storage
  readonly kinds: Kinds
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly rbac: RbacSource
  readonly logger: Logger
  readonly admission: AdmissionOptions
}

/** The kind of a group that stores objects, whatever its version. */
export function kindOf(kinds: Kinds, group: string, resource: string): ResourceDefinition | undefined {
  return kinds.all.find((kind) => kind.group === group && kind.resource === resource)
}

/** An object as this peer has it now. */
export function findObject(rest: Pick<Rest, 'storage' | 'kinds'>, group: string, resource: string, namespace: string, name: string): JsonObject | undefined {
  const kind = kindOf(rest.kinds, group, resource)
  const stored = kind === undefined ? undefined : rest.storage.find(kind, namespace, name)
  return kind === undefined || stored === undefined ? undefined : rest.storage.decode(kind, stored)
}

/** All objects of a kind as this peer has them now. */
export function* allObjects(rest: Pick<Rest, 'storage' | 'kinds'>, group: string, resource: string, namespace = ''): Iterable<JsonObject> {
  const kind = kindOf(rest.kinds, group, resource)
  if (kind === undefined) return
  for (const stored of rest.storage.store.range(rest.storage.prefix(kind, namespace)).items) yield rest.storage.decode(kind, stored)
}

/** What admission may look at. */
export function admissionWorld(rest: Rest): AdmissionWorld {
  return {
    options: rest.admission,
    rbac: rest.rbac,
    find: (group, resource, namespace, name) => findObject(rest, group, resource, namespace, name),
    all: (group, resource) => allObjects(rest, group, resource),
    suffix: (length) => rest.ids.suffix(length),
    fresh: async () => {
      await rest.storage.fresh()
    },
  }
}

/** What a kind's strategy is told of the request; an empty `subresource` is the object itself. */
export function strategyContext(rest: Rest, operation: StrategyContext['operation'], subresource: string): StrategyContext {
  return { nowMs: rest.clock.wallMs(), operation, subresource, random: rest.ids }
}

/** A text field of the metadata; empty when absent. */
export function metadataText(object: JsonObject, field: string): string {
  const value = metadataOf(object)[field]
  return typeof value === 'string' ? value : ''
}

/** The object with other metadata; undefined values take a field away. */
export function withMetadata(object: JsonObject, changes: JsonObject): JsonObject {
  const metadata: { [field: string]: JsonObject[string] } = { ...metadataOf(object), ...changes }
  for (const [field, value] of Object.entries(metadata)) if (value === undefined) delete metadata[field]
  return { ...object, metadata }
}
