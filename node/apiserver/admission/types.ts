// The contract of admission: a plug-in sees what is about to be written, may change it, and may refuse it. Plug-ins are
// files listed in registry.ts. They decide on this peer's copy; what must hold at the write is a condition of the verb.
import type { User } from '../../identity/users.ts'
import type { RbacSource } from '../../identity/rbac.ts'
import type { JsonObject } from '../../objects/json.ts'
import type { ResourceDefinition } from '../../resources/types.ts'

export interface AdmissionOptions {
  /** Seconds for which Pods tolerate an unreachable or not ready node unless they say otherwise. */
  readonly defaultTolerationSeconds: number
}

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete'
  readonly definition: ResourceDefinition
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly user: User
  /** The new object; of a delete the present one. */
  readonly object: JsonObject
  readonly old: JsonObject | undefined
}

export interface AdmissionWorld {
  readonly options: AdmissionOptions
  readonly rbac: RbacSource
  /** An object as this peer has it, by group, resource, namespace and name. */
  find(group: string, resource: string, namespace: string, name: string): JsonObject | undefined
  /** All objects of a kind, as this peer has them. */
  all(group: string, resource: string): Iterable<JsonObject>
  suffix(length: number): string
  /** Resolves once this peer's copy is as new as the cluster's. */
  fresh(): Promise<void>
}

export interface AdmissionPlugin {
  readonly name: string
  /** Whether the plug-in has something to say, decided without looking at the object. */
  handles(request: AdmissionRequest): boolean
  /** The object to write instead. Throws a Status to refuse. */
  admit(request: AdmissionRequest, world: AdmissionWorld): Promise<JsonObject> | JsonObject
}
