// What a kind declares: names, scope, defaults, validation, columns and strategy. One generic handler serves every kind
// from its declaration, so adding a kind is adding a file and a line in registry.ts.
import type { Json, JsonObject } from '../objects/json.ts'

/** One invalid field; becomes a cause in a Status of reason Invalid. */
export interface FieldError {
  readonly type: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueDuplicate' | 'FieldValueNotSupported' | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'FieldValueNotFound' | 'FieldValueTypeInvalid'
  /** As Kubernetes prints it: `spec.containers[0].image`. */
  readonly field: string
  /** The whole message without the field: `Invalid value: "x": must …`. */
  readonly detail: string
}

/** What a strategy may know of the world around its object. */
export interface StrategyContext {
  readonly nowMs: number
  readonly operation: 'create' | 'update' | 'delete'
  readonly subresource: string
  /** A source of random ids and suffixes. */
  readonly random: { uid(): string; suffix(length: number): string }
}

/** A unique value that the object owns: a key written with the object and deleted with it. */
export interface Allocation {
  /** `clusterips/10.96.0.1`, `nodeports/30080`, `podcidrs/10.244.0.0/24`: stored under `/shoal/allocations/`. */
  readonly key: string
}

/** A column of the Table form. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format: string
  readonly priority: number
}

export interface ResourceNames {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly singular: string
  readonly kind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
}

/** The strategy of a kind. All functions are pure; objects come in frozen or fresh and are never changed in place. */
export interface ResourceDefinition extends ResourceNames {
  /** The definition in the field table, for decoding, merging and explain: `io.k8s.api.core.v1.Pod`. */
  readonly definition: string
  /** verbs served besides those of subresources. */
  readonly verbs: readonly string[]
  /** Subresources with the same object: `status` and the kind's own such as `finalize`; served by generic code. */
  readonly subresources: readonly string[]
  /** Present when the kind scales: where the numbers are. */
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector: string }
  /** Fills defaults after decoding; idempotent. */
  readonly defaults: (object: JsonObject) => JsonObject
  /** Clears what a client may not set, carries over what it may not change (status on the main resource, spec on status), bumps generation. */
  readonly prepare: (object: JsonObject, old: JsonObject | undefined, context: StrategyContext) => JsonObject
  readonly validate: (object: JsonObject, old: JsonObject | undefined, context: StrategyContext) => readonly FieldError[]
  /** Warnings for the client, e.g. of deprecated fields. */
  readonly warnings?: (object: JsonObject, old: JsonObject | undefined) => readonly string[]
  /** Unique values the object holds. */
  readonly allocations?: (object: JsonObject) => readonly Allocation[]
  /** Fills missing unique values (a cluster IP, a node port); `taken` tells whether a candidate key is in use. May throw AllocationError. */
  readonly allocate?: (object: JsonObject, old: JsonObject | undefined, taken: (key: string) => boolean, context: StrategyContext) => JsonObject
  readonly columns: readonly Column[]
  /** Cells of a row in the order of `columns`; `nowMs` for ages. */
  readonly cells: (object: JsonObject, nowMs: number) => readonly Json[]
  /** Field selector values by label: always metadata.name and metadata.namespace, plus the kind's own. */
  readonly selectableFields: (object: JsonObject) => { readonly [label: string]: string }
  /** Grace period of a graceful delete in seconds, or undefined when the kind has none (all but Pods). `requested` by the client. */
  readonly gracePeriodSeconds?: (object: JsonObject, requested: number | undefined) => number
  /** Present when the kind's objects are stored in the form of another kind or version: keys are those of that group and resource. */
  readonly storedAs?: {
    readonly group: string
    readonly resource: string
    /** From this kind's form, with its type, to the stored kind's form. */
    readonly toStored: (object: JsonObject) => JsonObject
    readonly fromStored: (object: JsonObject) => JsonObject
  }
  /** Propagation when the client names none. */
  readonly defaultPropagation: 'Background' | 'Orphan'
  /** Besides metadata.finalizers: what keeps a terminating object there (a Namespace's spec.finalizers). */
  readonly holdsDeletion?: (object: JsonObject) => boolean
  /** What changes in an object when its deletion begins, besides metadata (a Namespace's phase). */
  readonly terminate?: (object: JsonObject) => JsonObject
}
